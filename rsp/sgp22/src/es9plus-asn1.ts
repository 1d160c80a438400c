import { refuse } from '@gesim/base'
import { node, readBytes, readText, readTlv, readUint, type Tlv, textNode, uintNode } from '@gesim/tlv'
import { readTransactionId, TAG, writeSignature } from './elements.ts'
import type { ES9PLUS, Es9plusFunction } from './es9plus.ts'
import type { RequestOf, ResponseOf } from './members.ts'

/** The same functions in the ASN.1 binding (SGP.22 section 6.6): one path, one element around all of them. */
export const ASN1_PATH = '/gsma/rsp2/asn1'
export const ASN1_TYPE = 'application/x-gsma-rsp-asn1'

/** The element around every request and every response. */
export const ASN1_ENVELOPE = 0xa2
/** AuthenticateClientResponseEs11: the answer of an SM-DS has a tag of its own. */
export const ASN1_EVENTS = 0xbf40

const FUNCTION_TAG: Readonly<Record<Es9plusFunction, number>> = {
  initiateAuthentication: 0xbf39,
  authenticateClient: 0xbf3b,
  getBoundProfilePackage: 0xbf3a,
  cancelSession: 0xbf41,
  handleNotification: 0xbf3d,
}

/** A request of any function. */
export type Es9plusRequest = {
  [Name in Es9plusFunction]: { readonly function: Name; readonly body: RequestOf<(typeof ES9PLUS)[Name]> }
}[Es9plusFunction]

/**
 * Automatic tagging replaces the tag of a component that has none of its own; writers differ, so the
 * element is taken under either tag and given back with its own.
 */
function retagged(element: Tlv, context: number, own: number): Uint8Array {
  if (element.tag === own) return element.raw
  if (element.tag === context) return node(own, element.value)
  throw refuse('tlv.unexpected-tag', { tag: element.tag, expected: own })
}

/** Reads `A2 { function }`. Throws `tlv.*`. */
export function readAsn1Request(bytes: Uint8Array): Es9plusRequest {
  const [element] = readTlv(bytes, ASN1_ENVELOPE).children()
  const cursor = element?.cursor()
  // The request of ES11 is that of ES9+; some phones write it under the tag of its response.
  const tag = element?.tag === ASN1_EVENTS ? FUNCTION_TAG.authenticateClient : element?.tag
  const name = (Object.keys(FUNCTION_TAG) as Es9plusFunction[]).find((key) => FUNCTION_TAG[key] === tag)
  if (!cursor || !name)
    throw refuse('tlv.unexpected-tag', { tag: element?.tag ?? 0, expected: ASN1_ENVELOPE })
  switch (name) {
    case 'initiateAuthentication': {
      const euiccChallenge = readBytes(cursor.take(0x81), 16)
      const smdpAddress = readText(cursor.take(0x83), 255)
      const euiccInfo1 = cursor.take(0xbf20).raw
      return { function: name, body: { euiccChallenge, smdpAddress, euiccInfo1 } }
    }
    case 'authenticateClient': {
      const transactionId = readTransactionId(cursor.take(0x80))
      return { function: name, body: { transactionId, authenticateServerResponse: cursor.take(0xbf38).raw } }
    }
    case 'getBoundProfilePackage': {
      const transactionId = readTransactionId(cursor.take(0x80))
      return { function: name, body: { transactionId, prepareDownloadResponse: cursor.take(0xbf21).raw } }
    }
    case 'cancelSession': {
      const transactionId = readTransactionId(cursor.take(0x80))
      const cancelSessionResponse = retagged(cursor.any(), 0xa1, 0xbf41)
      return { function: name, body: { transactionId, cancelSessionResponse } }
    }
    case 'handleNotification': {
      const first = cursor.any()
      const [inner] = first.tag === 0xa0 ? first.children() : [first]
      return { function: name, body: { pendingNotification: inner?.raw ?? new Uint8Array() } }
    }
  }
}

/** Writes a request, for a phone that speaks ASN.1. */
export function writeAsn1Request(request: Es9plusRequest): Uint8Array {
  return node(ASN1_ENVELOPE, node(FUNCTION_TAG[request.function], ...requestParts(request)))
}

