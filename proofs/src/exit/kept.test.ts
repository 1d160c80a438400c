import { intentEscrowAbi, payOnUsageAbi } from '@gesim/contracts'
import { encodeExecute } from '@gesim/contracts/account'
import { encodeFunctionData, getAddress, type Hex, sha256, stringToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { leafProofToJson, termsToJson } from '../json.ts'
import { intentIdOf, ZERO_HASH } from '../typed-data.ts'
import type { IntentTerms, LeafProof } from '../words.ts'
import { keptInJson, leavesInCalldata, termsInCalldata } from './kept.ts'
import { readOwnerKey, recoveryLineIn } from './key.ts'
import { networkFromJson } from './network.ts'

const escrow = `0x${'ee'.repeat(20)}` as const
const terms: IntentTerms = {
  payer: getAddress(`0x${'a1'.repeat(20)}`),
  booksHash: `0x${'b2'.repeat(32)}`,
  planCommit: ZERO_HASH,
  pricePerGB: 3_000_000n,
  activationFee: 100_000n,
  includedBytes: 0n,
  blockBytes: 0n,
  maxDeposit: 5_000_000n,
  provisionBy: 1_800_000_000,
  deadline: 1_800_100_000,
  flags: 1,
  unsignedCredit: 0n,
  salt: 77n,
}
const id = intentIdOf(terms)
const leaf: LeafProof = {
  amount: 5n,
  coSigned: 4n,
  bytesUsed: 3n,
  seq: 2,
  flags: 1,
  evidence: `0x${'ab'.repeat(32)}`,
  bitmap: 1n,
  siblings: `0x${'cd'.repeat(48)}`,
}
const codeOf = (work: () => unknown) => {
  try {
    work()
    return 'nothing thrown'
  } catch (error) {
    return (error as { code?: string }).code
  }
}

describe('what transactions and files show', () => {
  it('are the terms, however deep in a bundle they lie, and no others than those of the id', () => {
    const create = encodeFunctionData({ abi: intentEscrowAbi, functionName: 'createIntent', args: [terms] })
    const single = encodeExecute([{ to: escrow, data: create }])
    const batch = encodeExecute([
      { to: escrow, data: '0x1234' },
      { to: escrow, data: create },
    ])
    for (const input of [create, single, batch]) {
      expect(termsInCalldata(input, terms.payer, id)).toEqual(terms)
      expect(termsInCalldata(input, terms.payer, ZERO_HASH)).toBeNull()
      expect(termsInCalldata(input, escrow, id)).toBeNull()
    }
    expect(termsInCalldata(create.slice(0, -64) as Hex, terms.payer, id)).toBeNull()
  })

  it('are leaves in the answers to demands', () => {
    const demand = {
      ...{ root: ZERO_HASH, total: 0n, coSigned: 0n, epoch: 1, book: 1, index: 0, leaf: ZERO_HASH },
      ...{ device: escrow, challenger: escrow, openUntil: 1 },
    } as const
    const data = encodeFunctionData({
      abi: payOnUsageAbi,
      functionName: 'answerData',
      args: [demand, id, leaf],
    })
    expect(leavesInCalldata(data)).toEqual([leaf])
    expect(leavesInCalldata(encodeExecute([{ to: escrow, data }]))).toEqual([leaf])
    expect(leavesInCalldata('0x')).toEqual([])
  })

  it('are terms and leaves anywhere in a JSON file; what does not fit is left out', () => {
    const file = {
      a: [{ terms: termsToJson(terms) }, { terms: { ...termsToJson(terms), salt: -1 } }],
      epoch: { leaf: leafProofToJson(leaf), other: { ...leafProofToJson(leaf), amount: 'x' } },
    }
    const kept = keptInJson(JSON.stringify(file))!
    expect([...kept.terms]).toEqual([[id, terms]])
    expect(kept.leaves).toEqual([leaf])
    expect(keptInJson('no JSON')).toBeNull()
  })
})

describe('the key as people give it', () => {
  const WORDS = 'test test test test test test test test test test test junk'
  const FIRST = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'

  it('is twelve words with numbers, capitals and line ends, or a private key', () => {
    const printed = WORDS.split(' ')
      .map((word, at) => `${at + 1}. ${word.toUpperCase()}\n`)
      .join('')
    for (const text of [
      WORDS,
      printed,
      'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
      ' 0xAC0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80 ',
    ])
      expect(readOwnerKey(text).address).toBe(FIRST)
  })

  it('is refused with what is wrong with it, and never repeated in the failure', () => {
    expect(codeOf(() => readOwnerKey(''))).toBe('proofs.exit-no-key')
    expect(codeOf(() => readOwnerKey('0'.repeat(64)))).toBe('proofs.exit-no-key')
    expect(codeOf(() => readOwnerKey(WORDS.replace('junk', 'test')))).toBe('proofs.exit-words-do-not-fit')
    expect(codeOf(() => readOwnerKey('gesim-recovery:1:…'))).toBe('proofs.exit-share-alone')
    try {
      readOwnerKey(WORDS.replace('junk', 'secretword'))
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'proofs.exit-unknown-word', facts: { place: 12 } })
      expect(String(error)).not.toContain('secretword')
    }
  })

  it('goes with the account that a recovery line names, where its checksum fits', () => {
    const body = `gesim-recovery:1:0x${'a1'.repeat(20)}:0x${'b2'.repeat(20)}:AAAAAAAAAAAAAAAAAAAAAAA`
    const checksum = sha256(stringToHex(body)).slice(2, 10)
    expect(recoveryLineIn(`GeSIM\n\n${body}:${checksum}\n`)).toEqual({
      account: `0x${'a1'.repeat(20)}`,
      owner: `0x${'b2'.repeat(20)}`,
    })
    expect(recoveryLineIn(`${body}:00000000`)).toBeNull()
    expect(recoveryLineIn('nothing')).toBeNull()
  })
})

describe('the network of a page', () => {
  it('is refused with the name of what is missing', () => {
    const names = ['usdc', 'entryPoint', 'escrow', 'settlement', 'payOnUsage', 'paymaster']
    const addresses = Object.fromEntries(
      [...names, 'accountFactory', 'accountImplementation'].map((name) => [name, escrow]),
    )
    expect(networkFromJson({ chainId: 1, fromBlock: 5, addresses }).fromBlock).toBe(5)
    for (const [json, field] of [
      [null, 'file'],
      [{ addresses }, 'chainId'],
      [{ chainId: 1, fromBlock: -1, addresses }, 'fromBlock'],
      [{ chainId: 1, addresses: { ...addresses, escrow: 'x' } }, 'escrow'],
    ] as const)
      expect(() => networkFromJson(json)).toThrow(`field=${field}`)
  })
})
