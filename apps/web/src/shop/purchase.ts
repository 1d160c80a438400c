import { isFailure, refuse } from '@gesim/base'
import { agreementDiffers, booksHash, intentIdOf, type TermsJson, termsFromJson } from '@gesim/proofs'
import { ask } from '../api/ask.ts'
import { serverNowMs } from '../api/clock.ts'
import type { Hex, Plan, Quote, Wallet } from '../api/shapes.ts'
import { signerOf } from '../chain/account.ts'
import { balanceOf } from '../chain/balance.ts'
import { fundIntent } from '../chain/operations.ts'
import { addPasskey, hasDeviceShare, unlock } from '../wallet/keeper.ts'
import { requireWithinLimits } from '../wallet/within-limits.ts'
import { areTimesHonest } from './honest-times.ts'

export type PurchaseStep = 'unlocking' | 'sealing' | 'checking' | 'paying' | 'paid'

/**
 * One confirmation, from the seed to the escrow. Checks before it signs: the wallet's key is safely stored, the terms
 * are those that were shown, the balance is enough. Resolves with the intent's id once the money is in escrow.
 */
export async function purchase(
  plan: Plan,
  quote: Quote,
  wallet: Wallet,
  options: { passkey: boolean; onStep: (step: PurchaseStep) => void },
): Promise<Hex> {
  const account = wallet.account
  if (!account) throw refuse('web.wallet-not-sealed')
  options.onStep('unlocking')
  const entropy = await unlock(wallet)
  if (options.passkey) {
    options.onStep('sealing')
    await addPasskey(account, entropy, { mustSeal: true })
  }
  options.onStep('checking')
  const sealed =
    options.passkey || wallet.shares.passkey || (wallet.shares.server && (await hasDeviceShare(account)))
  if (!sealed) {
    // The browser may have been told to forget its data since the page was opened. The seed is not split anew for that:
    // recovery files made earlier would no longer fit.
    throw refuse((await hasDeviceShare(account)) ? 'web.wallet-not-sealed' : 'web.wallet-elsewhere')
  }
  const amountMicros = BigInt(quote.priceMicros)
  const intentId = checkedIntentId(plan, quote, account)
  if ((await balanceOf(account)) < amountMicros) throw refuse('web.balance-short')
  await requireWithinLimits(amountMicros, intentId)
  await ask('POST', '/v1/intents', {
    body: { quoteId: quote.quoteId, terms: quote.terms },
    idempotencyKey: intentId,
  })
  options.onStep('paying')
  const signer = await signerOf(entropy, wallet)
  await fundIntent(signer, termsFromJson(quote.terms as TermsJson), amountMicros)
  options.onStep('paid')
  return intentId
}

/**
 * The id of the quoted terms, after comparing them with what the page showed. Throws `web.terms-differ`. A quote ends
 * by the server's clock: the device's may be wrong.
 */
export function checkedIntentId(
  plan: Plan,
  quote: Quote,
  account: Hex,
  nowS: number = Math.floor(serverNowMs() / 1000),
): Hex {
  if (quote.expiresAt <= nowS) throw refuse('web.quote-expired')
  const terms = termsFromJson(quote.terms as TermsJson)
  const differs = (field: string) => refuse('web.terms-differ', { field })
  if (terms.payer.toLowerCase() !== account.toLowerCase()) throw differs('payer')
  if (quote.planId !== plan.planId) throw differs('plan')
  if (BigInt(quote.priceMicros) !== BigInt(plan.priceMicros)) throw differs('price')
  // A plan that can be topped up may let in more later; what is signed now is the price, and no charge exceeds what is paid in.
  const price = BigInt(quote.priceMicros)
  if (terms.maxDeposit < price || (terms.maxDeposit > price && !plan.topUp)) throw differs('maxDeposit')
  if (terms.activationFee !== BigInt(plan.activationFeeMicros)) throw differs('activationFee')
  if (terms.pricePerGB !== BigInt(plan.pricePerGbMicros)) throw differs('pricePerGB')
  if (terms.includedBytes !== BigInt(plan.includedBytes)) throw differs('includedBytes')
  if (terms.booksHash !== booksHash(quote.books)) throw differs('books')
  const times = { boughtBy: nowS, validityDays: plan.validityDays }
  if (!areTimesHonest(terms, times)) throw differs('times')
  // The terms bind the agreement, and the agreement the plan as this page showed it: one signature covers all three.
  const { agreement } = quote
  const unagreed = agreementDiffers(agreement, plan, quote.terms as TermsJson)
  if (unagreed) throw differs(unagreed)
  if (agreement.qos !== quote.qos || agreement.payBy !== quote.expiresAt) throw differs('agreement')
  const intentId = intentIdOf(terms)
  if (quote.intentId && quote.intentId.toLowerCase() !== intentId) throw differs('intentId')
  return intentId
}

/** Whether a failed purchase may nevertheless be on its way: then the order page tells, not a second payment. */
export function mayBeOnItsWay(error: unknown): boolean {
  return isFailure(error, 'web.payment-unconfirmed')
}
