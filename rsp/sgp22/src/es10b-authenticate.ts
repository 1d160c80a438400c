import { node, readBytes, readText, readUint, type Tlv, textNode, uintNode } from '@gesim/tlv'
import {
  type Answer,
  elementOf,
  type Received,
  readSignature,
  readTransactionId,
  readVersion,
  TAG,
  writeSignature,
  writeVersion,
} from './elements.ts'
import { type EuiccInfo2, readEuiccInfo2 } from './euicc-info.ts'

/** What a server signs to prove itself (SGP.22 section 5.7.13). */
export interface ServerSigned1 {
  readonly transactionId: Uint8Array
  readonly euiccChallenge: Uint8Array
  readonly serverAddress: string
  readonly serverChallenge: Uint8Array
}

export function writeServerSigned1(signed: ServerSigned1): Uint8Array {
  return node(
    TAG.sequence,
    node(0x80, signed.transactionId),
    node(0x81, signed.euiccChallenge),
    textNode(0x83, signed.serverAddress),
    node(0x84, signed.serverChallenge),
  )
}

export function readServerSigned1(input: Uint8Array | Tlv): Received<ServerSigned1> {
  const element = elementOf(input, TAG.sequence)
  const cursor = element.cursor()
  const transactionId = readTransactionId(cursor.take(0x80))
  const euiccChallenge = readBytes(cursor.take(0x81), 16)
  const serverAddress = readText(cursor.take(0x83), 255)
  const serverChallenge = readBytes(cursor.take(0x84), 16)
  cursor.finish()
  return { transactionId, euiccChallenge, serverAddress, serverChallenge, raw: element.raw }
}

/** Capabilities of a device, each the release that it supports, such as `15.0.0`. */
export interface DeviceCapabilities {
  readonly gsm?: string
  readonly utran?: string
  readonly cdma2000onex?: string
  readonly cdma2000hrpd?: string
  readonly cdma2000ehrpd?: string
  readonly eutranEpc?: string
  readonly contactless?: string
  readonly rspCrl?: string
  readonly nrEpc?: string
  readonly nr5gc?: string
  readonly eutran5gc?: string
}

const CAPABILITIES = [
  'gsm',
  'utran',
  'cdma2000onex',
  'cdma2000hrpd',
  'cdma2000ehrpd',
  'eutranEpc',
  'contactless',
  'rspCrl',
  'nrEpc',
  'nr5gc',
  'eutran5gc',
] as const satisfies readonly (keyof DeviceCapabilities)[]

export interface DeviceInfo {
  /** Type allocation code, four bytes. */
  readonly tac: Uint8Array
  readonly capabilities: DeviceCapabilities
  /** Eight bytes. */
  readonly imei?: Uint8Array
}

/** What the phone lets the card sign on its behalf (`ctxParamsForCommonAuthentication`). */
export interface ContextParams {
  /** Matching or event identifier; absent for a default order. */
  readonly matchingId?: string
  readonly device: DeviceInfo
}

export function writeContextParams(context: ContextParams): Uint8Array {
  const { matchingId, device } = context
  const capabilities = CAPABILITIES.map((name, index) => {
    const version = device.capabilities[name]
    return version === undefined ? undefined : writeVersion(0x80 + index, version)
  })
  return node(
    0xa0,
    matchingId === undefined ? undefined : textNode(0x80, matchingId),
    node(0xa1, node(0x80, device.tac), node(0xa1, ...capabilities), device.imei && node(0x82, device.imei)),
  )
}

export function readContextParams(input: Uint8Array | Tlv): ContextParams {
  const cursor = elementOf(input, 0xa0).cursor()
  const matchingId = cursor.maybe(0x80)
  const device = cursor.take(0xa1).cursor()
  cursor.finish()
  // Four and eight bytes say the newer texts; phones also write what they have, and no decision hangs on it.
  const tac = readBytes(device.take(0x80), 4, 8)
  const capabilities: Record<string, string> = {}
  for (const child of device.take(0xa1).children()) {
    const name = CAPABILITIES[child.tag - 0x80]
    if (name) capabilities[name] = readVersion(child)
  }
  const imei = device.maybe(0x82)
  device.finish()
  return {
    ...(matchingId ? { matchingId: readText(matchingId, 255) } : {}),
    device: { tac, capabilities, ...(imei ? { imei: readBytes(imei, 0, 16) } : {}) },
  }
}

/** `BF38`, from the phone to the card. */
export interface AuthenticateServerRequest {
  readonly serverSigned1: Received<ServerSigned1>
  readonly serverSignature1: Uint8Array
  /** Key identifier of the issuer to be used. */
  readonly euiccCiPkId: Uint8Array
  /** DER of CERT.DPauth or CERT.DSauth. */
  readonly serverCertificate: Uint8Array
  readonly context: ContextParams
}

