import { ask } from '../api/ask.ts'
import type { Intent, Pairing, Wallet } from '../api/shapes.ts'
import { signerOf } from '../chain/account.ts'
import { signConsent } from '../chain/consents.ts'
import { unlock } from '../wallet/keeper.ts'

/** A paired device may sign until a day after the purchase ends, so that its last voucher still counts. */
const PAIRING_GRACE_SECONDS = 86_400

/** Binds the paired device: the payer's PairingConsent, without which its signatures count for nothing. */
export async function bindDevice(intent: Intent, pairing: Pairing, silent: boolean): Promise<void> {
  if (!pairing.device) return
  const wallet = await ask<Wallet>('GET', '/v1/wallet')
  const signer = await signerOf(await unlock(wallet, { silent }), wallet)
  const validUntil = intent.deadline + PAIRING_GRACE_SECONDS
  const { signature } = await signConsent(signer, 'PairingConsent', {
    payer: intent.terms.payer,
    device: pairing.device,
    validUntil,
  })
  await ask('POST', `/v1/intents/${intent.intentId}/pairing-consents`, {
    body: { device: pairing.device, validUntil, payerSignature: signature },
  })
}

/** Agrees, as the payer, that the profile is installed: for phones that are not paired. */
export async function consentToActivation(intent: Intent, silent: boolean): Promise<void> {
  if (!intent.receiptDigest || intent.book === undefined) return
  const wallet = await ask<Wallet>('GET', '/v1/wallet')
  const signer = await signerOf(await unlock(wallet, { silent }), wallet)
  // The escrow opens until `provisionBy` only; a consent that outlives it would be of no use to anybody.
  const validUntil = intent.provisionBy
  const { signature } = await signConsent(signer, 'ActivationConsent', {
    intentId: intent.intentId,
    book: intent.book,
    receiptDigest: intent.receiptDigest,
    validUntil,
  })
  await ask('POST', `/v1/intents/${intent.intentId}/activation-consents`, {
    body: { receiptDigest: intent.receiptDigest, validUntil, signature },
  })
}
