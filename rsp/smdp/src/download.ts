import { bytesEqual, type Failure, refuse } from '@gesim/base'
import { type Curve, sha256 } from '@gesim/crypto'
import {
  CANCEL_REASONS,
  type Eid,
  type EuiccInfo2,
  NOTIFICATION_POINT,
  partsOf,
  resultName,
  type StatusCode,
  statusText,
} from '@gesim/sgp22'
import { readHeader } from '@gesim/tlv'
import { forgetEvent, isOrdered, type OrderLimits } from './order.ts'
import type { Change, Download, Message, Order, Profile } from './ports.ts'

/** The card that downloads, as it proved itself. */
export interface Downloader {
  readonly eid: Eid
  readonly info: EuiccInfo2
}

/** A profile that has an order. */
export type Ordered = Profile & { readonly order: Order; readonly package: Uint8Array }

const SUCCESS = { status: 'Executed-Success' }

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
  // What is undefined is left out of JSON.
  const body = {
    eid,
    iccid: profile.iccid,
    profileType: profile.profileType,
    timestamp: secondOf(nowMs),
    notificationPointId: NOTIFICATION_POINT[point],
    notificationPointStatus: failed ? { status: 'Failed', statusCodeData } : SUCCESS,
    resultData: resultData || undefined,
  }
  return { kind: 'progress', iccid: profile.iccid, target: profile.operator, body: JSON.stringify(body) }
}

let lastSecond = -1
let lastSecondText = ''

