import { refuse } from '@gesim/base'
import { intentEscrowAbi, testUsdcAbi } from '@gesim/contracts'
import { cancelAheadTypedData, paymentAheadTypedData, type UsdcDomain } from '@gesim/proofs'
import { encodeFunctionData } from 'viem'
import { ask } from '../../api/ask.ts'
import { serverNowMs } from '../../api/clock.ts'
import type { Hex, Renewal, Wallet } from '../../api/shapes.ts'
import { signerOf } from '../../chain/account.ts'
import { addresses, chainClient, network } from '../../chain/network.ts'
import { sendCalls } from '../../chain/operations.ts'
import { unlock } from '../../wallet/keeper.ts'
import { checkDraft, type Ordered } from './check-draft.ts'
import { type SignedPayments, signedPayments } from './signed-payments.ts'

/**
 * Orders a plan to renew itself: drafted, compared with what was shown, signed once for each payment, and handed in. Resolves with
 * `due-now` and has signed nothing where the first one would be bought at once and the page did not say so.
 */
export async function orderRenewal(
  intentId: Hex,
  { atOnce, ...shown }: Omit<Ordered, 'account'> & { readonly atOnce: boolean },
): Promise<'ordered' | 'due-now'> {
  const wallet = await ask<Wallet>('GET', '/v1/wallet')
  const { account } = wallet
  if (!account) throw refuse('web.wallet-not-sealed')
  // The key first: whoever has to sign in for it should not wait for a draft before.
  const signer = await signerOf(await unlock(wallet), wallet)
  const { times, days } = shown
  const draft = await ask<Renewal>('POST', `/v1/intents/${intentId}/renewals`, { body: { times, days } })
  checkDraft(draft, { ...shown, account }, Math.floor(serverNowMs() / 1000))
  if (draft.dueNow && !atOnce) return 'due-now'
  const [domain, { escrow }] = await Promise.all([usdcDomain(), addresses()])
  const signatures: Hex[] = []
  for (const part of draft.parts) {
    const payment = paymentAheadTypedData(domain, {
      payer: account,
      escrow,
      amountMicros: BigInt(shown.plan.priceMicros),
      validBefore: draft.until,
      intentId: part.intentId,
    })
    signatures.push(await signer.signTypedData(payment as Parameters<typeof signer.signTypedData>[0]))
  }
  await ask<Renewal>('POST', `/v1/renewals/${draft.renewalId}/signatures`, { body: { signatures } })
  return 'ordered'
}

/** Ends it at the server, which deletes what was signed and not asked for yet. */
export function endRenewal(renewalId: string): Promise<Renewal> {
  return ask<Renewal>('DELETE', `/v1/renewals/${renewalId}`)
}

/** `IntentState.Created`: before it the escrow knows no purchase, and up to it no payment of one. */
const CREATED = 1

/** What the chain says of the payments of a renewal. */
export async function paymentsOnChain(renewal: Renewal): Promise<SignedPayments> {
  const [client, { usdc, escrow }] = await Promise.all([chainClient(), addresses()])
  const chain = {
    isUsed: (payer: Hex, intentId: Hex) =>
      client.readContract({
        address: usdc,
        abi: testUsdcAbi,
        functionName: 'authorizationState',
        args: [payer, intentId],
      }),
    isPaid: async (intentId: Hex) => {
      const read = { address: escrow, abi: intentEscrowAbi, functionName: 'intentOf' } as const
      return (await client.readContract({ ...read, args: [intentId] })).state > CREATED
    },
  }
  return await signedPayments(renewal, chain, serverNowMs())
}

/**
 * Makes what was signed void on the chain, all of it in one operation: from then on it is of no use to anybody. Resolves with what
 * is void by now, and with what could not be made void, for it had been paid.
 */
export async function voidPayments(renewal: Renewal): Promise<SignedPayments> {
  const { open, paid, cancelled } = await paymentsOnChain(renewal)
  if (open.length === 0) return { open, paid, cancelled }
  const wallet = await ask<Wallet>('GET', '/v1/wallet')
  const signer = await signerOf(await unlock(wallet), wallet)
  const [domain, { usdc }] = await Promise.all([usdcDomain(), addresses()])
  const calls: { to: Hex; data: Hex }[] = []
  for (const intentId of open) {
    const cancel = cancelAheadTypedData(domain, signer.address, intentId)
    const signature = await signer.signTypedData(cancel as Parameters<typeof signer.signTypedData>[0])
    const args = [signer.address, intentId, signature] as const
    calls.push({
      to: usdc,
      data: encodeFunctionData({ abi: testUsdcAbi, functionName: 'cancelAuthorization', args }),
    })
  }
  await sendCalls(signer, calls, 'at once')
  return { open: [], paid, cancelled: [...cancelled, ...open] }
}

/** USDC's own domain, which differs between chains. */
async function usdcDomain(): Promise<UsdcDomain> {
  const [client, { usdc }, { chainId }] = await Promise.all([chainClient(), addresses(), network()])
  const read = { address: usdc, abi: testUsdcAbi } as const
  const [name, version] = await Promise.all([
    client.readContract({ ...read, functionName: 'name' }),
    client.readContract({ ...read, functionName: 'version' }),
  ])
  return { name, version, chainId, verifyingContract: usdc }
}