function requestParts(request: Es9plusRequest): Uint8Array[] {
  switch (request.function) {
    case 'initiateAuthentication': {
      const { euiccChallenge, smdpAddress, euiccInfo1 } = request.body
      return [node(0x81, euiccChallenge), textNode(0x83, smdpAddress), euiccInfo1]
    }
    case 'authenticateClient':
      return [node(0x80, request.body.transactionId), request.body.authenticateServerResponse]
    case 'getBoundProfilePackage':
      return [node(0x80, request.body.transactionId), request.body.prepareDownloadResponse]
    case 'cancelSession': {
      const response = node(0xa1, readTlv(request.body.cancelSessionResponse, 0xbf41).value)
      return [node(0x80, request.body.transactionId), response]
    }
    case 'handleNotification':
      return [node(0xa0, request.body.pendingNotification)]
  }
}

/** A response of any function, or an error number of it. */
export type Es9plusAnswer = {
  [Name in Es9plusFunction]: {
    readonly function: Name
    readonly body?: ResponseOf<(typeof ES9PLUS)[Name]>
    readonly error?: number
  }
}[Es9plusFunction]

/** Writes `A2 { function { A0 ok | 81 error } }`. A notification has no response. */
export function writeAsn1Response(answer: Es9plusAnswer): Uint8Array {
  const inner =
    answer.error !== undefined ? uintNode(0x81, answer.error) : node(0xa0, ...responseParts(answer))
  return node(ASN1_ENVELOPE, node(FUNCTION_TAG[answer.function], inner))
}

function responseParts(answer: Es9plusAnswer): Uint8Array[] {
  switch (answer.function) {
    case 'initiateAuthentication': {
      const body = answer.body!
      return [
        node(0x80, body.transactionId),
        body.serverSigned1,
        writeSignature(body.serverSignature1),
        node(TAG.octets, body.euiccCiPKIdToBeUsed),
        body.serverCertificate,
      ]
    }
    case 'authenticateClient': {
      const body = answer.body!
      return [
        node(0x80, body.transactionId),
        body.profileMetadata,
        body.smdpSigned2,
        writeSignature(body.smdpSignature2),
        body.smdpCertificate,
      ]
    }
    case 'getBoundProfilePackage':
      return [node(0x80, answer.body!.transactionId), answer.body!.boundProfilePackage]
    case 'cancelSession':
    case 'handleNotification':
      return []
  }
}

/** Reads a response; the caller knows which function it asked. */
export function readAsn1Response(bytes: Uint8Array, name: Es9plusFunction): Es9plusAnswer {
  const inner = readTlv(bytes, ASN1_ENVELOPE, { maxBytes: 4 << 20 }).require(FUNCTION_TAG[name])
  const failed = inner.find(0x81)
  if (failed) return { function: name, error: readUint(failed, 127) }
  const cursor = inner.require(0xa0).cursor()
  switch (name) {
    case 'initiateAuthentication': {
      const transactionId = readTransactionId(cursor.take(0x80))
      const serverSigned1 = cursor.take(TAG.sequence).raw
      const serverSignature1 = readBytes(cursor.take(TAG.signature), 64)
      const euiccCiPKIdToBeUsed = cursor.take(TAG.octets).value
      const serverCertificate = cursor.take(TAG.sequence).raw
      const body = { transactionId, serverSigned1, serverSignature1, euiccCiPKIdToBeUsed, serverCertificate }
      return { function: name, body }
    }
    case 'authenticateClient': {
      const transactionId = readTransactionId(cursor.take(0x80))
      const profileMetadata = cursor.take(0xbf25).raw
      const smdpSigned2 = cursor.take(TAG.sequence).raw
      const smdpSignature2 = readBytes(cursor.take(TAG.signature), 64)
      const smdpCertificate = cursor.take(TAG.sequence).raw
      return {
        function: name,
        body: { transactionId, profileMetadata, smdpSigned2, smdpSignature2, smdpCertificate },
      }
    }
    case 'getBoundProfilePackage': {
      const transactionId = readTransactionId(cursor.take(0x80))
      return { function: name, body: { transactionId, boundProfilePackage: cursor.take(0xbf36).raw } }
    }
    case 'cancelSession':
    case 'handleNotification':
      return { function: name, body: {} }
  }
}
