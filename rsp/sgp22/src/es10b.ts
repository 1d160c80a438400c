import { refuse } from '@gesim/base'
import { node, readBits, readBytes, readUint, type Tlv, tagName, uintNode } from '@gesim/tlv'
import { type Answer, elementOf } from './elements.ts'
import {
  type NotificationEvent,
  type OperatorId,
  type ProfilePolicyRule,
  readEvents,
  readOperatorId,
  readPolicyRules,
  writeEvents,
  writeOperatorId,
  writePolicyRules,
} from './metadata.ts'
import {
  type NotificationMetadata,
  type PendingNotification,
  readNotificationMetadata,
  readPendingNotification,
  writeNotificationMetadata,
} from './notifications.ts'

export * from './es10b-authenticate.ts'
export * from './es10b-prepare.ts'

/** GetEUICCInfo1, GetEUICCInfo2: empty requests. */
export const GET_EUICC_INFO1: Uint8Array = node(0xbf20)
export const GET_EUICC_INFO2: Uint8Array = node(0xbf22)
/** GetEUICCChallenge: an empty request. */
export const GET_EUICC_CHALLENGE: Uint8Array = node(0xbf2e)
/** GetRAT: an empty request. */
export const GET_RAT: Uint8Array = node(0xbf43)

export function writeEuiccChallenge(challenge: Uint8Array): Uint8Array {
  return node(0xbf2e, node(0x80, challenge))
}

/** The 16 bytes that a server must sign. */
export function readEuiccChallenge(input: Uint8Array | Tlv): Uint8Array {
  return readBytes(elementOf(input, 0xbf2e).require(0x80), 16)
}

/** A response that is one number, such as `BF31 { 80 result }`. */
export function writeResult(tag: number, result: number): Uint8Array {
  return node(tag, uintNode(0x80, result))
}

/** Reads a response that is one number of the function's table. */
export function readResult(input: Uint8Array | Tlv, tag: number): number {
  return readUint(elementOf(input, tag).require(0x80), 127)
}

/** ListNotification, of all events or of some. */
export function writeListNotificationRequest(...events: readonly NotificationEvent[]): Uint8Array {
  return node(0xbf28, events.length ? writeEvents(0x81, events) : undefined)
}

/** A filter of no event at all is taken for none: there are LPAs that ask for everything in this way. */
export function readListNotificationRequest(input: Uint8Array | Tlv): {
  events?: readonly NotificationEvent[]
} {
  const filter = elementOf(input, 0xbf28).find(0x81)
  const events = filter ? readEvents(filter) : []
  return events.length ? { events } : {}
}

export function writeListNotificationResponse(answer: Answer<readonly NotificationMetadata[]>): Uint8Array {
  if (answer.ok) return node(0xbf28, node(0xa0, ...answer.ok.map(writeNotificationMetadata)))
  return node(0xbf28, uintNode(0x81, answer.error))
}

export function readListNotificationResponse(input: Uint8Array | Tlv): Answer<NotificationMetadata[]> {
  const [answer] = elementOf(input, 0xbf28).children()
  if (answer?.tag === 0xa0) return { ok: answer.children().map(readNotificationMetadata) }
  return { error: answer?.tag === 0x81 ? readUint(answer, 127) : 127 }
}

/**
 * A sequence number as phones send it back: widely used LPAs leave out the zero that DER puts before a first bit of 1, from
 * number 128 on. Throws `tlv.bad-value`.
 */
function readSeqNumber(element: Tlv): number {
  const bytes = readBytes(element, 1, 5)
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  if (value > 0x7fffffff) throw refuse('tlv.bad-value', { tag: tagName(element.tag), type: 'INTEGER' })
  return value
}

/** What a phone looks for among the pending notifications. */
export interface NotificationSearch {
  readonly seqNumber?: number
  readonly events?: readonly NotificationEvent[]
}

/** RetrieveNotificationsList: one by its number, those of some events, or all. */
export function writeRetrieveNotificationsRequest(search: NotificationSearch = {}): Uint8Array {
  if (search.seqNumber !== undefined) return node(0xbf2b, node(0xa0, uintNode(0x80, search.seqNumber)))
  if (search.events) return node(0xbf2b, node(0xa0, writeEvents(0x81, search.events)))
  return node(0xbf2b)
}

