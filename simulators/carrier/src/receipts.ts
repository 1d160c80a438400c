import { fromBase64, isFailure, refuse } from '@gesim/base'
import { type Certificate, ecdsaVerify, eidOfCertificate, readCertificate, verifyEuicc } from '@gesim/crypto'
import { booksHash, digestOf, intentIdOf, type ReceiptJson, termsFromJson, typedDataOf } from '@gesim/proofs'
import { parseIccid, readProfileInstallationResult } from '@gesim/sgp22'
import { INTENT_STATE } from './chain.ts'
import type { Parts } from './parts.ts'
import type { SmdpEvidence } from './smdp-client.ts'
import type { Subscription } from './state.ts'
import { commit, hashOf } from './subscriber.ts'

/**
 * Signs the provisioning receipt of an installed profile and sends it to the node: only with the card's own signed
 * result, only while the escrow holds the money, only on terms that hash to the intent. Done step by step, each step
 * written down, so that it goes on after a crash. Returns whether it is done.
 */
export async function deliverReceipt(parts: Parts, subscription: Subscription): Promise<boolean> {
  const { file, smdp, node, settings } = parts
  const { intentId } = subscription
  if (!intentId || subscription.receiptPosted) return true
  if (!subscription.receipt) {
    const evidence = await smdp.evidence(parseIccid(subscription.iccid))
    if (!evidence) return false
    const eid = requireEvidence(evidence, subscription, parts.issuers, parts.clock.nowMs())
    await requireHeld(parts, subscription, intentId)
    const { installationResult, euiccCertificate, eumCertificate } = evidence
    const receipt: ReceiptJson = {
      intentId,
      book: settings.book,
      eidCommit: commit(file.state.commitmentKey, intentId, 'eid', eid),
      iccidCommit: commit(file.state.commitmentKey, intentId, 'iccid', subscription.iccid),
      profileHash: subscription.profileHash,
      evidence: hashOf(fromBase64(installationResult)),
      installedAt: Math.floor(parts.clock.nowMs() / 1000),
    }
    const message = receipt as Parameters<typeof digestOf<'ProvisioningReceipt'>>[2]
    subscription.receiptSignature = await parts.provisioning.signTypedData(
      typedDataOf('ProvisioningReceipt', parts.domain, message) as never,
    )
    subscription.receiptDigest = digestOf('ProvisioningReceipt', parts.domain, message)
    subscription.receipt = receipt
    subscription.evidence = { installationResult, euiccCertificate, eumCertificate }
    subscription.installed = true
    file.save()
    parts.log.info('signed a provisioning receipt', { intentId, book: settings.book })
  }
  await node.postReceipt({
    receipt: subscription.receipt,
    key: parts.provisioning.address,
    signature: subscription.receiptSignature!,
    evidence: subscription.evidence!,
  })
  subscription.receiptPosted = true
  file.save()
  return true
}

/** The EID of the card that signed that it installed this profile. Throws `carrier.evidence-invalid`. */
function requireEvidence(
  evidence: SmdpEvidence,
  subscription: Pick<Subscription, 'iccid'>,
  issuers: readonly Certificate[],
  nowMs: number,
): string {
  try {
    const result = readProfileInstallationResult(fromBase64(evidence.installationResult))
    const euicc = readCertificate(fromBase64(evidence.euiccCertificate))
    verifyEuicc(euicc, readCertificate(fromBase64(evidence.eumCertificate)), { issuers, atMs: nowMs })
    if (!ecdsaVerify(euicc.publicKey, result.data.raw, result.signature))
      throw refuse('carrier.evidence-invalid', { why: 'the card did not sign it' })
    if (!result.data.result.success)
      throw refuse('carrier.evidence-invalid', { why: 'the card reports a failure' })
    if (result.data.notification.iccid !== subscription.iccid)
      throw refuse('carrier.evidence-invalid', { why: 'another profile' })
    return eidOfCertificate(euicc)
  } catch (cause) {
    if (isFailure(cause, 'carrier.evidence-invalid')) throw cause
    throw refuse('carrier.evidence-invalid', { why: cause instanceof Error ? cause.message : '' }, cause)
  }
}

async function requireHeld(parts: Parts, subscription: Subscription, intentId: `0x${string}`): Promise<void> {
  const shown = await parts.node.intent(intentId)
  const named =
    shown.books.includes(parts.settings.book) &&
    booksHash(shown.books) === shown.terms.booksHash.toLowerCase()
  if (!named || intentIdOf(termsFromJson(shown.terms)) !== intentId)
    throw refuse('carrier.terms-differ', { intentId })
  const { state, funded } = await parts.chain.intent(intentId)
  if (state !== INTENT_STATE.held) throw refuse('carrier.not-held', { intentId, state })
  subscription.terms = shown.terms
  subscription.funded = funded.toString()
}
