import { refuse } from '@gesim/base'
import type { ReceiptJson } from '@gesim/journey'
import type { StageContext } from '@gesim/store'
import type { DeviceIntent } from '@gesim/wire'
import { sql } from 'kysely'
import { findDevice } from './pairing.ts'
import { findIntent } from './table.ts'

interface Delivery {
  receipt: ReceiptJson | null
  receipt_digest: `0x${string}` | null
  consent: unknown
  radio_url: string | null
}

/** A purchase as its paired device sees it. Throws `intents.device-token-wrong`. */
export async function deviceIntent(
  context: Pick<StageContext, 'store' | 'chain'>,
  authorization: string | undefined,
  intentId: string,
): Promise<DeviceIntent> {
  const { store, chain } = context
  const device = await findDevice(store.db, authorization)
  if (!device || device.intentId !== intentId.toLowerCase()) throw refuse('intents.device-token-wrong')
  const row = await findIntent(store.db, device.intentId)
  if (!row) throw refuse('intents.unknown', { intentId })
  // What the provisioner publishes of a delivery; of the carrier that is chosen now.
  const { rows } = await sql<Delivery>`select receipt, receipt_digest, consent, radio_url
    from gesim.provisioner_deliveries where intent_id = ${row.intent_id} and book = ${row.book}
    order by attempt desc limit 1`.execute(store.db)
  const delivery = rows[0]
  const ended = row.state === 'finishing' || row.state === 'settled' || row.state === 'refunded'
  return {
    intentId: row.intent_id,
    state: row.state,
    terms: row.terms,
    ...(row.book === null ? {} : { book: row.book }),
    fundedMicros: row.funded_micros,
    bound: device.bound,
    ...(device.validUntil === null ? {} : { validUntil: Number(device.validUntil) }),
    ...(delivery?.receipt_digest ? { receiptDigest: delivery.receipt_digest } : {}),
    ...(delivery?.receipt ? { receipt: delivery.receipt } : {}),
    consentWanted: row.state === 'installed' && !!delivery?.receipt_digest && !delivery.consent,
    ...(delivery?.radio_url ? { radioUrl: delivery.radio_url } : {}),
    service: row.state === 'active' ? 'on' : ended ? 'ended' : 'off',
    chainId: chain!.chainId,
    escrow: chain!.addresses.escrow,
  }
}
