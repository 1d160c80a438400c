import { bytesEqual, refuse } from '@gesim/base'
import { sha256 } from '@gesim/crypto'
import {
  type AuthenticatedEuicc,
  type Eid,
  type EuiccInfo2,
  INSTALL_ERRORS,
  NOTIFICATION_POINT,
  type ProfileInstallationResult,
  partsOf,
  resultName,
  type StatusCode,
  statusText,
} from '@gesim/sgp22'
import { forgetEvent, isOrdered, type OrderLimits } from './order.ts'
import type { Change, Download, Evidence, Message, Order, Profile } from './ports.ts'

/** A profile that has an order. */
export type Ordered = Profile & { readonly order: Order; readonly package: Uint8Array }

/** What an operator is told about a download. */
export function progress(
  profile: Profile,
  point: keyof typeof NOTIFICATION_POINT,
  nowMs: number,
  outcome: {
    readonly failed?: StatusCode
    readonly eid?: Eid
    readonly resultData?: string
    readonly says?: string
  },
): Message {
  const { failed, eid, resultData } = outcome
  const parts = failed && partsOf(failed)
  const statusCodeData = parts && {
    subjectCode: parts.subject,
    reasonCode: parts.reason,
    message: outcome.says ?? statusText(parts.subject, parts.reason),
  }
  const body = {
    ...(eid ? { eid } : {}),
    iccid: profile.iccid,
    profileType: profile.profileType,
    timestamp: `${new Date(nowMs).toISOString().slice(0, 19)}Z`,
    notificationPointId: NOTIFICATION_POINT[point],
    notificationPointStatus: failed ? { status: 'Failed', statusCodeData } : { status: 'Executed-Success' },
    ...(resultData ? { resultData } : {}),
  }
  return { kind: 'progress', iccid: profile.iccid, target: profile.operator, body: JSON.stringify(body) }
}

/** A refusal that is written down: the profile changes although the phone is told no. */
export interface Refused {
  readonly refusal: string
}

/** The order cannot be carried out any more; the package goes. */
function ended(profile: Profile, nowMs: number): Profile {
  return { ...profile, state: 'Error', package: undefined, updatedAtMs: nowMs }
}

/**
 * Whether a card may have the profile of an order, and the profile if so (SGP.22 section 5.6.3). Throws
 * `smdp.unknown-matching-id`, `smdp.eid-mismatch`, `smdp.not-released`, `smdp.order-expired`,
 * `smdp.too-many-downloads`, `smdp.confirmation-code-exhausted`, `smdp.not-eligible`.
 */
export function chooseProfile(
  profile: Profile | undefined,
  euicc: Pick<AuthenticatedEuicc, 'eid'> & { readonly info: EuiccInfo2 },
  nowMs: number,
  limits: OrderLimits,
): Ordered {
  if (!profile?.order || !profile.package || !isOrdered(profile)) throw refuse('smdp.unknown-matching-id')
  const { order } = profile
  if (order.eid !== undefined && order.eid !== euicc.eid) throw refuse('smdp.eid-mismatch')
  if (profile.state !== 'Released' && profile.state !== 'Downloaded') throw refuse('smdp.not-released')
  if (nowMs > order.expiresAtMs) throw refuse('smdp.order-expired')
  if (order.downloadTries >= limits.maxDownloadTries) throw refuse('smdp.too-many-downloads')
  if (order.confirmationTries >= limits.maxConfirmationTries) throw refuse('smdp.confirmation-code-exhausted')
  checkEligibility(profile, profile.package, euicc.info)
  return { ...profile, order, package: profile.package }
}

function checkEligibility(profile: Profile, upp: Uint8Array, info: EuiccInfo2): void {
  const { freeNonVolatileBytes } = info.extCardResource
  if (freeNonVolatileBytes > 0 && freeNonVolatileBytes < upp.length)
    throw refuse('smdp.not-eligible', { why: 'memory', freeNonVolatileBytes, packageBytes: upp.length })
  // BIT STRING of forbidden rules: the count of unused bits, then bit 1 for ppr1 and bit 2 for ppr2.
  const forbidden = info.forbiddenProfilePolicyRules?.[1] ?? 0
  const forbids = { updateControl: 0x80, ppr1: 0x40, ppr2: 0x20 }
  for (const rule of profile.metadata.policyRules ?? [])
    if (forbidden & forbids[rule]) throw refuse('smdp.not-eligible', { why: rule })
}

/** The hash that a card sends for a confirmation code (SGP.22 section 4.7). */
export function hashedConfirmationCode(codeHash: Uint8Array, transactionId: Uint8Array): Uint8Array {
  return sha256(codeHash, transactionId)
}

/**
 * Checks a confirmation code and counts a wrong one. A refusal is a result, not an exception, because the
 * count must be kept; too many end the order.
 */