export function readRetrieveNotificationsRequest(input: Uint8Array | Tlv): NotificationSearch {
  const criteria = elementOf(input, 0xbf2b).find(0xa0)
  const [criterion] = criteria?.children() ?? []
  if (criterion?.tag === 0x80) return { seqNumber: readSeqNumber(criterion) }
  return criterion?.tag === 0x81 ? { events: readEvents(criterion) } : {}
}

/** Each entry is a whole pending notification, `BF37` or `30`. */
export function writeRetrieveNotificationsResponse(answer: Answer<readonly Uint8Array[]>): Uint8Array {
  if (answer.ok) return node(0xbf2b, node(0xa0, ...answer.ok))
  return node(0xbf2b, uintNode(0x81, answer.error))
}

export function readRetrieveNotificationsResponse(input: Uint8Array | Tlv): Answer<PendingNotification[]> {
  const [answer] = elementOf(input, 0xbf2b).children()
  if (answer?.tag === 0xa0) return { ok: answer.children().map(readPendingNotification) }
  return { error: answer?.tag === 0x81 ? readUint(answer, 127) : 127 }
}

/** RemoveNotificationFromList (`NotificationSent`), once the server took it. */
export function writeNotificationSentRequest(seqNumber: number): Uint8Array {
  return node(0xbf30, uintNode(0x80, seqNumber))
}

export function readNotificationSentRequest(input: Uint8Array | Tlv): number {
  return readSeqNumber(elementOf(input, 0xbf30).require(0x80))
}

/** One line of the rules authorisation table: which operators may set which policy rules. */
export interface RulesAuthorisation {
  readonly rules: readonly ProfilePolicyRule[]
  readonly operators: readonly OperatorId[]
  /** Bit 0: the end user must consent. */
  readonly flags: readonly number[]
}

export function writeRatResponse(table: readonly RulesAuthorisation[]): Uint8Array {
  const lines = table.map((line) =>
    node(
      0x30,
      writePolicyRules(0x80, line.rules),
      node(0xa1, ...line.operators.map((operator) => writeOperatorId(0x30, operator))),
      node(0x82, Uint8Array.of(7, line.flags.includes(0) ? 0x80 : 0)),
    ),
  )
  return node(0xbf43, node(0xa0, ...lines))
}

export function readRatResponse(input: Uint8Array | Tlv): RulesAuthorisation[] {
  return elementOf(input, 0xbf43)
    .require(0xa0)
    .children()
    .map((line) => {
      const cursor = line.cursor()
      const rules = readPolicyRules(cursor.take(0x80))
      const operators = cursor.take(0xa1).children().map(readOperatorId)
      return { rules, operators, flags: readBits(cursor.take(0x82)) }
    })
}

/** LoadCRL: `revocationList` is the DER of a CertificateList, whose content stands under `A0`. */
export function writeLoadCrlRequest(revocationList: Uint8Array): Uint8Array {
  return node(0xbf35, node(0xa0, elementOf(revocationList, 0x30).value))
}

/** The revocation list in DER again. */
export function readLoadCrlRequest(input: Uint8Array | Tlv): Uint8Array {
  const [list] = elementOf(input, 0xbf35).children()
  return node(0x30, list?.value)
}

/** Numbers of base lists that are missing, or an error number of `LOAD_CRL_ERRORS`. */
export function writeLoadCrlResponse(answer: Answer<readonly number[]>): Uint8Array {
  if (answer.error !== undefined) return node(0xbf35, uintNode(0x81, answer.error))
  const missing = answer.ok.map((number) => uintNode(0x02, number))
  return node(0xbf35, node(0xa0, missing.length ? node(0xa0, ...missing) : undefined))
}

export function readLoadCrlResponse(input: Uint8Array | Tlv): Answer<number[]> {
  const [answer] = elementOf(input, 0xbf35).children()
  if (answer?.tag === 0xa0)
    return {
      ok:
        answer
          .find(0xa0)
          ?.children()
          .map((number) => readUint(number)) ?? [],
    }
  return { error: answer?.tag === 0x81 ? readUint(answer, 127) : 127 }
}
