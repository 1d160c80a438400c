import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isFailure } from '@gesim/base'
import type { SoftwareCard } from '@gesim/euicc'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectPcsc, connectPcscReader, type PcscReader } from './index.ts'
import { freshProfile, startWorld, type World } from './testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

/** A reader as the usual bindings show it, with a card in software in it. */
function readerWith(card: SoftwareCard | undefined): PcscReader & { readonly log: string[] } {
  const log: string[] = []
  return {
    name: 'Test Reader 00 00',
    log,
    connect({ share_mode }, done) {
      log.push(`connect ${share_mode}`)
      card?.reset()
      if (card) done(null, 2)
      else done(new Error('SCardConnect error: No smart card inserted'), 0)
    },
    transmit(apdu, maxBytes, protocol, done) {
      if (protocol !== 2 || maxBytes < 258) return done(new Error('bad call'), Buffer.alloc(0))
      card!.transmit(Uint8Array.from(apdu)).then(
        (answer) => done(null, Buffer.from(answer)),
        (error: unknown) => done(error, Buffer.alloc(0)),
      )
    },
    disconnect(disposition, done) {
      log.push(`disconnect ${disposition}`)
      done(null)
    },
  }
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: unknown) => (isFailure(error) ? error.code : String(error)),
  )

describe('a card in a PC/SC reader', () => {
  it('takes a profile, and is powered off and on for its REFRESH', async () => {
    const reader = readerWith(world.card({ replies: 'chained' }))
    const card = await connectPcscReader(reader)
    const lpa = world.lpa(card as never, { blockBytes: 120 })
    const { iccid } = await lpa.download({ activationCode: await world.order(freshProfile()) })
    // A terminal that tells its abilities is asked for a REFRESH.
    await card.transmit(Uint8Array.of(0x80, 0x10, 0, 0, 1, 0xff))
    await lpa.enable(iccid)
    expect(await lpa.profiles()).toMatchObject([{ iccid, enabled: true }])
    await card.close()
    expect(reader.log).toEqual(['connect 2', 'disconnect 2', 'connect 2', 'disconnect 0'])
  })

  it('that is not there is named as that', async () => {
    expect(await codeOf(connectPcscReader(readerWith(undefined)))).toBe('lpa.no-reader')
    expect(await codeOf(connectPcsc({ module: 'no-such-binding' }))).toBe('lpa.no-pcsc')
  })

  it('is found through a binding by a part of its name, when it holds a card', async () => {
    const binding = join(world.directory, 'binding.mjs')
    // What the bindings export: a function that gives a source of readers.
    writeFileSync(
      binding,
      `import { EventEmitter } from 'node:events'
       class Reader extends EventEmitter {
         constructor(name) { super(); this.name = name }
         connect(_, done) { done(null, 2) }
         transmit(_, __, ___, done) { done(null, Buffer.from('6A82', 'hex')) }
         disconnect(_, done) { done() }
       }
       export default () => {
         const pcsc = new EventEmitter()
         pcsc.close = () => undefined
         setImmediate(() => {
           for (const [name, state] of [['Empty', 0x10], ['Full', 0x22]]) {
             const reader = new Reader(name)
             pcsc.emit('reader', reader)
             reader.emit('status', { state })
           }
         })
         return pcsc
       }`,
    )
    const module = pathToFileURL(binding).href
    const card = await connectPcsc({ module })
    expect(await card.transmit(Uint8Array.of(0, 0xa4, 0, 0))).toEqual(Uint8Array.of(0x6a, 0x82))
    await card.close()
    const failure = await connectPcsc({ module, reader: 'empty', timeoutMs: 50 }).catch(
      (error: unknown) => error,
    )
    expect(isFailure(failure, 'lpa.no-reader') && failure.facts).toEqual({
      wanted: 'empty',
      found: 'Empty, Full',
    })
  })
})
