import { isFailure } from '@gesim/base'
import {
  node,
  oidNode,
  readBytes,
  readOid,
  readText,
  readUint,
  type Tlv,
  textNode,
  uintNode,
} from '@gesim/tlv'
import {
  elementOf,
  type Received,
  readSignature,
  readTransactionId,
  TAG,
  writeSignature,
} from './elements.ts'
import { type Iccid, iccidOfBytes, iccidToBytes } from './identifiers.ts'
import { type NotificationEvent, readEvents, writeEvents } from './metadata.ts'

/** `BF2F`: what happened, to which profile, and who shall be told. */
export interface NotificationMetadata {
  readonly seqNumber: number
  readonly event: NotificationEvent
  readonly address: string
  readonly iccid?: Iccid
}

const MAX_SEQ_NUMBER = 0x7fffffff

export function writeNotificationMetadata(metadata: NotificationMetadata): Uint8Array {
  return node(
    0xbf2f,
    uintNode(0x80, metadata.seqNumber),
    writeEvents(0x81, [metadata.event]),
    textNode(0x0c, metadata.address),
    metadata.iccid && node(TAG.iccid, iccidToBytes(metadata.iccid)),
  )
}

export function readNotificationMetadata(input: Uint8Array | Tlv): Received<NotificationMetadata> {
  const element = elementOf(input, 0xbf2f)
  const cursor = element.cursor()
  const seqNumber = readUint(cursor.take(0x80), MAX_SEQ_NUMBER)
  const [event] = readEvents(cursor.take(0x81))
  const address = readText(cursor.take(0x0c), 255)
  const iccid = cursor.maybe(TAG.iccid)
  cursor.finish()
  return {
    seqNumber,
    event: event ?? 'install',
    address,
    ...(iccid ? { iccid: iccidOfBytes(iccid.value) } : {}),
    raw: element.raw,
  }
}

/** What the interpreter of the profile said about one element of it. */
export interface PeStatus {
  /** A number of `PE_STATUS`; 0 is success. */
  readonly status: number
  /** Identification of the profile element. */
  readonly identification?: number
  readonly additionalInformation?: number
  readonly offset?: number
}

/** `EUICCResponse` of the profile package interpreter (`simaResponse`). */
export interface EuiccResponse {
  readonly statuses: readonly PeStatus[]
  readonly aborted?: boolean
  readonly message?: string
}

export function writeEuiccResponse(response: EuiccResponse): Uint8Array {
  const number = (tag: number, value: number | undefined) =>
    value === undefined ? undefined : uintNode(tag, value)
  const statuses = response.statuses.map((entry) =>
    node(
      TAG.sequence,
      uintNode(0x80, entry.status),
      number(0x81, entry.identification),
      number(0x82, entry.additionalInformation),
      number(0x83, entry.offset),
    ),
  )
  return node(
    TAG.sequence,
    node(0xa0, ...statuses),
    response.aborted ? node(0x81) : undefined,
    response.message === undefined ? undefined : textNode(0x82, response.message),
  )
}

export function readEuiccResponse(bytes: Uint8Array): EuiccResponse {
  const cursor = elementOf(bytes, TAG.sequence).cursor()
  const number = (element: Tlv | undefined) => (element ? readUint(element) : undefined)
  const statuses = cursor
    .take(0xa0)
    .children()
    .map((entry) => {
      const fields = entry.cursor()
      const status = readUint(fields.take(0x80))
      const identification = number(fields.maybe(0x81))
      const additionalInformation = number(fields.maybe(0x82))
      const offset = number(fields.maybe(0x83))
      return { status, identification, additionalInformation, offset }
    })
  const aborted = cursor.maybe(0x81) !== undefined
  const message = cursor.maybe(0x82)
  return { statuses, aborted, ...(message ? { message: readText(message, 255) } : {}) }
}

/** How an installation ended: the identifier of the new security domain, or where and why it failed. */
export type FinalResult =
  | { readonly success: true; readonly aid: Uint8Array; readonly simaResponse: Uint8Array }
  | {
      readonly success: false
      /** A number of `BPP_COMMANDS`. */
      readonly command: number
      /** A number of `INSTALL_ERRORS`. */
      readonly reason: number
      readonly simaResponse?: Uint8Array
    }

/** `BF27`, which the card signs. */
export interface ProfileInstallationResultData {
  readonly transactionId: Uint8Array
  readonly notification: NotificationMetadata
  /** Identifier of the SM-DP+, dotted. Cards of the first versions (2.0, 2.1) may leave it out. */
  readonly smdpOid?: string
  readonly result: FinalResult
}

