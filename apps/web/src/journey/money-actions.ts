import { refuse } from '@gesim/base'
import { intentEscrowAbi } from '@gesim/contracts'
import { intentIdOf, leafProofFromJson, termsFromJson } from '@gesim/proofs'
import { ask } from '../api/ask.ts'
import { serverNowMs } from '../api/clock.ts'
import type { Hex, Intent, Remainder, Wallet } from '../api/shapes.ts'
import { signerOf } from '../chain/account.ts'
import { balanceOf } from '../chain/balance.ts'
import { addresses, chainClient } from '../chain/network.ts'
import { addToIntent, refundHeld, refundRest } from '../chain/operations.ts'
import { unlock } from '../wallet/keeper.ts'
import { requireWithinLimits } from '../wallet/within-limits.ts'

/** Takes the whole deposit back by the contract alone. Needs nobody's consent while the money is Held. */
export async function takeMoneyBack(intent: Intent): Promise<void> {
  const wallet = await ask<Wallet>('GET', '/v1/wallet')
  const signer = await signerOf(await unlock(wallet), wallet)
  await refundHeld(signer, termsFromJson(intent.terms))
}

/** Takes what is left of a finished purchase, without waiting until it comes back by itself. */
export async function takeRestNow(intent: Intent, { epoch, leaf }: Remainder): Promise<void> {
  const wallet = await ask<Wallet>('GET', '/v1/wallet')
  const signer = await signerOf(await unlock(wallet), wallet)
  await refundRest(signer, termsFromJson(intent.terms), epoch, leafProofFromJson(leaf))
}

/** Why nothing was added, where that is no failure: the purchase or the wallet is not what the page had shown. */
export type NotAdded = 'closed' | 'late' | 'changed' | 'short'

/** `IntentState.Open` of the escrow. */
const OPEN = 3

/**
 * Adds money to a purchase that runs. The API and the chain are asked first, since the page may be older: whether the
 * service runs, whether the escrow would take it, and whether the wallet has it. Resolves with null once it is in, else with the reason why nothing was sent.
 */
export async function addMoney(intent: Intent, amountMicros: bigint): Promise<NotAdded | null> {
  const terms = termsFromJson(intent.terms)
  if (intentIdOf(terms) !== intent.intentId.toLowerCase())
    throw refuse('web.terms-differ', { field: 'intentId' })
  const wallet = await ask<Wallet>('GET', '/v1/wallet')
  const account = wallet.account
  if (!account || account.toLowerCase() !== terms.payer.toLowerCase())
    throw refuse('web.terms-differ', { field: 'payer' })
  // The key first: whoever has to sign in for it should not read of balances before.
  const entropy = await unlock(wallet)
  const [latest, { state, funded }, balance] = await Promise.all([
    ask<Intent>('GET', `/v1/intents/${intent.intentId}`),
    onChain(intent.intentId),
    balanceOf(account),
  ])
  if (latest.state !== 'active' || state !== OPEN) return 'closed'
  if (terms.deadline <= Math.floor(serverNowMs() / 1000)) return 'late'
  // A second tap, or another tab, has been here meanwhile.
  if (funded !== BigInt(intent.fundedMicros) || funded + amountMicros > terms.maxDeposit) return 'changed'
  if (balance < amountMicros) return 'short'
  await requireWithinLimits(amountMicros)
  // From here on it counts. Sent again after a failure it counts twice for a quarter of an hour, since both may be on their way.
  await ask('POST', `/v1/intents/${intent.intentId}/top-ups`, {
    body: { amountMicros: amountMicros.toString() },
  })
  await addToIntent(await signerOf(entropy, wallet), terms, amountMicros)
  return null
}

async function onChain(intentId: Hex): Promise<{ state: number; funded: bigint }> {
  const [client, { escrow }] = await Promise.all([chainClient(), addresses()])
  const { state, funded } = await client.readContract({
    address: escrow,
    abi: intentEscrowAbi,
    functionName: 'intentOf',
    args: [intentId],
  })
  return { state: Number(state), funded: BigInt(funded) }
}
