import { randomBytes } from 'node:crypto'
import { maxBigint, minBigint } from '@gesim/base'
import type { Hex, TermsJson } from '@gesim/journey'
import {
  agreementHash,
  booksHash,
  CARRIER_METERED,
  intentIdOf,
  planCommit,
  planHashOf,
  termsFromJson,
} from '@gesim/proofs'
import type { Agreement, Plan, Qos } from '@gesim/wire'

/** What terms are made of beside the plan. */
export interface QuoteInput {
  readonly payer: Hex
  readonly nowSeconds: number
  readonly provisionSeconds: number
  readonly unsignedCreditBytes: bigint
  readonly qos: Qos
  /** Until when the quote can be taken. */
  readonly payBy: number
  readonly nonce: Hex
  readonly salt: bigint
}

/** A plan that can be topped up takes in so many times its price in all; only the price is paid at first. */
const TOP_UP_TIMES = 4n
/** The escrow's own limit of a deposit (EscrowParameters.depositLimit). */
const DEPOSIT_LIMIT_MICROS = 500_000_000n

/** The most that an escrow takes in for a plan. */
export function mostDepositOf({ topUp, priceMicros }: Plan): bigint {
  const price = BigInt(priceMicros)
  return topUp ? maxBigint(price, minBigint(price * TOP_UP_TIMES, DEPOSIT_LIMIT_MICROS)) : price
}

/** What a traveller is asked to agree to: the terms, and the agreement that they bind. */
export interface Draft {
  readonly terms: TermsJson
  readonly agreement: Agreement
  readonly planSalt: Hex
  readonly intentId: Hex
  readonly priceMicros: bigint
}

/** Terms for a plan. Pure: the same input, the same intent id. */
export function draftTerms(plan: Plan, input: QuoteInput): Draft {
  const provisionBy = input.nowSeconds + input.provisionSeconds
  // The days are the traveller's: they count from the last moment of delivery.
  const deadline = provisionBy + plan.validityDays * 86_400
  const payer = input.payer.toLowerCase() as Hex
  const maxDeposit = mostDepositOf(plan).toString()
  const agreement: Agreement = {
    payer,
    planId: plan.planId,
    planHash: planHashOf(plan),
    qos: input.qos,
    priceMicros: plan.priceMicros,
    pricePerGB: plan.pricePerGbMicros,
    activationFee: plan.activationFeeMicros,
    includedBytes: plan.includedBytes,
    maxDeposit,
    books: plan.books,
    payBy: input.payBy,
    provisionBy,
    deadline,
    nonce: input.nonce,
  }
  const planSalt = agreementHash(agreement)
  const terms: TermsJson = {
    payer,
    booksHash: booksHash(plan.books),
    planCommit: planCommit(plan.planId, planSalt),
    pricePerGB: plan.pricePerGbMicros,
    activationFee: plan.activationFeeMicros,
    includedBytes: plan.includedBytes,
    blockBytes: plan.blockBytes,
    maxDeposit,
    provisionBy,
    deadline,
    flags: plan.metering === 'carrier' ? CARRIER_METERED : 0,
    unsignedCredit: input.unsignedCreditBytes.toString(),
    salt: input.salt.toString(),
  }
  const intentId = intentIdOf(termsFromJson(terms))
  return { terms, agreement, planSalt, intentId, priceMicros: BigInt(plan.priceMicros) }
}

/** 32 random bytes as hex. */
export function randomHash(): Hex {
  return `0x${randomBytes(32).toString('hex')}`
}

/** Whether two sets of terms are the same, whatever the case of their hex. */
export function sameTerms(a: TermsJson, b: TermsJson): boolean {
  const names = Object.keys(a) as (keyof TermsJson)[]
  return names.every((name) => String(a[name]).toLowerCase() === String(b[name]).toLowerCase())
}