/** Puts together what the server sent, its signed bytes unchanged. */
export function writeAuthenticateServerRequest(parts: {
  readonly serverSigned1: Uint8Array
  readonly serverSignature1: Uint8Array
  readonly euiccCiPkId: Uint8Array
  readonly serverCertificate: Uint8Array
  readonly context: ContextParams
}): Uint8Array {
  return node(
    0xbf38,
    parts.serverSigned1,
    writeSignature(parts.serverSignature1),
    node(TAG.octets, parts.euiccCiPkId),
    parts.serverCertificate,
    writeContextParams(parts.context),
  )
}

export function readAuthenticateServerRequest(input: Uint8Array | Tlv): AuthenticateServerRequest {
  const cursor = elementOf(input, 0xbf38).cursor()
  const serverSigned1 = readServerSigned1(cursor.take(TAG.sequence))
  const serverSignature1 = readSignature(cursor.take(TAG.signature))
  const euiccCiPkId = readBytes(cursor.take(TAG.octets), 1, 32)
  const serverCertificate = cursor.take(TAG.sequence).raw
  const context = readContextParams(cursor.take(0xa0))
  cursor.finish()
  return { serverSigned1, serverSignature1, euiccCiPkId, serverCertificate, context }
}

/** What a card signs to prove itself. */
export interface EuiccSigned1 {
  readonly transactionId: Uint8Array
  readonly serverAddress: string
  readonly serverChallenge: Uint8Array
  readonly euiccInfo2: Received<EuiccInfo2>
  readonly context: ContextParams
}

/** `euiccInfo2` is the whole element `BF22`. */
export function writeEuiccSigned1(
  signed: Omit<EuiccSigned1, 'euiccInfo2'> & { readonly euiccInfo2: Uint8Array },
): Uint8Array {
  return node(
    TAG.sequence,
    node(0x80, signed.transactionId),
    textNode(0x83, signed.serverAddress),
    node(0x84, signed.serverChallenge),
    signed.euiccInfo2,
    writeContextParams(signed.context),
  )
}

export function readEuiccSigned1(input: Uint8Array | Tlv): Received<EuiccSigned1> {
  const element = elementOf(input, TAG.sequence)
  const cursor = element.cursor()
  const transactionId = readTransactionId(cursor.take(0x80))
  const serverAddress = readText(cursor.take(0x83), 255)
  const serverChallenge = readBytes(cursor.take(0x84), 16)
  const euiccInfo2 = readEuiccInfo2(cursor.take(0xbf22))
  const context = readContextParams(cursor.take(0xa0))
  cursor.finish()
  return { transactionId, serverAddress, serverChallenge, euiccInfo2, context, raw: element.raw }
}

/** The good half of `AuthenticateServerResponse`; the signature covers `euiccSigned1.raw`. */
export interface AuthenticateServerOk {
  readonly euiccSigned1: Received<EuiccSigned1>
  readonly euiccSignature1: Uint8Array
  /** DER. */
  readonly euiccCertificate: Uint8Array
  /** DER of the manufacturer's certificate. */
  readonly eumCertificate: Uint8Array
}

export function writeAuthenticateServerResponse(
  answer: Answer<Omit<AuthenticateServerOk, 'euiccSigned1'> & { readonly euiccSigned1: Uint8Array }> & {
    readonly transactionId?: Uint8Array
  },
): Uint8Array {
  if (answer.ok) {
    const { euiccSigned1, euiccSignature1, euiccCertificate, eumCertificate } = answer.ok
    return node(
      0xbf38,
      node(0xa0, euiccSigned1, writeSignature(euiccSignature1), euiccCertificate, eumCertificate),
    )
  }
  return node(
    0xbf38,
    node(0xa1, node(0x80, answer.transactionId ?? Uint8Array.of(0)), uintNode(0x02, answer.error)),
  )
}

export function readAuthenticateServerResponse(
  input: Uint8Array | Tlv,
): Answer<AuthenticateServerOk> & { readonly transactionId?: Uint8Array } {
  const outer = elementOf(input, 0xbf38).cursor()
  const failed = outer.maybe(0xa1)
  if (failed) {
    const cursor = failed.cursor()
    const transactionId = readTransactionId(cursor.take(0x80))
    return { transactionId, error: readUint(cursor.take(0x02), 127) }
  }
  const cursor = outer.take(0xa0).cursor()
  outer.finish()
  const euiccSigned1 = readEuiccSigned1(cursor.take(TAG.sequence))
  const euiccSignature1 = readSignature(cursor.take(TAG.signature))
  const euiccCertificate = cursor.take(TAG.sequence).raw
  const eumCertificate = cursor.take(TAG.sequence).raw
  return { ok: { euiccSigned1, euiccSignature1, euiccCertificate, eumCertificate } }
}
