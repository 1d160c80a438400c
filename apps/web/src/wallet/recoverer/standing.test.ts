import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { keccak256 } from 'viem'
import { expect, it } from 'vitest'
import { isNamed, RECOVERER_SLOT } from './standing.ts'

const SIGNERS_SOURCE = join(import.meta.dirname, '../../../../../contracts/src/abstracts/AccountSigners.sol')

it('the recoverer is read from the second word of the account’s own storage', () => {
  const source = readFileSync(SIGNERS_SOURCE, 'utf8')
  const store = /bytes32 private constant STORE = (0x[0-9a-f]{64});/.exec(source)![1]!
  expect(BigInt(RECOVERER_SLOT)).toBe(BigInt(store) + 1n)
  // One word of changes stands before it, and nothing else.
  const members = /struct Store \{([^}]*)\}/.exec(source)![1]!.trim().split(/;\s*/)
  expect(members.slice(0, 2)).toEqual(['Change change', 'bytes32 recovererId'])
})

it('an address is compared by its bytes, however its letters are written', () => {
  const address = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
  const id = keccak256(address.toLowerCase() as `0x${string}`)
  expect(isNamed(id, address)).toBe(true)
  expect(isNamed(id, address.toLowerCase() as `0x${string}`)).toBe(true)
  expect(isNamed(id, '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359')).toBe(false)
})