export function decideConfirmationCode(
  profile: Profile,
  hashCc: Uint8Array | undefined,
  transactionId: Uint8Array,
  nowMs: number,
  limits: OrderLimits,
): Change<Refused | undefined> {
  const { order } = profile
  if (!order?.confirmationCodeHash) return { result: undefined }
  if (!hashCc) return { result: { refusal: 'smdp.confirmation-code-missing' } }
  if (bytesEqual(hashCc, hashedConfirmationCode(order.confirmationCodeHash, transactionId)))
    return { result: undefined }
  const confirmationTries = order.confirmationTries + 1
  const counted = { ...profile, order: { ...order, confirmationTries }, updatedAtMs: nowMs }
  const exhausted = confirmationTries >= limits.maxConfirmationTries
  const failed: StatusCode = exhausted ? '8.2.7/6.4' : '8.2.7/3.8'
  const told = progress(profile, 'confirmationFailure', nowMs, { failed })
  if (!exhausted)
    return { result: { refusal: 'smdp.confirmation-code-refused' }, profile: counted, messages: [told] }
  return {
    result: { refusal: 'smdp.confirmation-code-exhausted' },
    profile: ended(counted, nowMs),
    messages: [told, ...(forgetEvent(profile) ?? [])],
  }
}

/** Notes that a package was bound for a card. Throws what `chooseProfile` throws: another session may have been faster. */
export function decideDownloaded(
  profile: Profile | undefined,
  euicc: {
    readonly eid: Eid
    readonly info: EuiccInfo2
    readonly euiccCertificate: Uint8Array
    readonly eumCertificate: Uint8Array
  },
  bound: { readonly transactionId: Uint8Array; readonly euiccOtpk: Uint8Array },
  nowMs: number,
  limits: OrderLimits,
): Change<undefined> {
  const found = chooseProfile(profile, euicc, nowMs, limits)
  const { eid, euiccCertificate, eumCertificate } = euicc
  return {
    result: undefined,
    profile: {
      ...found,
      state: 'Downloaded',
      order: { ...found.order, eid, downloadTries: found.order.downloadTries + 1 },
      downloads: [...found.downloads, { ...bound, eid, euiccCertificate, eumCertificate, atMs: nowMs }],
      updatedAtMs: nowMs,
    },
    messages: [progress(found, 'packageDownload', nowMs, { eid })],
  }
}

/** The attempt that a transaction belongs to. */
export function downloadOf(profile: Profile, transactionId: Uint8Array): Download | undefined {
  return profile.downloads.find((download) => bytesEqual(download.transactionId, transactionId))
}

/** Keeps the card's signed result, once. The signature was checked before. */
export function decideInstallation(
  profile: Profile | undefined,
  pir: ProfileInstallationResult,
  nowMs: number,
): Change<'kept' | 'known' | 'unknown'> {
  const download = profile && downloadOf(profile, pir.data.transactionId)
  if (!profile || !download) return { result: 'unknown' }
  const { result } = pir.data
  // A success outlives the failures of other attempts, in whatever order their results come.
  if (profile.evidence?.success || (profile.evidence && !result.success)) return { result: 'known' }
  const evidence: Evidence = {
    success: result.success,
    profileInstallationResult: pir.raw,
    euiccCertificate: download.euiccCertificate,
    eumCertificate: download.eumCertificate,
    eid: download.eid,
    atMs: nowMs,
  }
  const says = result.success ? undefined : resultName(INSTALL_ERRORS, result.reason)
  const told = progress(profile, 'packageInstallation', nowMs, {
    eid: download.eid,
    resultData: Buffer.from(pir.raw).toString('base64'),
    ...(result.success ? {} : { failed: '8.1/4.2' as const, says }),
  })
  return {
    result: 'kept',
    profile: {
      ...profile,
      state: result.success ? 'Installed' : 'Error',
      package: undefined,
      evidence,
      updatedAtMs: nowMs,
    },
    messages: [told, ...(forgetEvent(profile) ?? [])],
  }
}

/** Reasons for which a cancelled order stays open: postponed and timeout (SGP.22 section 3.1.6). */
const KEEPS_ORDER = [1, 2]

/** Ends a session at the card's wish; only a postponed order stays open. */
export function decideCancelled(
  profile: Profile | undefined,
  reason: number,
  nowMs: number,
): Change<undefined> {
  if (!profile || !isOrdered(profile) || KEEPS_ORDER.includes(reason)) return { result: undefined }
  const told = progress(profile, 'confirmationFailure', nowMs, { failed: '8.2/3.8' })
  return {
    result: undefined,
    profile: ended(profile, nowMs),
    messages: [told, ...(forgetEvent(profile) ?? [])],
  }
}
