import { createHash, randomBytes, randomInt } from 'node:crypto'
import { type Clock, refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { digestOf, domainOf } from '@gesim/proofs'
import type { ChainSettings, Db, Store } from '@gesim/store'
import { PAIRING_ALPHABET } from '@gesim/wire'
import { sql } from 'kysely'
import type { IntentsChain } from './ports.ts'
import type { IntentRow } from './table.ts'

const CODE_SECONDS = 300
const CODE_LENGTH = 6
const YEAR_SECONDS = 366 * 86_400

/** A paired device, as its token proves it. */
export interface PairedDevice {
  readonly intentId: Hex
  readonly device: Hex
  readonly validUntil: bigint | null
  readonly bound: boolean
}

export interface PairingOptions {
  readonly store: Store
  readonly chain: IntentsChain
  readonly settings: ChainSettings
  readonly clock: Clock
}

const hash = (text: string) => createHash('sha256').update(text).digest()
const TOKEN = /^Bearer (gd_[A-Za-z0-9_-]{43})$/

/** The device behind an Authorization header; undefined for none, or for another kind of token. */
export async function findDevice(
  db: Db,
  authorization: string | undefined,
): Promise<PairedDevice | undefined> {
  const token = TOKEN.exec(authorization ?? '')?.[1]
  if (!token) return undefined
  const { rows } = await sql<{ intent_id: Hex; device: Hex; valid_until: bigint | null; bound: boolean }>`
    select intent_id, device, valid_until, payer_signature is not null as bound from gesim.intents_devices
    where token_hash = ${hash(token)} and expires_at > now()`.execute(db)
  const row = rows[0]
  return row && { intentId: row.intent_id, device: row.device, validUntil: row.valid_until, bound: row.bound }
}

/** Pairing codes, device tokens, and the payer's word for a device. */
export function makePairing({ store, chain, settings, clock }: PairingOptions) {
  return {
    /** A code that a device can exchange once, within five minutes. An earlier one of the same purchase ends. */
    async createCode(row: IntentRow): Promise<{ code: string; expiresAt: number }> {
      if (row.state === 'settled' || row.state === 'refunded' || row.state === 'lapsed')
        throw refuse('intents.over', { intentId: row.intent_id, state: row.state })
      const code = Array.from(
        { length: CODE_LENGTH },
        () => PAIRING_ALPHABET[randomInt(PAIRING_ALPHABET.length)],
      ).join('')
      const expiresAt = Math.floor(clock.nowMs() / 1000) + CODE_SECONDS
      await store.tx(async (tx) => {
        await sql`delete from gesim.intents_pairing_codes
          where intent_id = ${row.intent_id} or expires_at < now()`.execute(tx)
        await sql`insert into gesim.intents_pairing_codes (code_hash, intent_id, expires_at)
          values (${hash(code)}, ${row.intent_id}, ${new Date(expiresAt * 1000)})`.execute(tx)
      })
      return { code, expiresAt }
    },

    /** Exchanges a code for a token that lives until the purchase's deadline. Throws `intents.pairing-code-wrong`. */
    async pair(
      code: string,
      device: Hex,
    ): Promise<{ deviceToken: string; intentId: Hex; expiresAt: number }> {
      const bytes = (device.length - 2) / 2
      if (bytes < 20 || bytes > 1_024) throw refuse('intents.device-wrong', { bytes })
      const token = `gd_${randomBytes(32).toString('base64url')}`
      return await store.tx(async (tx) => {
        const { rows } = await sql<{ intent_id: Hex; deadline: bigint }>`
          delete from gesim.intents_pairing_codes c using gesim.intents_intents i
          where c.code_hash = ${hash(code)} and c.expires_at > ${new Date(clock.nowMs())} and i.intent_id = c.intent_id
          returning c.intent_id, i.deadline`.execute(tx)
        const found = rows[0]
        if (!found) throw refuse('intents.pairing-code-wrong')
        // A day beyond the deadline for the last voucher.
        const expiresAt = Number(found.deadline) + 86_400
        await sql`insert into gesim.intents_devices (token_hash, intent_id, device, expires_at)
          values (${hash(token)}, ${found.intent_id}, ${device.toLowerCase()}, ${new Date(expiresAt * 1000)})`.execute(
          tx,
        )
        return { deviceToken: token, intentId: found.intent_id, expiresAt }
      })
    },

    /** The newest pairing of a purchase. */
    async pairingOf(intentId: Hex) {
      const { rows } = await sql<{
        device: Hex
        paired_at: Date
        valid_until: bigint | null
        payer_signature: Hex | null
      }>`select device, paired_at, valid_until, payer_signature from gesim.intents_devices
        where intent_id = ${intentId} order by paired_at desc limit 1`.execute(store.db)
      return rows[0]
    },

    /** Binds a paired device by the payer's PairingConsent, which is checked with the account on chain. */
    async bind(row: IntentRow, device: Hex, validUntil: number, payerSignature: Hex): Promise<void> {
      const nowSeconds = Math.floor(clock.nowMs() / 1000)
      if (validUntil <= nowSeconds || validUntil > Number(row.deadline) + YEAR_SECONDS)
        throw refuse('intents.consent-expired', { intentId: row.intent_id, validUntil })
      const key = device.toLowerCase() as Hex
      const { rows } = await sql`select from gesim.intents_devices
        where intent_id = ${row.intent_id} and device = ${key} limit 1`.execute(store.db)
      if (rows.length === 0) throw refuse('intents.device-unknown', { intentId: row.intent_id })
      const digest = digestOf('PairingConsent', domainOf(settings.chainId, settings.addresses.escrow), {
        payer: row.payer,
        device: key,
        validUntil,
      })
      if (!(await chain.verify(row.payer, digest, payerSignature)))
        throw refuse('intents.signature-wrong', { intentId: row.intent_id })
      await sql`update gesim.intents_devices set valid_until = ${validUntil}, payer_signature = ${payerSignature.toLowerCase()}
        where intent_id = ${row.intent_id} and device = ${key}`.execute(store.db)
    },
  }
}
