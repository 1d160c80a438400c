import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { RECOVERER_SLOT, RECOVERY_TO_SLOT } from './recovery.ts'

const SIGNERS_SOURCE = join(import.meta.dirname, '../../src/abstracts/AccountSigners.sol')

it('the recoverer and the key they bring are read from the second and third word of the account’s own storage', () => {
  const source = readFileSync(SIGNERS_SOURCE, 'utf8')
  const store = /bytes32 private constant STORE = (0x[0-9a-f]{64});/.exec(source)![1]!
  expect(BigInt(RECOVERER_SLOT)).toBe(BigInt(store) + 1n)
  expect(BigInt(RECOVERY_TO_SLOT)).toBe(BigInt(store) + 2n)
  // One word of changes stands before it, and nothing else.
  const members = /struct Store \{([^}]*)\}/.exec(source)![1]!.trim().split(/;\s*/)
  expect(members.slice(0, 3)).toEqual(['Change change', 'bytes32 recovererId', 'bytes32 recoveryTo'])
})
