import { refuse } from '@gesim/base'
import { testUsdcAbi } from '@gesim/contracts'
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

/** Orders a plan to renew itself: drafted, compared with what was shown, signed once for each payment, and handed in. */
export async function orderRenewal(intentId: Hex, shown: Omit<Ordered, 'account'>): Promise<Renewal> {
  const wallet = await ask<Wallet>('GET', '/v1/wallet')
  const { account } = wallet
  if (!account) throw refuse('web.wallet-not-sealed')
  // The key first: whoever has to sign in for it should not wait for a draft before.
  const signer = await signerOf(await unlock(wallet), wallet)
  const { times, days } = shown
  const draft = await ask<Renewal>('POST', `/v1/intents/${intentId}/renewals`, { body: { times, days } })
  checkDraft(draft, { ...shown, account }, Math.floor(serverNowMs() / 1000))
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
  return await ask<Renewal>('POST', `/v1/renewals/${draft.renewalId}/signatures`, { body: { signatures } })
}

/** Ends it at the server, which deletes what was signed. */
export function endRenewal(renewalId: string): Promise<Renewal> {
  return ask<Renewal>('DELETE', `/v1/renewals/${renewalId}`)
}

/** The payments of a renewal that USDC would still take, if somebody had copied what was signed. */
export async function openPayments({ parts, until }: Renewal): Promise<Hex[]> {
  if (until * 1000 <= serverNowMs()) return []
  const unpaid = parts.filter((part) => part.state !== 'paid')
  const [client, { usdc }] = await Promise.all([chainClient(), addresses()])
  const used = await Promise.all(
    unpaid.map(({ intentId, terms }) =>
      client.readContract({
        address: usdc,
        abi: testUsdcAbi,
        functionName: 'authorizationState',
        args: [terms.payer, intentId],
      }),
    ),
  )
  return unpaid.filter((_, at) => !used[at]).map((part) => part.intentId)
}

/** Makes what was signed void on the chain, all of it in one operation: from then on it is of no use to anybody. */
export async function voidPayments(renewal: Renewal): Promise<void> {
  const open = await openPayments(renewal)
  if (open.length === 0) return
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
