import { refuse } from '@gesim/base'
import type { Addresses } from '@gesim/contracts'
import {
  attestorRegistryAbi,
  feeTreasuryAbi,
  gesimIdentityAbi,
  gesimPaymasterAbi,
  intentEscrowAbi,
  payOnUsageAbi,
  settlementAbi,
  testUsdcAbi,
} from '@gesim/contracts'
import type { EventBody, EventKind, Hex } from '@gesim/journey'
import {
  commitmentFromJson,
  joinedSignatures,
  leafProofFromJson,
  nodeProofFromJson,
  receiptFromJson,
  termsFromJson,
  usageReceiptFromJson,
  VALID_AFTER,
  voucherFromJson,
  ZERO_HASH,
} from '@gesim/proofs'
import type { JourneyEventOf } from '@gesim/store'
import { type Abi, decodeFunctionData, encodeFunctionData, zeroAddress } from 'viem'
import type { Wish } from './ports.ts'

/** The events by which stages wish for transactions. */
export const WISHING_KINDS = [
  'account.registered',
  'burn.wanted',
  'activation.wanted',
  'refund.wanted',
  'renewal.wanted',
  'root.wanted',
  'attest.wanted',
  'settle.wanted',
  'batch.wanted',
  'remainder.wanted',
  'answer.wanted',
  'watch.wanted',
] as const satisfies readonly EventKind[]

export type WishingKind = (typeof WISHING_KINDS)[number]

/** What a new account is given. */
export interface Grant {
  readonly budgetMicros: bigint
  /** Seconds since 1970. */
  readonly budgetValidUntil: number
}

/**
 * The transactions that an event wishes for. The only place that knows which contract function fulfils which wish.
 * The key is the event's kind with what it is about, so that the same wish twice is one transaction. `signedAhead` is what a
 * renewal is paid with.
 */
