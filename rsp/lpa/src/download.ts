import { bytesEqual, concatBytes, isFailure, refuse, utf8 } from '@gesim/base'
import { sha256 } from '@gesim/crypto'
import {
  type ActivationCode,
  callFunction,
  cutBoundProfilePackage,
  type DeviceInfo,
  DOWNLOAD_ERRORS,
  ES9PLUS,
  type ProfileInstallationResult,
  type ProfileMetadata,
  type ResponseOf,
  readBoundProfilePackage,
  readSmdpSigned2,
  readStoreMetadata,
  resultName,
  writePrepareDownloadRequest,
} from '@gesim/sgp22'
import { readTlv } from '@gesim/tlv'
import { type Decider, decide, type Preview } from './consent.ts'
import { installFailure } from './install.ts'
import type { Isdr } from './isdr.ts'
import type { Servers } from './servers.ts'
import { authenticateMutually, cancel, type OpenSession, readServerAnswer, whileWanted } from './session.ts'

/** Where a download is. */
export type Progress =
  | { readonly step: 'authenticate'; readonly smdpAddress: string }
  | { readonly step: 'preview'; readonly preview: Preview }
  | { readonly step: 'prepare' }
  | { readonly step: 'fetch' }
  | { readonly step: 'install'; readonly loadedBytes: number; readonly totalBytes: number }
  | { readonly step: 'installed'; readonly iccid: string }
  | { readonly step: 'notify'; readonly accepted: boolean }

/** `consent` defaults to yes, `consentTimeoutMs` to as long as the session lives; then the server is told "timeout". */
export interface DownloadWish extends Decider {
  /** `LPA:1$…`, or one that was read; an event of a discovery server too. Default: the card's default SM-DP+. */
  readonly activationCode?: string | ActivationCode
  readonly onProgress?: (progress: Progress) => void
}

export interface Downloaded {
  readonly iccid: string
  readonly aid: Uint8Array
  readonly metadata: ProfileMetadata
  /** The server that the profile came from: for an event not the one that was asked first. */
  readonly smdpAddress: string
  /** The result that the card signed, BF37 whole. */
  readonly installationResult: Uint8Array
  /** Whether the server took the result already; if not, it stays on the card and is sent later. */
  readonly notified: boolean
}

export interface DownloadContext {
  readonly isdr: Isdr
  readonly code: ActivationCode
  readonly servers: Servers
  readonly device: DeviceInfo
}

/** Reads what the server sent in a session; when it cannot be read the session is ended, "undefined reason". */
async function readInSession<T>(session: OpenSession, name: string, read: () => T): Promise<T> {
  try {
    return readServerAnswer(name, read)
  } catch (error) {
    await cancel(session, 'undefinedReason').catch(() => undefined)
    throw error
  }
}

/** Hash of a confirmation code in a transaction (SGP.22, 3.1.3): SHA-256 of the code's SHA-256 and the transaction. */
export function hashConfirmationCode(code: string, transactionId: Uint8Array): Uint8Array {
  return sha256(concatBytes(sha256(utf8(code)), transactionId))
}

/** The metadata inside a package, whose segments can be read without keys: content, then eight bytes of MAC. */
function metadataIn(bound: Uint8Array): Uint8Array {
  const segments = readBoundProfilePackage(bound).sequence88
  return concatBytes(...segments.map((segment) => readTlv(segment, 0x88).value.subarray(0, -8)))
}

/** Hands a package to the card piece by piece. Throws `lpa.card-status`, `lpa.card-answer`. */
async function load(isdr: Isdr, wish: DownloadWish, bound: Uint8Array): Promise<ProfileInstallationResult> {
  const totalBytes = bound.length
  let loadedBytes = 0
  for (const piece of cutBoundProfilePackage(bound)) {
    const result = await isdr.loadPiece(piece)
    loadedBytes += piece.length
    wish.onProgress?.({ step: 'install', loadedBytes, totalBytes })
    if (result) return result
  }
  const why = 'no result after the last piece'
  throw refuse('lpa.card-answer', { function: 'LoadBoundProfilePackage', why })
}

type Offer = ResponseOf<typeof ES9PLUS.authenticateClient>

/** Discovery servers that may stand between a card and its profile: root, alternative, and one to spare. */
const MAX_HOPS = 3

