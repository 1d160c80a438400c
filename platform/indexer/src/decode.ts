import {
  type Addresses,
  feeTreasuryAbi,
  gesimIdentityAbi,
  gesimPaymasterAbi,
  intentEscrowAbi,
  payOnUsageAbi,
  settlementAbi,
} from '@gesim/contracts'
import type { EventBodies, EventKind, Hex } from '@gesim/journey'
import { type Abi, type AbiEvent, decodeEventLog } from 'viem'

/** Our contracts whose logs are read. */
export type Emitter = 'escrow' | 'settlement' | 'payOnUsage' | 'identity' | 'paymaster' | 'feeTreasury'

const ABIS: Readonly<Record<Emitter, Abi>> = {
  escrow: intentEscrowAbi as Abi,
  settlement: settlementAbi as Abi,
  payOnUsage: payOnUsageAbi as Abi,
  identity: gesimIdentityAbi as Abi,
  paymaster: gesimPaymasterAbi as Abi,
  feeTreasury: feeTreasuryAbi as Abi,
}

/** A log with its names. */
export interface DecodedLog {
  readonly emitter: Emitter
  readonly event: string
  readonly args: Readonly<Record<string, unknown>>
}

/** Who emits at an address, by the settings of the chain. */
export function emittersOf(addresses: Addresses): ReadonlyMap<string, Emitter> {
  return new Map<string, Emitter>([
    [addresses.escrow.toLowerCase(), 'escrow'],
    [addresses.settlement.toLowerCase(), 'settlement'],
    [addresses.payOnUsage.toLowerCase(), 'payOnUsage'],
    [addresses.identity.toLowerCase(), 'identity'],
    [addresses.paymaster.toLowerCase(), 'paymaster'],
    [addresses.feeTreasury.toLowerCase(), 'feeTreasury'],
  ])
}

/** Reads a log by the ABI of its emitter; undefined for an event that the ABI does not name. */
export function decode(emitter: Emitter, log: { topics: readonly Hex[]; data: Hex }): DecodedLog | undefined {
  try {
    const { eventName, args } = decodeEventLog({
      abi: ABIS[emitter] as AbiEvent[],
      topics: log.topics as [Hex, ...Hex[]],
      data: log.data,
    })
    return { emitter, event: eventName, args: (args ?? {}) as unknown as Record<string, unknown> }
  } catch {
    return undefined
  }
}

type Fact = string | number | boolean

/** The arguments as JSON: numbers that may pass 2^53 as decimal text, hex in lower case, members of structs as `struct.member`. */
export function factsOf(log: Pick<DecodedLog, 'args'>): Record<string, Fact> {
  const facts: Record<string, Fact> = {}
  for (const [name, value] of Object.entries(log.args)) {
    if (typeof value === 'bigint') facts[name] = value.toString()
    else if (typeof value === 'string') facts[name] = value.startsWith('0x') ? value.toLowerCase() : value
    else if (typeof value === 'number' || typeof value === 'boolean') facts[name] = value
    else if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      const members = factsOf({ args: value as Record<string, unknown> })
      for (const [member, fact] of Object.entries(members)) facts[`${name}.${member}`] = fact
    }
  }
  return facts
}

/** An event of the journal, not yet written. */
export type Draft = {
  [Kind in EventKind]: { kind: Kind; intentId: Hex | null; body: EventBodies[Kind] }
}[EventKind]

