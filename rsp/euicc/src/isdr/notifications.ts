import { fromHex } from '@gesim/base'
import {
  NOTIFICATION_EVENTS,
  parseIccid,
  readListNotificationRequest,
  readNotificationSentRequest,
  readRetrieveNotificationsRequest,
  writeListNotificationResponse,
  writeResult,
  writeRetrieveNotificationsResponse,
} from '@gesim/sgp22'
import type { Tlv } from '@gesim/tlv'
import type { Isdr } from './isdr.ts'

/** ListNotification: metadata of what is pending, in order. */
export function listNotifications(isdr: Isdr, element: Tlv): Uint8Array {
  const { events } = readListNotificationRequest(element)
  const pending = isdr.memory.state.notifications.map(({ sequence, event: bit, address, iccid }) => ({
    seqNumber: sequence,
    event: NOTIFICATION_EVENTS[bit]!,
    address,
    ...(iccid ? { iccid: parseIccid(iccid) } : {}),
  }))
  return writeListNotificationResponse({
    ok: pending.filter(({ event }) => !events || events.includes(event)),
  })
}

/** RetrieveNotificationsList: the signed notifications themselves. */
export function retrieveNotifications(isdr: Isdr, element: Tlv): Uint8Array {
  const { seqNumber, events } = readRetrieveNotificationsRequest(element)
  const chosen = isdr.memory.state.notifications.filter(
    (entry) =>
      (seqNumber === undefined || entry.sequence === seqNumber) &&
      (!events || events.includes(NOTIFICATION_EVENTS[entry.event]!)),
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