/** Authenticates to the server of a code; an event that leads to another server is followed (SGP.22, 3.6.2). */
async function openSession(
  context: DownloadContext,
  wish: DownloadWish,
): Promise<{ session: OpenSession; offer: Offer }> {
  const { isdr, servers, device } = context
  let {
    smdpAddress,
    matchingId,
    smdpOid,
  }: Partial<ActivationCode> & { smdpAddress: string; matchingId: string } = context.code
  for (let hop = 0; hop <= MAX_HOPS; hop++) {
    wish.signal?.throwIfAborted()
    wish.onProgress?.({ step: 'authenticate', smdpAddress })
    const peer = { ...servers.peerOf(smdpAddress), ...(wish.signal ? { signal: wish.signal } : {}) }
    const answered = await authenticateMutually(isdr, {
      address: smdpAddress,
      peer,
      matchingId,
      device,
      ...(smdpOid ? { smdpOid } : {}),
    }).catch((error: unknown) => {
      // A call that was cut by the caller before there was a session is no fault of the server.
      if (isFailure(error, 'sgp22.no-answer')) wish.signal?.throwIfAborted()
      throw error
    })
    const { transactionId } = answered
    if (answered.server === 'smdp')
      return { session: { isdr, peer, smdpAddress, transactionId }, offer: answered.response }
    const [event] = answered.response.eventEntries
    if (!event) throw refuse('lpa.no-event', { address: smdpAddress })
    smdpAddress = event.rspServerAddress
    matchingId = event.eventId
    // The identifier in a code is that of its server, not of one that an event leads to.
    smdpOid = undefined
  }
  throw refuse('lpa.no-event', { address: smdpAddress, why: 'events lead in a circle' })
}

/** Asks the card to prepare, and the server for the package. */
async function fetchPackage(
  session: OpenSession,
  offer: Offer,
  confirmationCode: string | undefined,
  report: (progress: Progress) => void,
): Promise<Uint8Array> {
  const { isdr, peer, transactionId, smdpAddress } = session
  report({ step: 'prepare' })
  const prepared = await isdr.prepareDownload(
    writePrepareDownloadRequest({
      smdpSigned2: offer.smdpSigned2,
      smdpSignature2: offer.smdpSignature2,
      smdpCertificate: offer.smdpCertificate,
      ...(confirmationCode ? { hashCc: hashConfirmationCode(confirmationCode, transactionId) } : {}),
    }),
  )
  report({ step: 'fetch' })
  const fetched = callFunction(peer, ES9PLUS.getBoundProfilePackage, {
    transactionId,
    prepareDownloadResponse: prepared.raw,
  })
  if (prepared.error === undefined) return (await fetched).boundProfilePackage
  await fetched.catch(() => undefined)
  throw refuse('lpa.server-refused-by-card', {
    function: 'PrepareDownload',
    error: resultName(DOWNLOAD_ERRORS, prepared.error),
    address: smdpAddress,
  })
}

/** Shows what is offered, asks whether it is wanted, and fetches the package: everything that can still be put off. */
async function wantedPackage(
  session: OpenSession,
  offer: Offer,
  wish: DownloadWish,
  report: (progress: Progress) => void,
): Promise<{ metadata: ProfileMetadata; bound: Uint8Array }> {
  const { isdr, smdpAddress } = session
  const { metadata, confirmationCodeRequired } = await readInSession(session, 'authenticateClient', () => ({
    metadata: readStoreMetadata(readTlv(offer.profileMetadata, 0xbf25)),
    confirmationCodeRequired: readSmdpSigned2(offer.smdpSigned2).confirmationCodeRequired,
  }))
  const preview: Preview = { metadata, smdpAddress, confirmationCodeRequired }
  report({ step: 'preview', preview })
  const verdict = await decide(wish, preview, () => isdr.getRules())
  if (verdict.refusal) {
    await cancel(session, verdict.refusal.reason)
    throw verdict.refusal.failure
  }
  const bound = await fetchPackage(session, offer, verdict.confirmationCode, report)
  const shown = await readInSession(session, 'getBoundProfilePackage', () => metadataIn(bound))
  if (bytesEqual(shown, offer.profileMetadata)) return { metadata, bound }
  await cancel(session, 'metadataMismatch')
  throw refuse('lpa.metadata-mismatch', { address: smdpAddress })
}

/** Fetches and installs the profile of an activation code. The result waits on the card for its notification. */
export async function downloadProfile(
  context: DownloadContext,
  wish: DownloadWish,
): Promise<Omit<Downloaded, 'notified'>> {
  const report = wish.onProgress ?? (() => undefined)
  const { session, offer } = await openSession(context, wish)
  const { isdr, smdpAddress } = session
  const { metadata, bound } = await whileWanted(session, () => wantedPackage(session, offer, wish, report))
  let result: ProfileInstallationResult
  try {
    result = await load(isdr, wish, bound)
  } catch (error) {
    // The card did not even sign a result: the session is still open on both sides.
    if (isFailure(error, 'lpa.card-status') || isFailure(error, 'lpa.card-answer'))
      await cancel(session, 'loadBppExecutionError').catch(() => undefined)
    throw error
  }
  const { result: final } = result.data
  if (!final.success) throw installFailure(result)
  report({ step: 'installed', iccid: metadata.iccid })
  return { iccid: metadata.iccid, aid: final.aid, metadata, smdpAddress, installationResult: result.raw }
}
