import { concatBytes } from '@gesim/base'
import { node, oidNode, readBoolean, readBytes, readOid, readUint, type Tlv, uintNode } from '@gesim/tlv'
import {
  type Answer,
  elementOf,
  type Received,
  readSignature,
  readTransactionId,
  TAG,
  writeSignature,
} from './elements.ts'

/** What the SM-DP+ signs with the certificate for binding (SGP.22 section 5.7.5). */
export interface SmdpSigned2 {
  readonly transactionId: Uint8Array
  readonly confirmationCodeRequired: boolean
  /** One-time key of the card that an earlier bound package of the same order was made for. */
  readonly bppEuiccOtpk?: Uint8Array
}

export function writeSmdpSigned2(signed: SmdpSigned2): Uint8Array {
  return node(
    TAG.sequence,
    node(0x80, signed.transactionId),
    node(0x01, Uint8Array.of(signed.confirmationCodeRequired ? 0xff : 0)),
    signed.bppEuiccOtpk && node(TAG.oneTimeKey, signed.bppEuiccOtpk),
  )
}

export function readSmdpSigned2(input: Uint8Array | Tlv): Received<SmdpSigned2> {
  const element = elementOf(input, TAG.sequence)
  const cursor = element.cursor()
  const transactionId = readTransactionId(cursor.take(0x80))
  const confirmationCodeRequired = readBoolean(cursor.take(0x01))
  const otpk = cursor.maybe(TAG.oneTimeKey)
  cursor.finish()
  return {
    transactionId,
    confirmationCodeRequired,
    ...(otpk ? { bppEuiccOtpk: readBytes(otpk, 65) } : {}),
    raw: element.raw,
  }
}

/** The bytes under `smdpSignature2` or `euiccSignature2`: the signed element, then the other side's last signature. */
export function signedWithPrevious(signed: Uint8Array, previousSignature: Uint8Array): Uint8Array {
  return concatBytes(signed, writeSignature(previousSignature))
}

/** `BF21`, from the phone to the card. */
export interface PrepareDownloadRequest {
  readonly smdpSigned2: Received<SmdpSigned2>
  readonly smdpSignature2: Uint8Array
  /** Hash of confirmation code and transaction, 32 bytes. */
  readonly hashCc?: Uint8Array
  /** DER of CERT.DPpb. */
  readonly smdpCertificate: Uint8Array
}

export function writePrepareDownloadRequest(
  parts: Omit<PrepareDownloadRequest, 'smdpSigned2'> & { readonly smdpSigned2: Uint8Array },
): Uint8Array {
  return node(
    0xbf21,
    parts.smdpSigned2,
    writeSignature(parts.smdpSignature2),
    parts.hashCc && node(TAG.octets, parts.hashCc),
    parts.smdpCertificate,
  )
}

export function readPrepareDownloadRequest(input: Uint8Array | Tlv): PrepareDownloadRequest {
  const cursor = elementOf(input, 0xbf21).cursor()
  const smdpSigned2 = readSmdpSigned2(cursor.take(TAG.sequence))
  const smdpSignature2 = readSignature(cursor.take(TAG.signature))
  const hashCc = cursor.maybe(TAG.octets)
  const smdpCertificate = cursor.take(TAG.sequence).raw
  cursor.finish()
  return {
    smdpSigned2,
    smdpSignature2,
    ...(hashCc ? { hashCc: readBytes(hashCc, 32) } : {}),
    smdpCertificate,
  }
}

/** What the card signs to ask for the package. */
export interface EuiccSigned2 {
  readonly transactionId: Uint8Array
  /** Its one-time key, an uncompressed point. */
  readonly euiccOtpk: Uint8Array
  readonly hashCc?: Uint8Array
}

export function writeEuiccSigned2(signed: EuiccSigned2): Uint8Array {
  return node(
    TAG.sequence,
    node(0x80, signed.transactionId),
    node(TAG.oneTimeKey, signed.euiccOtpk),
    signed.hashCc && node(TAG.octets, signed.hashCc),
  )
}

export function readEuiccSigned2(input: Uint8Array | Tlv): Received<EuiccSigned2> {
  const element = elementOf(input, TAG.sequence)
  const cursor = element.cursor()
  const transactionId = readTransactionId(cursor.take(0x80))
  const euiccOtpk = cursor.take(TAG.oneTimeKey).value
  const hashCc = cursor.maybe(TAG.octets)
  cursor.finish()
  return { transactionId, euiccOtpk, ...(hashCc ? { hashCc: readBytes(hashCc, 32) } : {}), raw: element.raw }
}

