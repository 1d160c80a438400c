import { INSTALL_ERRORS, type ProfileInstallationResult, resultName } from '@gesim/sgp22'
import { downloadOf, ended, progress } from './download.ts'
import { forgetEvent, isOrdered, type OrderLimits } from './order.ts'
import type { Change, Download, Evidence, Order, Profile } from './ports.ts'

/** What a failed installation means for its order. */
export type AfterFailure =
  /** The same package would fail again, or nobody knows why it failed: the order is over. */
  | 'ends'
  /** The card had a bad moment: the same order may be downloaded again. */
  | 'stays-open'

/**
 * Every ErrorReason of a ProfileInstallationResult (SGP.22, 2.5.6.1) and what follows. Memory is lacking until somebody
 * deletes a profile, and to be refused for it before the download does not end an order either.
 */
export const AFTER_FAILURE: Readonly<Record<keyof typeof INSTALL_ERRORS, AfterFailure>> = {
  1: 'ends',
  2: 'ends',
  3: 'ends',
  4: 'ends',
  5: 'ends',
  6: 'ends',
  7: 'ends',
  8: 'ends',
  9: 'ends',
  10: 'stays-open',
  11: 'stays-open',
  12: 'ends',
  13: 'ends',
  14: 'ends',
  15: 'ends',
  127: 'ends',
}

/** What follows from a reason; one that a later version of the specification added ends the order. */
export function afterFailure(reason: number): AfterFailure {
  return (AFTER_FAILURE as Readonly<Record<number, AfterFailure>>)[reason] ?? 'ends'
}

/** Whether a download could begin: by the same bounds as when one does. */
function mayBeTried(order: Order | undefined, nowMs: number, limits: OrderLimits): boolean {
  if (order === undefined || nowMs > order.expiresAtMs) return false
  return order.downloadTries < (order.maxDownloadTries ?? limits.maxDownloadTries)
}

/**
 * Keeps the card's signed result, once. The signature was checked before. A failure that will pass leaves the order
 * open while it may be tried again, and the operator is told when it is decided: as after a postponement.
 */
export function decideInstallation(
  profile: Profile | undefined,
  pir: ProfileInstallationResult,
  nowMs: number,
  limits: OrderLimits,
): Change<'kept' | 'known' | 'unknown'> {
  const download = profile && downloadOf(profile, pir.data.transactionId)
  if (!profile || !download) return { result: 'unknown' }
  const { result } = pir.data
  // A success outlives the failures of other attempts, in whatever order their results come.
  if (profile.evidence?.success) return { result: 'known' }
  if (!result.success && isKnownFailure(profile, download)) return { result: 'known' }
  const kept: Profile = {
    ...profile,
    downloads: result.success ? profile.downloads : failed(profile.downloads, download, result.reason),
    evidence: evidenceOf(download, pir, nowMs),
    updatedAtMs: nowMs,
  }
  const isLast = profile.downloads.at(-1) === download
  const isOver =
    result.success ||
    !isOrdered(profile) ||
    // Of an earlier attempt than the last one nothing depends on it: the last one may yet succeed.
    (isLast && (afterFailure(result.reason) === 'ends' || !mayBeTried(profile.order, nowMs, limits)))
  if (!isOver) return { result: 'kept', profile: { ...kept, state: isLast ? 'Released' : profile.state } }
  const told = progress(profile, 'packageInstallation', nowMs, {
    eid: download.eid,
    resultData: Buffer.from(pir.raw).toString('base64'),
    ...(result.success
      ? {}
      : { failed: '8.1/4.2' as const, says: resultName(INSTALL_ERRORS, result.reason) }),
  })
  return {
    result: 'kept',
    profile: result.success ? { ...kept, state: 'Installed', package: undefined } : ended(kept, nowMs),
    messages: [told, ...(forgetEvent(profile) ?? [])],
  }
}

/** Whether this attempt, or the whole order, is known to have failed already. */
function isKnownFailure(profile: Profile, download: Download): boolean {
  return download.failedBy !== undefined || (profile.evidence !== undefined && !isOrdered(profile))
}

function failed(downloads: readonly Download[], which: Download, reason: number): Download[] {
  return downloads.map((each) => (each === which ? { ...each, failedBy: reason } : each))
}

function evidenceOf(download: Download, pir: ProfileInstallationResult, nowMs: number): Evidence {
  const { euiccCertificate, eumCertificate, eid } = download
  return {
    success: pir.data.result.success,
    profileInstallationResult: pir.raw,
    euiccCertificate,
    eumCertificate,
    eid,
    atMs: nowMs,
  }
}
