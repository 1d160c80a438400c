import { type Address, type Hex, hashStruct, keccak256, stringToBytes } from 'viem'
import { bigintFromJson, type TermsJson } from './json.ts'
import { booksHash, planCommit } from './typed-data.ts'

/**
 * What a traveller agrees to with the one confirmation of a purchase: who, which plan as it was shown, at what price, with
 * which cap and times, served by which carriers. It names nobody but the paying account.
 */
export interface AgreementJson {
  readonly payer: Address
  readonly planId: string
  /** `planHashOf` the plan as it was shown: its price, data, networks, and what it says of registration. */
  readonly planHash: Hex
  readonly qos: string
  readonly priceMicros: string
  readonly pricePerGB: string
  readonly activationFee: string
  readonly includedBytes: string
  readonly maxDeposit: string
  readonly books: readonly number[]
  /** Until when the offer could be taken, the eSIM has to be there, and the service lasts: seconds since 1970. */
  readonly payBy: number
  readonly provisionBy: number
  readonly deadline: number
  /** 32 random bytes, so that nobody finds the plan by trying all of them against the hash on chain. */
  readonly nonce: Hex
}

/**
 * The day on which agreements began, 26 November 2026 UTC, in seconds since 1970. Whose eSIM had to be there before it was bought
 * without one; whoever hands none out for a later purchase withholds it.
 */
export const AGREEMENTS_SINCE = 1_795_651_200

const AGREEMENT = [
  { name: 'payer', type: 'address' },
  { name: 'planId', type: 'string' },
  { name: 'planHash', type: 'bytes32' },
  { name: 'qos', type: 'string' },
  { name: 'priceMicros', type: 'uint64' },
  { name: 'pricePerGB', type: 'uint64' },
  { name: 'activationFee', type: 'uint64' },
  { name: 'includedBytes', type: 'uint64' },
  { name: 'maxDeposit', type: 'uint64' },
  { name: 'books', type: 'uint32[]' },
  { name: 'payBy', type: 'uint40' },
  { name: 'provisionBy', type: 'uint40' },
  { name: 'deadline', type: 'uint40' },
  { name: 'nonce', type: 'bytes32' },
] as const

/**
 * The hash of an agreement (EIP-712 `hashStruct`). It is the salt of the terms' `planCommit`, and the hash of the terms
 * is the purchase's id, so whoever pays under that id has signed exactly this agreement: no second signature is asked for.
 */
export function agreementHash(agreement: AgreementJson): Hex {
  return hashStruct({
    types: { PurchaseAgreement: AGREEMENT },
    primaryType: 'PurchaseAgreement',
    data: {
      ...agreement,
      priceMicros: bigintFromJson(agreement.priceMicros),
      pricePerGB: bigintFromJson(agreement.pricePerGB),
      activationFee: bigintFromJson(agreement.activationFee),
      includedBytes: bigintFromJson(agreement.includedBytes),
      maxDeposit: bigintFromJson(agreement.maxDeposit),
      books: [...agreement.books],
    },
  })
}

/** Keccak-256 over a plan as JSON whose names are in order, so that it is the same however it was stored or sent. */
export function planHashOf(plan: object): Hex {
  return keccak256(stringToBytes(JSON.stringify(ordered(plan))))
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  // By code units and not by a language's order, which differs between machines.
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => [name, ordered(each)]),
  )
}

/** The plan as it was shown, as far as an agreement repeats it. */
export interface AgreedPlan {
  readonly planId: string
  readonly priceMicros: string
}

/**
 * The name of the first thing in which an agreement is not what the terms bind, or null where all of it is. `hash` is
 * compared last: it fails whenever anything was changed that the terms do not name themselves.
 */
export function agreementDiffers(
  agreement: AgreementJson,
  plan: AgreedPlan,
  terms: TermsJson,
): keyof AgreementJson | 'plan' | 'hash' | null {
  if (agreement.payer.toLowerCase() !== terms.payer.toLowerCase()) return 'payer'
  if (agreement.planId !== plan.planId) return 'planId'
  if (agreement.priceMicros !== plan.priceMicros) return 'priceMicros'
  if (agreement.planHash !== planHashOf(plan)) return 'plan'
  const same = [
    'pricePerGB',
    'activationFee',
    'includedBytes',
    'maxDeposit',
    'provisionBy',
    'deadline',
  ] as const
  for (const name of same) if (agreement[name] !== terms[name]) return name
  if (booksHash(agreement.books) !== terms.booksHash) return 'books'
  return planCommit(agreement.planId, agreementHash(agreement)) === terms.planCommit ? null : 'hash'
}
