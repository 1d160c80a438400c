import { bytesEqual, toHex } from '@gesim/base'
import { ecdsaSign } from '@gesim/crypto'
import {
  NOTIFICATION_EVENTS,
  type NotificationEvent,
  type ProfileInstallationResultData,
  type ProfileMetadata,
  writeNotificationMetadata,
  writeOtherSignedNotification,
  writeProfileInstallationResult,
  writeProfileInstallationResultData,
} from '@gesim/sgp22'
import type { Credential } from './credentials.ts'
import type { Isdr } from './isdr.ts'

/** With what the card signs about a profile: as it did when the profile was installed, if it still can. */
export function credentialFor(isdr: Isdr, issuerKeyId: Uint8Array | undefined): Credential {
  const { credentials } = isdr.credentials
  const own = issuerKeyId && credentials.find((each) => bytesEqual(each.issuerKeyId, issuerKeyId))
  return own ?? credentials[0]!
}

const bitOf = (event: NotificationEvent) => NOTIFICATION_EVENTS.indexOf(event)

/** Signs and keeps notifications of an event for every address that the profile's metadata asks to tell. */
export function notifyEvent(
  isdr: Isdr,
  event: NotificationEvent,
  metadata: ProfileMetadata,
  credential: Credential,
  except?: string,
): void {
  for (const { events, address } of metadata.notifications ?? []) {
    if (!events.includes(event) || address === except) continue
    const seqNumber = isdr.memory.takeSequence()
    const notification = writeNotificationMetadata({ seqNumber, event, address, iccid: metadata.iccid })
    const signed = writeOtherSignedNotification({
      notification,
      signature: ecdsaSign(credential.euicc.privateKey, notification),
      euiccCertificate: credential.euicc.certificate.der,
      eumCertificate: credential.eum.der,
    })
    const stored = { sequence: seqNumber, event: bitOf(event), address, iccid: metadata.iccid }
    isdr.memory.addNotification({ ...stored, signed: toHex(signed) })
  }
}

/** Signs and keeps the result of an installation; it waits for its server like any notification. */
export function notifyInstallation(
  isdr: Isdr,
  credential: Credential,
  data: ProfileInstallationResultData,
): Uint8Array {
  const raw = writeProfileInstallationResultData(data)
  const signed = writeProfileInstallationResult(raw, ecdsaSign(credential.euicc.privateKey, raw))
  const { seqNumber, event, address, iccid } = data.notification
  isdr.memory.addNotification({
    sequence: seqNumber,
    event: bitOf(event),
    address,
    iccid,
    signed: toHex(signed),
  })
  return signed
}
