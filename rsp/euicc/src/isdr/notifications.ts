import { fromHex, isFailure, toHex } from '@gesim/base'
import { readRevocationList, verifyRevocationList } from '@gesim/crypto'
import {
  NOTIFICATION_EVENTS,
  parseIccid,
  readListNotificationRequest,
  readLoadCrlRequest,
  readNotificationSentRequest,
  readRetrieveNotificationsRequest,
  writeListNotificationResponse,
  writeLoadCrlResponse,
  writeResult,
  writeRetrieveNotificationsResponse,
} from '@gesim/sgp22'
import type { Tlv } from '@gesim/tlv'
import { type Isdr, revocationsOf } from './isdr.ts'

/** ListNotification: metadata of what is pending, in order. */
export function listNotifications(isdr: Isdr, element: Tlv): Uint8Array {
  const { event } = readListNotificationRequest(element)
  const pending = isdr.memory.state.notifications.map(({ sequence, event: bit, address, iccid }) => ({
    seqNumber: sequence,
    event: NOTIFICATION_EVENTS[bit]!,
    address,
    ...(iccid ? { iccid: parseIccid(iccid) } : {}),
  }))
  return writeListNotificationResponse({ ok: pending.filter((entry) => !event || entry.event === event) })
}

/** RetrieveNotificationsList: the signed notifications themselves. */
export function retrieveNotifications(isdr: Isdr, element: Tlv): Uint8Array {
  const { seqNumber, event } = readRetrieveNotificationsRequest(element)
  const chosen = isdr.memory.state.notifications.filter(
    (entry) =>
      (seqNumber === undefined || entry.sequence === seqNumber) &&
      (!event || NOTIFICATION_EVENTS[entry.event] === event),
  )
  return writeRetrieveNotificationsResponse({ ok: chosen.map(({ signed }) => fromHex(signed)) })
}

/** RemoveNotificationFromList: the server has it. */
export function removeNotification(isdr: Isdr, element: Tlv): Uint8Array {
  const sequence = readNotificationSentRequest(element)
  const { notifications } = isdr.memory.state
  const rest = notifications.filter((entry) => entry.sequence !== sequence)
  if (rest.length === notifications.length) return writeResult(0xbf30, 1)
  isdr.memory.update({ notifications: rest })
  isdr.memory.save()
  return writeResult(0xbf30, 0)
}

/** LoadCRL errors. */
const CRL = { signature: 1, format: 2, memory: 3, key: 4, fresher: 5 } as const
const MAX_LISTS = 16

/** LoadCRL (SGP.22, 5.7.12): a list of revoked server certificates, newer than the one before. */
export function loadCrl(isdr: Isdr, element: Tlv): Uint8Array {
  const der = readLoadCrlRequest(element)
  try {
    const list = readRevocationList(der)
    try {
      const at = isdr.lenient ? list.thisUpdateMs : isdr.clock.nowMs()
      verifyRevocationList(list, isdr.credentials.issuers, at)
    } catch (error) {
      if (!isFailure(error)) throw error
      return writeLoadCrlResponse({ error: error.code === 'crypto.issuer-unknown' ? CRL.key : CRL.signature })
    }
    const same = (other: { issuerRaw: Uint8Array }) => toHex(other.issuerRaw) === toHex(list.issuerRaw)
    const fresher = revocationsOf(isdr).some(
      (other) => same(other) && (other.number ?? 0n) >= (list.number ?? 0n),
    )
    if (fresher) return writeLoadCrlResponse({ error: CRL.fresher })
    const kept = isdr.memory.state.revocations.filter((hex) => !same(readRevocationList(fromHex(hex))))
    if (kept.length >= MAX_LISTS) return writeLoadCrlResponse({ error: CRL.memory })
    isdr.memory.update({ revocations: [...kept, toHex(der)] })
    isdr.memory.save()
    return writeLoadCrlResponse({ ok: [] })
  } catch (error) {
    if (!isFailure(error)) throw error
    return writeLoadCrlResponse({ error: CRL.format })
  }
}