export function wishesOf(
  event: JourneyEventOf<WishingKind>,
  addresses: Addresses,
  grant: Grant,
  signedAhead: Hex | null = null,
): Wish[] {
  const one = (role: Wish['role'], to: Hex, data: Hex, key: string): Wish => ({
    key: `${event.kind}:${key}`,
    kind: event.kind,
    role,
    intentId: event.intentId,
    to: to.toLowerCase() as Hex,
    data,
  })
  switch (event.kind) {
    case 'account.registered': {
      const { account, commitment } = event.body
      const budget = encodeFunctionData({
        abi: gesimPaymasterAbi,
        functionName: 'setBudget',
        args: [account, grant.budgetMicros, grant.budgetValidUntil],
      })
      const mint = encodeFunctionData({
        abi: gesimIdentityAbi,
        functionName: 'mint',
        args: [account, commitment],
      })
      // Who left and comes back with the same key is somebody new, with another commitment.
      const whose = `${account.toLowerCase()}:${commitment.slice(2, 18)}`
      return [
        one('operator', addresses.paymaster, budget, `${whose}:budget`),
        one('operator', addresses.identity, mint, `${whose}:mint`),
      ]
    }
    case 'burn.wanted': {
      const { account, tokenId, held } = event.body
      const burn = encodeFunctionData({
        abi: gesimIdentityAbi,
        functionName: 'burn',
        args: [BigInt(tokenId)],
      })
      // A token that the issuer burns marks its account as revoked: whoever leaves by choice bears no mark.
      const pardon = encodeFunctionData({ abi: gesimIdentityAbi, functionName: 'pardon', args: [account] })
      const whose = `${account.toLowerCase()}:${event.seq}`
      return [
        ...(held ? [one('operator', addresses.identity, burn, `${whose}:burn`)] : []),
        one('operator', addresses.identity, pardon, `${whose}:pardon`),
      ]
    }
    case 'activation.wanted': {
      const { body } = event
      const receipt = receiptFromJson(body.receipt)
      const data = encodeFunctionData({
        abi: intentEscrowAbi,
        functionName: 'activate',
        args: [
          termsFromJson(body.terms),
          body.books,
          body.book,
          receipt,
          body.carrierKey,
          body.receiptSignature,
          { ...body.consent, intentId: receipt.intentId, book: body.book },
          body.consentSignature,
          body.binding,
        ],
      })
      // A receipt that was replaced (another book after a fail-over) is another wish.
      return [
        one(
          'operator',
          addresses.escrow,
          data,
          `${event.intentId}:${body.book}:${body.consent.receiptDigest}`,
        ),
      ]
    }
    case 'refund.wanted': {
      const data = encodeFunctionData({
        abi: intentEscrowAbi,
        functionName: 'refund',
        args: [termsFromJson(event.body.terms)],
      })
      return [one('operator', addresses.escrow, data, `${event.intentId}`)]
    }
    case 'renewal.wanted': {
      if (signedAhead === null) return []
      const { terms, amountMicros, validBefore } = event.body
      const data = encodeFunctionData({
        abi: intentEscrowAbi,
        functionName: 'createAndFund',
        args: [
          termsFromJson(terms),
          BigInt(amountMicros),
          { validAfter: VALID_AFTER, validBefore: BigInt(validBefore), signature: signedAhead },
        ],
      })
      // The payment's nonce at USDC is the intent's id: made again, by whomever, it would be refused.
      return [one('operator', addresses.escrow, data, `${event.intentId}`)]
    }
    case 'root.wanted': {
      const { body } = event
      const data = encodeFunctionData({
        abi: settlementAbi,
        functionName: 'postEpoch',
        args: [commitmentFromJson(body.commitment), joinedSignatures(body.signatures), body.deltas],
      })
      return [one('poster', addresses.settlement, data, `${body.epoch}`)]
    }
    case 'attest.wanted': {
      const { epoch, commitment } = event.body
      const data = encodeFunctionData({
        abi: settlementAbi,
        functionName: 'attest',
        args: [commitmentFromJson(commitment), joinedSignatures(event.body.signatures)],
      })
      // Wished for again when it did not reach the chain.
      return [one('poster', addresses.settlement, data, `${epoch}:${event.seq}`)]
    }
    case 'settle.wanted': {
      const { epoch, books, proofs } = event.body
      const data = encodeFunctionData({
        abi: settlementAbi,
        functionName: 'settle',
        args: [epoch, books, proofs.map(nodeProofFromJson)],
      })
      // An epoch is settled twice when its lanes become final one after the other.
      return [one('poster', addresses.settlement, data, `${epoch}:${event.seq}`)]
    }
    case 'batch.wanted': {
      const { batchId, safe, data } = event.body
      // Wished for again when it did not reach the chain; what comes second finds the Safe's nonce used.
      return [one('operator', safe, data, `${batchId}:${event.seq}`)]
    }
    case 'remainder.wanted': {
      const { terms, epoch, proof, confirmed } = event.body
      const leaf = leafProofFromJson(proof)
      const data = confirmed
        ? encodeFunctionData({
            abi: intentEscrowAbi,
            functionName: 'refundConfirmed',
            args: [termsFromJson(terms), epoch, leaf, confirmed.epoch, leafProofFromJson(confirmed.proof)],
          })
        : encodeFunctionData({
            abi: intentEscrowAbi,
            functionName: 'refundFinal',
            args: [termsFromJson(terms), epoch, leaf, false],
          })
      return [one('operator', addresses.escrow, data, `${event.intentId}:${epoch}`)]
    }
    case 'answer.wanted':
      // Wished for again when it did not reach the chain; what comes second finds the demand ended.
      return [
        one('poster', addresses.payOnUsage, answerOf(event.body), `${event.body.demandId}:${event.seq}`),
      ]
    case 'watch.wanted': {
      const { act, contract, data } = event.body
      if (!isWatchersCall(event.body, addresses)) throw refuse('relayer.not-sponsored', { act, contract })
      // The poster puts up bonds and is paid rewards. Wished for again only after a refusal.
      return [one('poster', addresses[contract], data, `${act}:${event.seq}`)]
    }
  }
}

/** A bond at PayOnUsage: the most that the watcher ever lets it take at once. */
const BOND_MICROS = 5_000_000n

/** What the watcher may have sent. Its wish carries raw data, and the poster's key has money: nothing else is signed. */
const WATCHERS_CALLS: Readonly<
  Record<EventBody<'watch.wanted'>['contract'], { abi: Abi; names: ReadonlySet<string> }>
> = {
  payOnUsage: {
    abi: payOnUsageAbi,
    names: new Set([
      'proveSumMismatch',
      'proveOverEscrow',
      'proveRegression',
      'proveTariff',
      'proveMisplaced',
      'proveEquivocation',
      'slashSigner',
      'challengeData',
      'challengeEvidence',
      'timeout',
      'withdrawOwed',
      'restore',
    ]),
  },
  attestorRegistry: { abi: attestorRegistryAbi, names: new Set(['claimReward']) },
  usdc: { abi: testUsdcAbi, names: new Set(['approve']) },
}

