import { afterEach, expect, it, vi } from 'vitest'
import { forgetKeyToBring, keepKeyToBring, keyToBringOf } from './key-to-bring.ts'

const account = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
const another = `0x${'22'.repeat(20)}`
const key = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359'
const lost = '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB'

function store(): Map<string, string> {
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  })
  return kept
}

afterEach(() => vi.unstubAllGlobals())

it('is known of its own account, however the addresses are written, until it is forgotten', () => {
  const kept = store()
  keepKeyToBring(account, { key, instead: lost })
  expect(keyToBringOf(account.toLowerCase(), lost.toLowerCase())).toBe(key.toLowerCase())
  expect(keyToBringOf(another, lost)).toBeNull()
  forgetKeyToBring(account)
  expect(keyToBringOf(account, lost)).toBeNull()
  expect(kept.size).toBe(0)
})

it('is given up for good once the account has another key than when it was made', () => {
  const kept = store()
  keepKeyToBring(account, { key, instead: lost })
  expect(keyToBringOf(account, another)).toBeNull()
  expect(kept.size).toBe(0)
})

it('leaves nothing in the browser but the three addresses', () => {
  const kept = store()
  keepKeyToBring(account, { key, instead: lost })
  expect([...kept]).toEqual([
    [
      `gesim-key-to-bring-${account.toLowerCase()}`,
      JSON.stringify({ key: key.toLowerCase(), instead: lost.toLowerCase() }),
    ],
  ])
})

it('is none where the browser stores nothing, or something else stands there', () => {
  const kept = store()
  for (const text of ['', 'null', '{', '[]', '{"key":"0x1"}']) {
    kept.set(`gesim-key-to-bring-${account.toLowerCase()}`, text)
    expect([text, keyToBringOf(account, lost)]).toEqual([text, null])
  }
  const no = () => {
    throw new Error('SecurityError')
  }
  vi.stubGlobal('localStorage', { getItem: no, setItem: no, removeItem: no })
  keepKeyToBring(account, { key, instead: lost })
  expect(keyToBringOf(account, lost)).toBeNull()
  forgetKeyToBring(account)
})
