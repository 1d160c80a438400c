import { refuse } from '@gesim/base'
import type { GesimSmartAccount } from '@gesim/contracts/account'
import {
  type EntitlementDomain,
  entitlementTypedData,
  isPlainPurpose,
  MOST_OPEN_SECONDS,
} from '@gesim/proofs'
import { ask } from '../api/ask.ts'
import type { EntitlementProof, Question, Wallet } from '../api/shapes.ts'
import { signerOf } from '../chain/account.ts'
import { addresses, network } from '../chain/network.ts'
import { unlock } from '../wallet/keeper.ts'

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

/**
 * Signs a carrier's question as the traveller's account and hands the answer over. What is signed is compared first with what
 * this page knows itself: the account, the chain, the contract, and how long a question may be open. Throws `web.terms-differ` where it is not that.
 */
export async function answerQuestion(
  code: string,
  { domain, question }: Question,
): Promise<EntitlementProof> {
  const [wallet, { chainId }, { identity }] = await Promise.all([
    ask<Wallet>('GET', '/v1/wallet'),
    network(),
    addresses(),
  ])
  const fits =
    domain.chainId === chainId &&
    same(domain.verifyingContract, identity) &&
    same(question.account, wallet.account ?? '') &&
    isPlainPurpose(question.purpose) &&
    question.expiresAt - question.issuedAt <= MOST_OPEN_SECONDS
  if (!fits) throw refuse('web.terms-differ', { field: 'question' })
  const signer = await signerOf(await unlock(wallet), wallet)
  // viem ties the signer's generic to literal types; the shape is the same.
  const typedData = entitlementTypedData(domain as EntitlementDomain, question) as unknown as Parameters<
    GesimSmartAccount['signTypedData']
  >[0]
  const signature = await signer.signTypedData(typedData)
  return await ask('POST', `/v1/entitlements/questions/${code}/answer`, {
    body: { domain, question, signature },
    // The same answer once more, after an answer that was lost, is the same request.
    idempotencyKey: `${question.nonce.slice(2, 34)}${signature.slice(-32)}`,
  })
}
