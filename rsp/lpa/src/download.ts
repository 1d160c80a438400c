import { bytesEqual, concatBytes, isFailure, refuse, sleepMs, utf8 } from '@gesim/base'
import { sha256 } from '@gesim/crypto'
import {
  type ActivationCode,
  BPP_COMMANDS,
  callFunction,
  cutBoundProfilePackage,
  type DeviceInfo,
  DOWNLOAD_ERRORS,
  ES9PLUS,
  INSTALL_ERRORS,
  PE_STATUS,
  type Peer,
  type ProfileInstallationResult,
  type ProfileMetadata,
  readBoundProfilePackage,
  readEuiccResponse,
  readSmdpSigned2,
  readStoreMetadata,
  resultName,
  writePrepareDownloadRequest,
} from '@gesim/sgp22'
import { readTlv } from '@gesim/tlv'
import type { Isdr } from './isdr.ts'
import { policyRefusal } from './policy.ts'
import { authenticateMutually } from './session.ts'

/** What the user sees before the profile is fetched. */
export interface Preview {
  readonly metadata: ProfileMetadata
  readonly smdpAddress: string
  readonly confirmationCodeRequired: boolean
}

/** The user's answer; "later" leaves the order open. */
export type Consent = 'yes' | 'no' | 'later'

/** Where a download is. */
export type Progress =
  | { readonly step: 'authenticate'; readonly smdpAddress: string }
  | { readonly step: 'preview'; readonly preview: Preview }
  | { readonly step: 'prepare' }
  | { readonly step: 'fetch' }
  | { readonly step: 'install'; readonly loadedBytes: number; readonly totalBytes: number }
  | { readonly step: 'installed'; readonly iccid: string }
  | { readonly step: 'notify'; readonly accepted: boolean }

export interface DownloadWish {
  /** `LPA:1$…`, or one that was read. Default: the card's default SM-DP+. */
  readonly activationCode?: string | ActivationCode
  /** The code, or how to ask the user for it. */
  readonly confirmationCode?: string | (() => Promise<string | undefined>)
  /** Default: yes. */
  readonly consent?: (preview: Preview) => Promise<Consent> | Consent
  /** How long the user may think; then the server is told "timeout". Default: as long as the session lives. */
  readonly consentTimeoutMs?: number
  readonly onProgress?: (progress: Progress) => void
  readonly signal?: AbortSignal
}

export interface Downloaded {
  readonly iccid: string
  readonly aid: Uint8Array
  readonly metadata: ProfileMetadata
  /** The result that the card signed, BF37 whole. */
  readonly installationResult: Uint8Array
  /** Whether the server took the result already; if not, it stays on the card and is sent later. */
  readonly notified: boolean
}

/** Reasons of CancelSession. */
const CANCEL = { no: 0, later: 1, timeout: 2, policy: 3, metadata: 4, load: 5 } as const

export interface DownloadContext {
  readonly isdr: Isdr
  readonly code: ActivationCode
  readonly peer: Peer
  readonly device: DeviceInfo
}

/** Ends a session on both sides and says why (SGP.22, 3.0.2). */
async function cancel(context: DownloadContext, transactionId: Uint8Array, reason: number): Promise<void> {
  const { raw, answer } = await context.isdr.cancelSession(transactionId, reason)
  if (answer.error !== undefined) return
  // A server that cannot be told now forgets the session by itself.
  await callFunction(context.peer, ES9PLUS.cancelSession, {
    transactionId,
    cancelSessionResponse: raw,
  }).catch(() => undefined)
}

/** Hash of a confirmation code in a transaction (SGP.22, 3.1.3): SHA-256 of the code's SHA-256 and the transaction. */
export function hashConfirmationCode(code: string, transactionId: Uint8Array): Uint8Array {
  return sha256(concatBytes(sha256(utf8(code)), transactionId))
}

type Refusal = readonly [keyof typeof CANCEL, ReturnType<typeof refuse>]

async function askUser(wish: DownloadWish, preview: Preview): Promise<Refusal | undefined> {
  const { consent = () => 'yes' as const, consentTimeoutMs } = wish
  const asked = Promise.resolve(consent(preview))
  const timer = new AbortController()
  try {
    const answer = await (consentTimeoutMs === undefined
      ? asked
      : Promise.race([asked, sleepMs(consentTimeoutMs, timer.signal).then(() => 'timeout' as const)]))
    if (wish.signal?.aborted) return ['later', refuse('lpa.not-wanted', { answer: 'later' })]
    return answer === 'yes' ? undefined : [answer, refuse('lpa.not-wanted', { answer })]
  } finally {
    timer.abort()
  }
}

/** Decides whether the session goes on after the preview; otherwise why not, for the server and for the caller. */
async function judge(
  context: DownloadContext,
  wish: DownloadWish,
  preview: Preview,
): Promise<Refusal | { readonly confirmationCode?: string }> {
  const why = policyRefusal(preview.metadata, await context.isdr.getRules())
  if (why) return ['policy', refuse('lpa.policy-not-allowed', { why })]
  const refusal = await askUser(wish, preview)
  if (refusal) return refusal
  if (!preview.confirmationCodeRequired) return {}
  const { confirmationCode: given } = wish
  const confirmationCode = typeof given === 'function' ? await given() : given
  if (!confirmationCode) return ['later', refuse('lpa.confirmation-code-missing')]
  return { confirmationCode }
}

