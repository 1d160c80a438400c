import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { RECOVERER_SLOT } from './recovery.ts'

const SIGNERS_SOURCE = join(import.meta.dirname, '../../src/abstracts/AccountSigners.sol')

it('the recoverer is read from the second word of the account’s own storage', () => {
  const source = readFileSync(SIGNERS_SOURCE, 'utf8')
  const store = /bytes32 private constant STORE = (0x[0-9a-f]{64});/.exec(source)![1]!
  expect(BigInt(RECOVERER_SLOT)).toBe(BigInt(store) + 1n)
  // One word of changes stands before it, and nothing else.
  const members = /struct Store \{([^}]*)\}/.exec(source)![1]!.trim().split(/;\s*/)
  expect(members.slice(0, 2)).toEqual(['Change change', 'bytes32 recovererId'])
})
