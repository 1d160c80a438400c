import { createHash, randomInt } from 'node:crypto'
import { type Clock, refuse } from '@gesim/base'
import type { Hex, TermsJson } from '@gesim/journey'
import {
  chainFault,
  type EntitlementFault,
  entitlementDomain,
  entitlementProofToJson,
  isPlainPurpose,
  type EntitlementProof as Proof,
  questionFault,
  termsFromJson,
} from '@gesim/proofs'
import type { ChainSettings, Db, Store } from '@gesim/store'
import { type EntitlementProof, type EntitlementQuestion, PAIRING_ALPHABET } from '@gesim/wire'
import { sql } from 'kysely'
import type { intentsFailures } from './failures.ts'
import type { IntentsChain } from './ports.ts'
import { randomHash } from './quote.ts'

/** As long as somebody needs to take up a phone, and no longer. */
const QUESTION_SECONDS = 300
const CODE_LENGTH = 6

/** How each fault of a proof is refused. */
const REFUSALS = {
  'wrong-chain': 'intents.question-wrong-chain',
  'wrong-carrier': 'intents.question-wrong-carrier',
  'wrong-account': 'intents.question-of-another',
  'other-question': 'intents.question-altered',
  'not-yet': 'intents.question-altered',
  expired: 'intents.question-expired',
  replayed: 'intents.question-answered',
  'signature-wrong': 'intents.entitlement-signature-wrong',
  'entitlement-lost': 'intents.entitlement-lost',
} as const satisfies Record<EntitlementFault, keyof typeof intentsFailures>

interface QuestionRow {
  nonce: Hex
  carrier_id: number
  carrier: Hex
  books: number[]
  account: Hex
  purpose: string
  issued_at: bigint
  expires_at: bigint
  answered_at: Date | null
  intent_id: Hex | null
  signature: Hex | null
}

type AnswerBody = Pick<EntitlementProof, 'domain' | 'question' | 'signature'>

export interface EntitlementsOptions {
  readonly store: Store
  readonly chain: IntentsChain
  readonly settings: ChainSettings
  readonly clock: Clock
}

const hash = (text: string) => createHash('sha256').update(text).digest()

function questionOf(row: QuestionRow): EntitlementQuestion {
  return {
    carrierId: row.carrier_id,
    carrier: row.carrier,
    account: row.account,
    nonce: row.nonce,
    issuedAt: Number(row.issued_at),
    expiresAt: Number(row.expires_at),
    purpose: row.purpose,
  }
}

