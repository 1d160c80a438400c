import { type Log, unreachable } from '@gesim/base'
import { expect, it, vi } from 'vitest'
import { Alone } from './alone.ts'

function open() {
  const [warn, error] = [vi.fn(), vi.fn()]
  return { warn, error, alone: new Alone({ warn, error } as unknown as Log) }
}

it('what one step throws stops no other', async () => {
  const { alone, error } = open()
  const taken: string[] = []
  for (const name of ['one', 'two', 'three'])
    await alone.take(name, async () => {
      if (name === 'two') throw new TypeError('not a decimal string')
      taken.push(name)
    })
  expect(taken).toEqual(['one', 'three'])
  expect(error).toHaveBeenCalledOnce()
})

it('a lasting cause is told once, and again when it comes back', async () => {
  const { alone, warn } = open()
  const fail = async () => {
    throw unreachable('watcher.chain-unreachable')
  }
  await alone.take('one', fail)
  await alone.take('one', fail)
  expect(warn).toHaveBeenCalledOnce()
  await alone.take('one', async () => {})
  await alone.take('one', fail)
  expect(warn).toHaveBeenCalledTimes(2)
  expect(warn.mock.lastCall![1]).toMatchObject({ code: 'watcher.chain-unreachable' })
})
