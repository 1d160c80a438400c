import { node, readText, readTlv, readUint, textNode, uintNode } from '@gesim/tlv'
import { readTransactionId, TAG } from './elements.ts'
import { ES9PLUS } from './es9plus.ts'
import { ASN1_ENVELOPE, ASN1_EVENTS } from './es9plus-asn1.ts'
import { list, type ResponseOf, rspFunction, text, transactionId } from './members.ts'

/** What an SM-DS answers a phone (SGP.22 section 5.8): the paths are those of ES9+, and so is the first function. */
export const ES11 = {
  initiateAuthentication: ES9PLUS.initiateAuthentication,
  authenticateClient: rspFunction('es9plus', 'authenticateClient', ES9PLUS.authenticateClient.request, {
    transactionId,
    eventEntries: list({ eventId: text(255), rspServerAddress: text(255) }),
  }),
} as const

/** The events of a card, or an error number, in the ASN.1 binding. */
export type Es11Answer =
  | { readonly ok: ResponseOf<typeof ES11.authenticateClient>; readonly error?: undefined }
  | { readonly error: number; readonly ok?: undefined }

/** Writes `A2 { BF40 { A0 { transactionId, A1 { events } } | 81 error } }`. */
export function writeAsn1Events(answer: Es11Answer): Uint8Array {
  if (!answer.ok) return node(ASN1_ENVELOPE, node(ASN1_EVENTS, uintNode(0x81, answer.error)))
  const events = answer.ok.eventEntries.map(({ eventId, rspServerAddress }) =>
    node(TAG.sequence, textNode(0x80, eventId), textNode(0x81, rspServerAddress)),
  )
  const ok = node(0xa0, node(0x80, answer.ok.transactionId), node(0xa1, ...events))
  return node(ASN1_ENVELOPE, node(ASN1_EVENTS, ok))
}

/** Reads what `writeAsn1Events` writes. Throws `tlv.*`. */
export function readAsn1Events(bytes: Uint8Array): Es11Answer {
  const inner = readTlv(bytes, ASN1_ENVELOPE).require(ASN1_EVENTS)
  const failed = inner.find(0x81)
  if (failed) return { error: readUint(failed, 127) }
  const cursor = inner.require(0xa0).cursor()
  const found = readTransactionId(cursor.take(0x80))
  const eventEntries = cursor
    .take(0xa1)
    .children()
    .map((entry) => {
      const fields = entry.cursor()
      return {
        eventId: readText(fields.take(0x80), 255),
        rspServerAddress: readText(fields.take(0x81), 255),
      }
    })
  return { ok: { transactionId: found, eventEntries } }
}