/** Carriers' questions whether an account is entitled, and the account's signed answers, one to each. */
export function makeEntitlements({ store, chain, settings, clock }: EntitlementsOptions) {
  const domain = entitlementDomain(settings.chainId, settings.addresses.identity)
  const nowSeconds = () => Math.floor(clock.nowMs() / 1000)

  /** The question behind a code, for the account it is put to. */
  async function own(account: Hex, code: string): Promise<QuestionRow> {
    const { rows } = await sql<QuestionRow>`select * from gesim.intents_questions
      where code_hash = ${hash(code)}`.execute(store.db)
    const row = rows[0]
    if (!row) throw refuse('intents.question-unknown')
    if (row.account !== account) throw refuse('intents.question-of-another', { account })
    return row
  }

  return {
    /** A question of a carrier. Throws `intents.carrier-unknown`, `intents.purpose-unreadable`. */
    async ask(carrier: { carrierId: number; books: readonly number[] }, account: Hex, purpose: string) {
      if (!isPlainPurpose(purpose)) throw refuse('intents.purpose-unreadable')
      const admin = await chain.carrierAdmin(carrier.carrierId)
      if (!admin) throw refuse('intents.carrier-unknown', { carrierId: carrier.carrierId })
      const issuedAt = nowSeconds()
      const question: EntitlementQuestion = {
        carrierId: carrier.carrierId,
        carrier: admin.toLowerCase() as Hex,
        account: account.toLowerCase() as Hex,
        nonce: randomHash(),
        issuedAt,
        expiresAt: issuedAt + QUESTION_SECONDS,
        purpose,
      }
      const letters = Array.from({ length: CODE_LENGTH }, () => randomInt(PAIRING_ALPHABET.length))
      const code = letters.map((at) => PAIRING_ALPHABET[at]).join('')
      await sql`insert into gesim.intents_questions (nonce, code_hash, carrier_id, carrier, books, account, purpose,
          issued_at, expires_at)
        values (${question.nonce}, ${hash(code)}, ${question.carrierId}, ${question.carrier},
          ${[...carrier.books]}::integer[], ${question.account}, ${purpose}, ${issuedAt}, ${question.expiresAt})`.execute(
        store.db,
      )
      return { code, path: `/id?code=${code}`, domain, question }
    },

    /** The question, before it is answered, with the purchase that would be shown. */
    async look(account: Hex, code: string) {
      const row = await own(account, code)
      if (row.answered_at) throw refuse('intents.question-answered')
      if (nowSeconds() >= Number(row.expires_at)) throw refuse('intents.question-expired')
      const purchase = await openAt(store.db, row)
      return { domain, question: questionOf(row), intentId: purchase?.intent_id ?? null }
    },

    /** Checks the account's answer by rules and chain, and takes it: the first one counts. Throws what `REFUSALS` lists. */
    async answer(account: Hex, code: string, body: AnswerBody): Promise<EntitlementProof> {
      const row = await own(account, code)
      const purchase = await openAt(store.db, row)
      const deny = (fault: EntitlementFault) => refuse(REFUSALS[fault], { carrierId: row.carrier_id })
      const expected = {
        chainId: settings.chainId,
        identity: settings.addresses.identity,
        question: questionOf(row),
        nowSeconds: nowSeconds(),
        answered: row.answered_at !== null,
      }
      const signed = { domain: body.domain, question: body.question, signature: body.signature }
      // Without a purchase of the account there is nothing to show; what else is wrong is still said first.
      const terms = purchase ? termsFromJson(purchase.terms) : { ...NOTHING, payer: account }
      const proof: Proof = { ...signed, terms }
      const fault = questionFault(expected, proof)
      if (fault) throw deny(fault)
      const onChain = chainFault(proof, await chain.entitlementFacts(proof))
      if (onChain) throw deny(onChain)
      const { numAffectedRows } = await sql`update gesim.intents_questions
        set answered_at = ${new Date(clock.nowMs())}, intent_id = ${purchase!.intent_id},
          signature = ${body.signature.toLowerCase()}
        where nonce = ${row.nonce} and answered_at is null`.execute(store.db)
      if (!numAffectedRows) throw deny('replayed')
      return entitlementProofToJson(proof)
    },

    /** What became of a question, for the carrier that asked it. Throws `intents.question-unknown`. */
    async result(carrierId: number, nonce: Hex) {
      const { rows } = await sql<QuestionRow & { terms: TermsJson | null }>`
        select q.*, i.terms from gesim.intents_questions q left join gesim.intents_intents i using (intent_id)
        where q.nonce = ${nonce.toLowerCase()} and q.carrier_id = ${carrierId}`.execute(store.db)
      const row = rows[0]
      if (!row) throw refuse('intents.question-unknown')
      if (row.answered_at && row.signature && row.terms)
        return {
          state: 'answered' as const,
          proof: { domain, question: questionOf(row), signature: row.signature, terms: row.terms },
        }
      const open = nowSeconds() < Number(row.expires_at)
      return { state: open ? ('open' as const) : ('expired' as const), proof: null }
    },
  }
}

/** The account's purchase whose service is on at one of the carrier's books; the one that lasts longest. */
async function openAt(db: Db, row: Pick<QuestionRow, 'account' | 'books'>) {
  const { rows } = await sql<{ intent_id: Hex; terms: TermsJson }>`
    select intent_id, terms from gesim.intents_intents
    where payer = ${row.account} and state = 'active' and book = any(${row.books}::integer[])
    order by deadline desc, intent_id limit 1`.execute(db)
  return rows[0]
}

/** Terms of no purchase: over since 1970, so that nothing is entitled by them. */
const NOTHING: Omit<Proof['terms'], 'payer'> = {
  booksHash: `0x${'0'.repeat(64)}`,
  planCommit: `0x${'0'.repeat(64)}`,
  pricePerGB: 0n,
  activationFee: 0n,
  includedBytes: 0n,
  blockBytes: 0n,
  maxDeposit: 0n,
  provisionBy: 0,
  deadline: 0,
  flags: 0,
  unsignedCredit: 0n,
  salt: 0n,
}