export interface PrepareDownloadOk {
  readonly euiccSigned2: Received<EuiccSigned2>
  readonly euiccSignature2: Uint8Array
}

export function writePrepareDownloadResponse(
  answer: Answer<{ readonly euiccSigned2: Uint8Array; readonly euiccSignature2: Uint8Array }> & {
    readonly transactionId?: Uint8Array
  },
): Uint8Array {
  if (answer.ok)
    return node(0xbf21, node(0xa0, answer.ok.euiccSigned2, writeSignature(answer.ok.euiccSignature2)))
  return node(
    0xbf21,
    node(0xa1, node(0x80, answer.transactionId ?? Uint8Array.of(0)), uintNode(0x02, answer.error)),
  )
}

export function readPrepareDownloadResponse(
  input: Uint8Array | Tlv,
): Answer<PrepareDownloadOk> & { readonly transactionId?: Uint8Array } {
  const outer = elementOf(input, 0xbf21).cursor()
  const failed = outer.maybe(0xa1)
  if (failed) {
    const cursor = failed.cursor()
    const transactionId = readTransactionId(cursor.take(0x80))
    return { transactionId, error: readUint(cursor.take(0x02), 127) }
  }
  const cursor = outer.take(0xa0).cursor()
  outer.finish()
  const euiccSigned2 = readEuiccSigned2(cursor.take(TAG.sequence))
  const euiccSignature2 = readSignature(cursor.take(TAG.signature))
  return { ok: { euiccSigned2, euiccSignature2 } }
}

/** `BF41`, from the phone to the card. */
export interface CancelSessionRequest {
  readonly transactionId: Uint8Array
  /** A number of `CANCEL_REASONS`. */
  readonly reason: number
}

export function writeCancelSessionRequest(request: CancelSessionRequest): Uint8Array {
  return node(0xbf41, node(0x80, request.transactionId), uintNode(0x81, request.reason))
}

export function readCancelSessionRequest(input: Uint8Array | Tlv): CancelSessionRequest {
  const cursor = elementOf(input, 0xbf41).cursor()
  const transactionId = readTransactionId(cursor.take(0x80))
  const reason = readUint(cursor.take(0x81), 127)
  cursor.finish()
  return { transactionId, reason }
}

/** What the card signs when a session is cancelled. */
export interface EuiccCancelSessionSigned {
  readonly transactionId: Uint8Array
  /** Identifier of the server that the session is with, dotted. */
  readonly smdpOid: string
  readonly reason: number
}

export function writeEuiccCancelSessionSigned(signed: EuiccCancelSessionSigned): Uint8Array {
  return node(
    TAG.sequence,
    node(0x80, signed.transactionId),
    oidNode(0x81, signed.smdpOid),
    uintNode(0x82, signed.reason),
  )
}

export interface CancelSessionOk {
  readonly signed: Received<EuiccCancelSessionSigned>
  readonly signature: Uint8Array
}

export function writeCancelSessionResponse(
  answer: Answer<{ readonly signed: Uint8Array; readonly signature: Uint8Array }>,
): Uint8Array {
  if (answer.ok) return node(0xbf41, node(0xa0, answer.ok.signed, writeSignature(answer.ok.signature)))
  return node(0xbf41, uintNode(0x81, answer.error))
}

export function readCancelSessionResponse(input: Uint8Array | Tlv): Answer<CancelSessionOk> {
  const outer = elementOf(input, 0xbf41).cursor()
  const failed = outer.maybe(0x81)
  if (failed) return { error: readUint(failed, 127) }
  const cursor = outer.take(0xa0).cursor()
  outer.finish()
  const element = cursor.take(TAG.sequence)
  const fields = element.cursor()
  const transactionId = readTransactionId(fields.take(0x80))
  const smdpOid = readOid(fields.take(0x81))
  const reason = readUint(fields.take(0x82), 127)
  fields.finish()
  const signature = readSignature(cursor.take(TAG.signature))
  return { ok: { signed: { transactionId, smdpOid, reason, raw: element.raw }, signature } }
}
