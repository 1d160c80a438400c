import { expect, it } from 'vitest'
import { keepNode, takeNode } from './kept-node.ts'

function storeOf(kept = new Map<string, string>()) {
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  }
}

it('the node that the reader typed is there after one reload, and not after two', () => {
  const store = storeOf()
  keepNode(() => store, 'https://node.example/?key=100%')
  expect(takeNode(() => store)).toBe('https://node.example/?key=100%')
  expect(takeNode(() => store)).toBe('')
})

it('a browser that lets nothing be stored still shows the page', () => {
  const forbidden = () => {
    throw new Error('SecurityError')
  }
  expect(() => keepNode(forbidden, 'https://node.example')).not.toThrow()
  expect(takeNode(forbidden)).toBe('')
})