function isWatchersCall({ contract, data }: EventBody<'watch.wanted'>, addresses: Addresses): boolean {
  try {
    const { abi, names } = WATCHERS_CALLS[contract]
    const { functionName, args } = decodeFunctionData({ abi, data })
    if (!names.has(functionName)) return false
    if (contract !== 'usdc') return true
    const [spender, amount] = args as readonly [Hex, bigint]
    return spender.toLowerCase() === addresses.payOnUsage.toLowerCase() && amount <= BOND_MICROS
  } catch {
    // Another contract, or bytes that are no call of this one.
    return false
  }
}

/** How a record that is absent is told: the intent id is zero. */
const NOTHING = { intentId: ZERO_HASH, cumBytes: 0n, cumAmount: 0n, seq: 0, asOf: 0 }
const NO_VOUCHER = { ...NOTHING, sessionRoot: ZERO_HASH }
const NO_RECEIPT = { ...NOTHING, cdrRoot: ZERO_HASH }

function answerOf({ demand: json, leafIntentId, proof, records }: EventBody<'answer.wanted'>): Hex {
  const demand = { ...json, total: BigInt(json.total), coSigned: BigInt(json.coSigned) }
  const leaf = leafProofFromJson(proof)
  if (!records)
    return encodeFunctionData({
      abi: payOnUsageAbi,
      functionName: 'answerData',
      args: [demand, leafIntentId, leaf],
    })
  const { voucher, receipt } = records
  const evidence = {
    voucher: voucher ? voucherFromJson(voucher.voucher) : NO_VOUCHER,
    deviceSignature: voucher?.signature ?? '0x',
    receipt: receipt ? usageReceiptFromJson(receipt.receipt) : NO_RECEIPT,
    carrierKey: receipt?.key ?? zeroAddress,
    carrierSignature: receipt?.signature ?? '0x',
    provisioningDigest: records.provisioningDigest,
  } as const
  return encodeFunctionData({
    abi: payOnUsageAbi,
    functionName: 'answerEvidence',
    args: [demand, termsFromJson(records.terms), leaf, evidence],
  })
}

/** Test USDC for an account; exists on a local chain only. */
export function faucetWish(addresses: Addresses, account: Hex, amountMicros: bigint, key: string): Wish {
  return {
    key: `faucet:${key}`,
    kind: 'faucet',
    role: 'operator',
    intentId: null,
    to: addresses.usdc.toLowerCase() as Hex,
    data: encodeFunctionData({ abi: testUsdcAbi, functionName: 'mint', args: [account, amountMicros] }),
  }
}

/** The paymaster reads the price of gas again. A wish of another turn is another one: this one may have been refused. */
export function rateWish(addresses: Addresses, validUntil: number, turn: number): Wish {
  return {
    key: `rate:${validUntil}:${turn}`,
    kind: 'rate',
    role: 'operator',
    intentId: null,
    to: addresses.paymaster.toLowerCase() as Hex,
    data: encodeFunctionData({ abi: gesimPaymasterAbi, functionName: 'refreshRate' }),
  }
}

/** Gas margins go from the paymaster to the fee treasury, which shares them between Safe and gas tank. */
export function sweepGasWish(addresses: Addresses, key: string): Wish {
  return {
    key: `sweep:gas:${key}`,
    kind: 'sweep',
    role: 'operator',
    intentId: null,
    to: addresses.feeTreasury.toLowerCase() as Hex,
    data: encodeFunctionData({ abi: feeTreasuryAbi, functionName: 'shareGas' }),
  }
}

/** What the fee treasury owes to nobody goes to the Safe. */
export function sweepTreasuryWish(addresses: Addresses, key: string): Wish {
  return {
    key: `sweep:treasury:${key}`,
    kind: 'sweep',
    role: 'operator',
    intentId: null,
    to: addresses.feeTreasury.toLowerCase() as Hex,
    data: encodeFunctionData({ abi: feeTreasuryAbi, functionName: 'sweep' }),
  }
}

/** What the fee treasury owes to the poster for duties is collected. */
export function collectWish(addresses: Addresses, key: string): Wish {
  return {
    key: `collect:${key}`,
    kind: 'collect',
    role: 'poster',
    intentId: null,
    to: addresses.feeTreasury.toLowerCase() as Hex,
    data: encodeFunctionData({ abi: feeTreasuryAbi, functionName: 'collect' }),
  }
}

/** Protocol fees of some books go from the escrow to the fee treasury. */
export function sweepFeesWish(addresses: Addresses, books: readonly number[], key: string): Wish {
  return {
    key: `sweep:fees:${key}`,
    kind: 'sweep',
    role: 'operator',
    intentId: null,
    to: addresses.escrow.toLowerCase() as Hex,
    data: encodeFunctionData({ abi: intentEscrowAbi, functionName: 'sweepFees', args: [books] }),
  }
}