/** A time in ISO 8601 without fractions; a second has many downloads, and to write it takes longer than most steps. */
function secondOf(nowMs: number): string {
  const second = Math.floor(nowMs / 1000)
  if (second !== lastSecond) {
    lastSecond = second
    lastSecondText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`
  }
  return lastSecondText
}

/** The order cannot be carried out any more; the package goes. */
export function ended(profile: Profile, nowMs: number): Profile {
  return { ...profile, state: 'Error', package: undefined, updatedAtMs: nowMs }
}

/**
 * Whether a card may have the profile of an order, and the profile if so (SGP.22 section 5.6.3). Throws
 * `smdp.unknown-matching-id`, `smdp.eid-mismatch`, `smdp.not-released`, `smdp.order-expired`,
 * `smdp.too-many-downloads`, `smdp.no-memory`, `smdp.not-eligible`.
 */
export function chooseProfile(
  profile: Profile | undefined,
  euicc: Downloader,
  nowMs: number,
  limits: OrderLimits,
): Ordered {
  if (!profile?.order || !profile.package || !isOrdered(profile)) throw refuse('smdp.unknown-matching-id')
  const { order } = profile
  if (order.eid !== undefined && order.eid !== euicc.eid) throw refuse('smdp.eid-mismatch')
  if (profile.state !== 'Released' && profile.state !== 'Downloaded') throw refuse('smdp.not-released')
  if (nowMs > order.expiresAtMs) throw refuse('smdp.order-expired')
  if (order.downloadTries >= (order.maxDownloadTries ?? limits.maxDownloadTries))
    throw refuse('smdp.too-many-downloads')
  checkEligibility(profile, profile.package, euicc.info)
  return { ...profile, order, package: profile.package }
}

/** Major version of the profile package format: the first number in its header, `A0 { 80 major … }`. */
function majorVersionOf(upp: Uint8Array): number | undefined {
  const header = readHeader(upp)
  const at = header?.headerLength ?? 0
  return header?.tag === 0xa0 && upp[at] === 0x80 && upp[at + 1] === 1 ? upp[at + 2] : undefined
}

/** The eligibility check (SGP.22 annex F): what would fail on the card is not begun. */
function checkEligibility(profile: Profile, upp: Uint8Array, info: EuiccInfo2): void {
  const major = majorVersionOf(upp)
  const versions = [info.profileVersion, ...(info.additionalProfileVersions ?? [])]
  if (major !== undefined && !versions.some((version) => version.startsWith(`${major}.`)))
    throw refuse('smdp.not-eligible', { why: 'version', major, profileVersion: info.profileVersion })
  const { freeNonVolatileBytes } = info.extCardResource
  if (freeNonVolatileBytes > 0 && freeNonVolatileBytes < upp.length)
    throw refuse('smdp.no-memory', { freeNonVolatileBytes, packageBytes: upp.length })
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
): Change<Failure | undefined> {
  const { order } = profile
  const eid = order?.eid
  if (!order?.confirmationCodeHash) return { result: undefined }
  const maxTries = order.maxConfirmationTries ?? limits.maxConfirmationTries
  // Another session was the last straw; it has been told.
  if (order.confirmationTries >= maxTries) return { result: refuse('smdp.confirmation-code-exhausted') }
  if (!hashCc) return { result: refuse('smdp.confirmation-code-missing') }
  if (bytesEqual(hashCc, hashedConfirmationCode(order.confirmationCodeHash, transactionId)))
    return { result: undefined }
  const confirmationTries = order.confirmationTries + 1
  const counted = { ...profile, order: { ...order, confirmationTries }, updatedAtMs: nowMs }
  const exhausted = confirmationTries >= maxTries
  const failed: StatusCode = exhausted ? '8.2.7/6.4' : '8.2.7/3.8'
  const told = progress(profile, 'confirmationFailure', nowMs, { failed, ...(eid ? { eid } : {}) })
  if (!exhausted)
    return {
      result: refuse('smdp.confirmation-code-refused'),
      profile: counted,
      messages: [told],
    }
  return {
    result: refuse('smdp.confirmation-code-exhausted'),
    profile: ended(counted, nowMs),
    messages: [told, ...(forgetEvent(profile) ?? [])],
  }
}

/** Notes that a package was bound for a card. Throws what `chooseProfile` throws: another session may have been faster. */
export function decideDownloaded(
  profile: Profile | undefined,
  euicc: Downloader & Pick<Download, 'euiccCertificate' | 'eumCertificate'>,
  bound: Pick<Download, 'transactionId' | 'euiccOtpk' | 'curve'>,
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

/**
 * The one-time key that a card is asked to use again: that of its last attempt, if it lies on the curve of this session
 * (SGP.22 section 3.1.3.2).
 */
export function earlierKeyOf(profile: Profile, curve: Curve): Uint8Array | undefined {
  const last = profile.downloads.at(-1)
  return last?.curve === curve ? last.euiccOtpk : undefined
}

/** Names an order among all that a profile ever had. */
export function orderKey({ callId, matchingId }: Order): string {
  return `${callId} ${matchingId ?? ''}`
}

/** A profile, if it is still bound to the order of a session: one may have been cancelled and another made since. */
export function ofOrder(profile: Profile | undefined, key: string): Profile | undefined {
  return profile?.order && orderKey(profile.order) === key ? profile : undefined
}

/** The attempt that a transaction belongs to. */
export function downloadOf(profile: Profile, transactionId: Uint8Array): Download | undefined {
  return profile.downloads.find((download) => bytesEqual(download.transactionId, transactionId))
}

/** Reasons for which a cancelled order stays open: postponed and timeout (SGP.22 section 3.1.6). */
const KEEPS_ORDER = [1, 2]

/**
 * What the operator is told of a cancelled order. SGP.22 3.0.2 names the reasons; their codes are those of its version 3,
 * as version 2 leaves them open.
 */
const CANCELLED: Readonly<Record<number, StatusCode>> = {
  0: '8.8.5/3.8',
  3: '8.2.8/1.2',
  4: '8.2.9/3.11',
  5: '8.2.10/4.2',
}

/** Ends a session at the card's wish; only a postponed order stays open. */
export function decideCancelled(
  profile: Profile | undefined,
  reason: number,
  eid: Eid,
  nowMs: number,
): Change<undefined> {
  if (!profile || !isOrdered(profile) || KEEPS_ORDER.includes(reason)) return { result: undefined }
  const says = resultName(CANCEL_REASONS, reason)
  const failed = CANCELLED[reason] ?? '8/4.2'
  const told = progress(profile, 'confirmationFailure', nowMs, { failed, eid, says })
  return {
    result: undefined,
    profile: ended(profile, nowMs),
    messages: [told, ...(forgetEvent(profile) ?? [])],
  }
}
