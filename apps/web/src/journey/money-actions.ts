import { leafProofFromJson, termsFromJson } from '@gesim/proofs'
import { ask } from '../api/ask.ts'
import type { Intent, Remainder, Wallet } from '../api/shapes.ts'
import { signerOf } from '../chain/account.ts'
import { refundHeld, refundRest } from '../chain/operations.ts'
import { unlock } from '../wallet/keeper.ts'

/** Takes the whole deposit back by the contract alone. Needs nobody's consent while the money is Held. */
export async function takeMoneyBack(intent: Intent): Promise<void> {
  const wallet = await ask<Wallet>('GET', '/v1/wallet')
  const signer = await signerOf(await unlock(wallet))
  await refundHeld(signer, termsFromJson(intent.terms))
}

/** Takes what is left of a finished purchase, without waiting until it comes back by itself. */
export async function takeRestNow(intent: Intent, { epoch, leaf }: Remainder): Promise<void> {
  const wallet = await ask<Wallet>('GET', '/v1/wallet')
  const signer = await signerOf(await unlock(wallet))
  await refundRest(signer, termsFromJson(intent.terms), epoch, leafProofFromJson(leaf))
}