export function writeProfileInstallationResultData(data: ProfileInstallationResultData): Uint8Array {
  const { result } = data
  const final = result.success
    ? node(0xa0, node(0x4f, result.aid), node(TAG.octets, result.simaResponse))
    : node(
        0xa1,
        uintNode(0x80, result.command),
        uintNode(0x81, result.reason),
        result.simaResponse && node(0x82, result.simaResponse),
      )
  return node(
    0xbf27,
    node(0x80, data.transactionId),
    writeNotificationMetadata(data.notification),
    data.smdpOid === undefined ? undefined : oidNode(0x06, data.smdpOid),
    node(0xa2, final),
  )
}

function readFinalResult(element: Tlv): FinalResult {
  const outer = element.cursor()
  const good = outer.maybe(0xa0)?.cursor()
  if (good) {
    const aid = readBytes(good.take(0x4f), 5, 16)
    return { success: true, aid, simaResponse: good.take(TAG.octets).value }
  }
  const bad = outer.take(0xa1).cursor()
  const command = readUint(bad.take(0x80), 127)
  const reason = readUint(bad.take(0x81), 127)
  const simaResponse = bad.maybe(0x82)?.value
  return { success: false, command, reason, ...(simaResponse ? { simaResponse } : {}) }
}

/** `BF37`: the proof that a card installed a profile, or why it did not. The signature covers `data.raw`. */
export interface ProfileInstallationResult {
  readonly kind: 'installation'
  readonly data: Received<ProfileInstallationResultData>
  readonly signature: Uint8Array
  /** The whole notification as received. */
  readonly raw: Uint8Array
}

/** A notification of another event; the signature covers `notification.raw`. */
export interface OtherSignedNotification {
  readonly kind: 'other'
  readonly notification: Received<NotificationMetadata>
  readonly signature: Uint8Array
  /** DER. */
  readonly euiccCertificate: Uint8Array
  /** DER. */
  readonly eumCertificate: Uint8Array
  readonly raw: Uint8Array
}

export type PendingNotification = ProfileInstallationResult | OtherSignedNotification

/** `data` is the whole element `BF27`. */
export function writeProfileInstallationResult(data: Uint8Array, signature: Uint8Array): Uint8Array {
  return node(0xbf37, data, writeSignature(signature))
}

/** `notification` is the whole element `BF2F`. */
export function writeOtherSignedNotification(parts: {
  readonly notification: Uint8Array
  readonly signature: Uint8Array
  readonly euiccCertificate: Uint8Array
  readonly eumCertificate: Uint8Array
}): Uint8Array {
  return node(
    TAG.sequence,
    parts.notification,
    writeSignature(parts.signature),
    parts.euiccCertificate,
    parts.eumCertificate,
  )
}

/** Reads either form of a pending notification. */
export function readPendingNotification(input: Uint8Array | Tlv): PendingNotification {
  try {
    return readProfileInstallationResult(input)
  } catch (error) {
    if (!isFailure(error, 'tlv.unexpected-tag')) throw error
  }
  const element = elementOf(input, TAG.sequence)
  const cursor = element.cursor()
  const notification = readNotificationMetadata(cursor.take(0xbf2f))
  const signature = readSignature(cursor.take(TAG.signature))
  const euiccCertificate = cursor.take(TAG.sequence).raw
  const eumCertificate = cursor.take(TAG.sequence).raw
  cursor.finish()
  return { kind: 'other', notification, signature, euiccCertificate, eumCertificate, raw: element.raw }
}

export function readProfileInstallationResult(input: Uint8Array | Tlv): ProfileInstallationResult {
  const element = elementOf(input, 0xbf37)
  const cursor = element.cursor()
  const data = cursor.take(0xbf27)
  const signature = readSignature(cursor.take(TAG.signature))
  cursor.finish()
  const fields = data.cursor()
  const transactionId = readTransactionId(fields.take(0x80))
  const notification = readNotificationMetadata(fields.take(0xbf2f))
  const oid = fields.maybe(0x06)
  const result = readFinalResult(fields.take(0xa2))
  fields.finish()
  return {
    kind: 'installation',
    data: { transactionId, notification, ...(oid ? { smdpOid: readOid(oid) } : {}), result, raw: data.raw },
    signature,
    raw: element.raw,
  }
}

/** The notification's metadata in either form. */
export function metadataOf(
  pending: PendingNotification,
): Received<NotificationMetadata> | NotificationMetadata {
  return pending.kind === 'installation' ? pending.data.notification : pending.notification
}
