import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { intentEscrowAbi } from '@gesim/contracts'
import { booksHash, planCommit, ZERO_HASH } from '@gesim/proofs'
import { encodeAbiParameters, encodeEventTopics, type Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import type { Receipt } from '../api/shapes.ts'
import { bundleOf } from './bundle.ts'
import { isFactName } from './fact-names.ts'
import { checkPlan, checkTransaction } from './own-checks.ts'

const ESCROW: Hex = '0x00000000000000000000000000000000000000e5'
const PAYER: Hex = '0x00000000000000000000000000000000000000aa'
const ID: Hex = `0x${'11'.repeat(32)}`
const TX: Hex = `0x${'22'.repeat(32)}`
const SALT: Hex = `0x${'33'.repeat(32)}`

function receipt(changes: Partial<Receipt> = {}): Receipt {
  return {
    intentId: ID,
    chainId: 31337,
    escrow: ESCROW,
    terms: {
      payer: PAYER,
      booksHash: booksHash([1, 2]),
      planCommit: planCommit('es-1gb', SALT),
    } as Receipt['terms'],
    books: [1, 2],
    planId: 'es-1gb',
    planSalt: SALT,
    state: 'settled',
    chain: [{ event: 'IntentFunded', txHash: TX, block: '5', atMs: 1, facts: {} }],
    ...changes,
  }
}

function fundedLog(id: Hex, address: Hex = ESCROW) {
  return {
    address,
    topics: encodeEventTopics({
      abi: intentEscrowAbi,
      eventName: 'IntentFunded',
      args: { intentId: id, payer: PAYER },
    }),
    data: encodeAbiParameters([{ type: 'uint64' }, { type: 'uint64' }], [4_500_000n, 4_500_000n]),
  }
}

function clientWith(logs: unknown[], status = 'success') {
  return { getTransactionReceipt: async () => ({ logs, status }) } as never
}

describe('the plan on a receipt', () => {
  it('is the one whose hash was signed with the terms', () => {
    expect(checkPlan(receipt()).outcome).toBe('ok')
  })

  it('fails for another plan, another salt or another list of carriers', () => {
    expect(checkPlan(receipt({ planId: 'es-5gb' })).outcome).toBe('failed')
    expect(checkPlan(receipt({ planSalt: ZERO_HASH })).outcome).toBe('failed')
    expect(checkPlan(receipt({ books: [1, 2, 3] })).outcome).toBe('failed')
  })
})

describe('a transaction named on a receipt', () => {
  it('holds when the escrow itself logged the event for this purchase', async () => {
    const checked = await checkTransaction(clientWith([fundedLog(ID)]), receipt(), 'paid', 'IntentFunded')
    expect(checked.outcome).toBe('ok')
    expect(checked.facts.amount).toBe('4500000')
  })

  it('fails when the log is of another purchase or another contract', async () => {
    const other = clientWith([fundedLog(SALT)])
    expect((await checkTransaction(other, receipt(), 'paid', 'IntentFunded')).outcome).toBe('failed')
    const foreign = clientWith([fundedLog(ID, PAYER)])
    expect((await checkTransaction(foreign, receipt(), 'paid', 'IntentFunded')).outcome).toBe('failed')
  })

  it('fails when the transaction was reverted or the chain does not know it', async () => {
    const reverted = clientWith([fundedLog(ID)], 'reverted')
    expect((await checkTransaction(reverted, receipt(), 'paid', 'IntentFunded')).outcome).toBe('failed')
    const unknown = {
      getTransactionReceipt: async () => {
        throw Object.assign(new Error('no'), { name: 'TransactionReceiptNotFoundError' })
      },
    } as never
    expect((await checkTransaction(unknown, receipt(), 'paid', 'IntentFunded')).outcome).toBe('failed')
  })

  it('throws when the chain does not answer, instead of calling the receipt wrong', async () => {
    const deaf = {
      getTransactionReceipt: async () => {
        throw Object.assign(new Error('no'), { name: 'HttpRequestError' })
      },
    } as never
    await expect(checkTransaction(deaf, receipt(), 'paid', 'IntentFunded')).rejects.toThrow('no')
  })

  it('is still to come while the receipt names none', async () => {
    const checked = await checkTransaction(clientWith([]), receipt(), 'payout', 'CarrierPaid')
    expect(checked.outcome).toBe('skipped')
  })
})

describe('the parts of a receipt', () => {
  const pair = (seq: number) => ({
    device: { voucher: { seq }, signature: '0x01', binding: null },
    carrier: { receipt: { seq }, key: PAYER, signature: '0x02' },
  })

  it('are taken from the closed epoch, not from newer counts', () => {
    const bundle = bundleOf(
      receipt({
        metering: pair(9),
        settlement: {
          commitment: { epoch: 3 },
          leafProof: { seq: 7 },
          signatures: [],
          voucher: pair(7).device,
          usageReceipt: pair(7).carrier,
        },
      }),
    )
    expect(bundle.voucher?.voucher.seq).toBe(7)
    expect(bundle.usageReceipt?.receipt.seq).toBe(7)
    expect(bundle.epoch?.commitment.epoch).toBe(3)
  })

  it('show the newest counts before an epoch has closed, and leave out what is not there', () => {
    const bundle = bundleOf(receipt({ metering: pair(9) }))
    expect(bundle.voucher?.voucher.seq).toBe(9)
    expect(bundle.epoch).toBeUndefined()
    expect(bundle.provisioning).toBeUndefined()
  })
})

describe('the facts on a receipt', () => {
  it('have a name for everything that the events of the escrow say', () => {
    const read = ['IntentFunded', 'IntentActivated', 'IntentRefunded', 'IntentClosed', 'CarrierPaid']
    const said = intentEscrowAbi
      .filter((entry) => entry.type === 'event' && read.includes(entry.name))
      .flatMap((entry) => entry.inputs.map((input) => String(input.name)))
    expect(said).toContain('gross')
    expect(said.filter((name) => !isFactName(name))).toEqual([])
  })

  it('have a name for everything that the checks of the proofs say', () => {
    // The checks write their facts as literals: the source is what names them all.
    const source = readFileSync(join(import.meta.dirname, '../../../../proofs/src/check-receipt.ts'), 'utf8')
    const said = [...source.matchAll(/facts: \{([^}]*)\}/g)].flatMap((found) =>
      found[1]!
        .split(/,\s/)
        .map((part) => part.trim().split(':')[0]!)
        .filter((name) => /^\w+$/.test(name)),
    )
    expect(said).toContain('coSignedMicros')
    expect(said.filter((name) => !isFactName(name))).toEqual([])
  })
})