/** The metadata inside a package, whose segments can be read without keys: content, then eight bytes of MAC. */
function metadataIn(bound: Uint8Array): Uint8Array {
  const segments = readBoundProfilePackage(bound).sequence88
  return concatBytes(...segments.map((segment) => readTlv(segment, 0x88).value.subarray(0, -8)))
}

function installFailure(result: ProfileInstallationResult): ReturnType<typeof refuse> {
  const { result: final } = result.data
  if (final.success) throw new Error('a success is no failure')
  const facts: Record<string, string | number | undefined> = {
    command: resultName(BPP_COMMANDS, final.command),
    reason: resultName(INSTALL_ERRORS, final.reason),
  }
  try {
    const [first] = final.simaResponse ? readEuiccResponse(final.simaResponse).statuses : []
    if (first) {
      facts.status = resultName(PE_STATUS, first.status)
      facts.element = first.identification
      facts.offset = first.offset
    }
  } catch (error) {
    if (!isFailure(error)) throw error
    facts.status = 'unreadable'
  }
  return refuse('lpa.install-failed', facts)
}

/** Hands a package to the card piece by piece. Throws `lpa.install-failed`, `lpa.card-status`. */
async function load(context: DownloadContext, wish: DownloadWish, bound: Uint8Array) {
  const pieces = cutBoundProfilePackage(bound)
  const totalBytes = bound.length
  let loadedBytes = 0
  for (const piece of pieces) {
    const result = await context.isdr.loadPiece(piece)
    loadedBytes += piece.length
    wish.onProgress?.({ step: 'install', loadedBytes, totalBytes })
    if (result) return result
  }
  throw refuse('lpa.card-answer', {
    function: 'LoadBoundProfilePackage',
    why: 'no result after the last piece',
  })
}

/** Fetches and installs the profile of an activation code. The result waits on the card for its notification. */
export async function downloadProfile(
  context: DownloadContext,
  wish: DownloadWish,
): Promise<Omit<Downloaded, 'notified'>> {
  const { isdr, code, peer, device } = context
  const report = wish.onProgress ?? (() => undefined)
  wish.signal?.throwIfAborted()
  report({ step: 'authenticate', smdpAddress: code.smdpAddress })
  const { transactionId, response } = await authenticateMutually(
    isdr,
    { address: code.smdpAddress, peer, matchingId: code.matchingId, device, smdpOid: code.smdpOid },
    ES9PLUS.authenticateClient,
  )
  const metadata = readStoreMetadata(readTlv(response.profileMetadata, 0xbf25))
  const { confirmationCodeRequired } = readSmdpSigned2(response.smdpSigned2)
  const preview: Preview = { metadata, smdpAddress: code.smdpAddress, confirmationCodeRequired }
  report({ step: 'preview', preview })
  const verdict = await judge(context, wish, preview)
  if (Array.isArray(verdict)) {
    const [reason, failure] = verdict as Refusal
    await cancel(context, transactionId, CANCEL[reason])
    throw failure
  }
  const { confirmationCode } = verdict as { readonly confirmationCode?: string }

  report({ step: 'prepare' })
  const prepared = await isdr.prepareDownload(
    writePrepareDownloadRequest({
      smdpSigned2: response.smdpSigned2,
      smdpSignature2: response.smdpSignature2,
      smdpCertificate: response.smdpCertificate,
      ...(confirmationCode ? { hashCc: hashConfirmationCode(confirmationCode, transactionId) } : {}),
    }),
  )
  report({ step: 'fetch' })
  const fetched = callFunction(peer, ES9PLUS.getBoundProfilePackage, {
    transactionId,
    prepareDownloadResponse: prepared.raw,
  })
  if (prepared.answer.error !== undefined) {
    await fetched.catch(() => undefined)
    throw refuse('lpa.server-refused-by-card', {
      function: 'PrepareDownload',
      error: resultName(DOWNLOAD_ERRORS, prepared.answer.error),
      address: code.smdpAddress,
    })
  }
  const { boundProfilePackage } = await fetched
  if (!bytesEqual(metadataIn(boundProfilePackage), response.profileMetadata)) {
    await cancel(context, transactionId, CANCEL.metadata)
    throw refuse('lpa.metadata-mismatch', { address: code.smdpAddress })
  }
  if (wish.signal?.aborted) {
    await cancel(context, transactionId, CANCEL.later)
    throw refuse('lpa.not-wanted', { answer: 'later' })
  }
  let result: ProfileInstallationResult
  try {
    result = await load(context, wish, boundProfilePackage)
  } catch (error) {
    // The card did not even sign a result: the session is still open on both sides.
    if (isFailure(error, 'lpa.card-status'))
      await cancel(context, transactionId, CANCEL.load).catch(() => undefined)
    throw error
  }
  const { result: final } = result.data
  if (!final.success) throw installFailure(result)
  report({ step: 'installed', iccid: metadata.iccid })
  return { iccid: metadata.iccid, aid: final.aid, metadata, installationResult: result.raw }
}