/** What a log means to the stages; undefined when it means nothing to them. Pure. */
export function draftOf(
  emitter: Emitter,
  event: string,
  facts: Readonly<Record<string, unknown>>,
  at: { readonly txHash: Hex; readonly gasUsed: string; readonly book: number | null },
): Draft | undefined {
  const text = (name: string) => String(facts[name])
  const hex = (name: string) => String(facts[name]).toLowerCase() as Hex
  const number = (name: string) => Number(facts[name])
  const { txHash, gasUsed } = at
  switch (`${emitter}.${event}`) {
    case 'escrow.IntentFunded':
      return {
        kind: 'intent.funded',
        intentId: hex('intentId'),
        body: { payer: hex('payer'), fundedMicros: text('funded'), txHash, gasUsed },
      }
    case 'escrow.IntentActivated':
      return {
        kind: 'intent.activated',
        intentId: hex('intentId'),
        body: {
          book: number('book'),
          index: number('index'),
          activatedAt: number('activatedAt'),
          txHash,
          gasUsed,
        },
      }
    case 'escrow.IntentRefunded':
      return {
        kind: 'intent.refunded',
        intentId: hex('intentId'),
        body: { refundedMicros: text('amount'), txHash, gasUsed },
      }
    case 'escrow.IntentClosed':
      return {
        kind: 'intent.closed',
        intentId: hex('intentId'),
        body: {
          chargedMicros: text('charged'),
          refundedMicros: text('refunded'),
          reason: number('reason'),
          txHash,
          gasUsed,
        },
      }
    case 'escrow.CarrierPaid':
      return {
        kind: 'payout.claimed',
        intentId: null,
        body: {
          epoch: number('epoch'),
          book: number('book'),
          grossMicros: text('gross'),
          feeMicros: text('fee'),
          to: hex('to'),
          txHash,
          gasUsed,
        },
      }
    case 'escrow.VoucherReleased':
      return {
        kind: 'voucher.released',
        intentId: hex('intentId'),
        body: {
          book: at.book ?? 0,
          watermarkMicros: text('watermark'),
          paidMicros: text('paid'),
          feeMicros: text('fee'),
          to: hex('to'),
          txHash,
        },
      }
    case 'escrow.FeesSwept':
    case 'paymaster.FeesSwept':
      return {
        kind: 'fees.swept',
        intentId: null,
        body: {
          source: emitter as 'escrow' | 'paymaster',
          amountMicros: text('amount'),
          to: hex('to'),
          txHash,
        },
      }
    case 'feeTreasury.RelayerPaid':
      return {
        kind: 'relayer.paid',
        intentId: null,
        body: {
          duty: number('duty'),
          relayer: hex('relayer'),
          amountMicros: text('price'),
          txHash,
          gasUsed,
        },
      }
    case 'settlement.UsageCommitted':
      return {
        kind: 'root.posted',
        intentId: null,
        body: {
          epoch: number('epoch'),
          root: hex('root'),
          totalMicros: text('total'),
          coSignedMicros: text('coSigned'),
          postedAt: number('postedAt'),
          weight: number('weight'),
          txHash,
          gasUsed,
        },
      }
    case 'payOnUsage.Demanded':
      return {
        kind: 'demand.opened',
        intentId: hex('intentId'),
        body: {
          demandId: hex('id'),
          kind: number('demand.leaf') === 0 ? 'data' : 'evidence',
          demand: {
            root: hex('demand.root'),
            total: text('demand.total'),
            coSigned: text('demand.coSigned'),
            epoch: number('demand.epoch'),
            book: number('demand.book'),
            index: number('demand.index'),
            leaf: hex('demand.leaf'),
            device: hex('demand.device'),
            challenger: hex('demand.challenger'),
            openUntil: number('demand.openUntil'),
          },
          txHash,
        },
      }
    case 'identity.Issued':
      return {
        kind: 'identity.minted',
        intentId: null,
        body: { account: hex('to'), tokenId: text('tokenId'), txHash },
      }
    case 'identity.Burned':
      return {
        kind: 'identity.burned',
        intentId: null,
        body: { account: hex('account'), tokenId: text('tokenId'), txHash },
      }
    case 'paymaster.BudgetSet':
      return {
        kind: 'budget.granted',
        intentId: null,
        body: {
          account: hex('account'),
          amountMicros: text('amountMicros'),
          validUntil: number('validUntil'),
          txHash,
        },
      }
    case 'paymaster.GasCharged':
      return {
        kind: 'gas.charged',
        intentId: null,
        body: {
          account: hex('account'),
          costMicros: text('costMicros'),
          marginMicros: text('marginMicros'),
          userOpHash: hex('userOpHash'),
          txHash,
          kind: number('kind'),
        },
      }
    default:
      return undefined
  }
}
