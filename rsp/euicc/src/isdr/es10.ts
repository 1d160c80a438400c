import {
  parseEid,
  readSetDefaultDpRequest,
  writeConfiguredAddresses,
  writeEidResponse,
  writeEuiccInfo1,
  writeEuiccInfo2,
  writeRatResponse,
  writeResult,
} from '@gesim/sgp22'
import type { Tlv } from '@gesim/tlv'
import { StatusWord, SW } from '../apdu.ts'
import {
  authenticateServer,
  cancelSession,
  getEuiccChallenge,
  prepareDownload,
} from './authenticate-server.ts'
import { euiccInfo, type Isdr } from './isdr.ts'
import { loadCrl } from './load-crl.ts'
import { listNotifications, removeNotification, retrieveNotifications } from './notifications.ts'
import {
  deleteProfile,
  disableProfile,
  enableProfile,
  getProfilesInfo,
  memoryReset,
  setNickname,
} from './profiles.ts'

type Handler = (isdr: Isdr, element: Tlv) => Uint8Array

function setDefaultDp(isdr: Isdr, element: Tlv): Uint8Array {
  isdr.memory.update({ defaultSmdpAddress: readSetDefaultDpRequest(element) })
  isdr.memory.save()
  return writeResult(0xbf3f, 0)
}

/** The functions of ES10a, ES10b and ES10c by the tag of their request. */
const HANDLERS: Readonly<Record<number, Handler>> = {
  // ES10a
  48956: (isdr) => {
    const { defaultSmdpAddress, rootSmdsAddress } = isdr.memory.state
    return writeConfiguredAddresses({ defaultSmdpAddress, rootSmdsAddress })
  },
  48959: setDefaultDp,
  // ES10b
  48928: (isdr) => writeEuiccInfo1(euiccInfo(isdr)),
  48930: (isdr) => writeEuiccInfo2(euiccInfo(isdr)),
  48942: getEuiccChallenge,
  48952: authenticateServer,
  48929: prepareDownload,
  48961: cancelSession,
  48936: listNotifications,
  48939: retrieveNotifications,
  48944: removeNotification,
  48949: loadCrl,
  48963: (isdr) => writeRatResponse(isdr.rules),
  // LpaeActivation: the LPA is in the phone, not in the card (SGP.22 5.7.1).
  48962: () => writeResult(0xbf42, 1),
  // ES10c
  48941: getProfilesInfo,
  48945: enableProfile,
  48946: disableProfile,
  48947: deleteProfile,
  48948: memoryReset,
  48937: setNickname,
  48958: (isdr) => writeEidResponse(parseEid(isdr.credentials.eid)),
}

/** Whether a request with this tag is a function of the card. */
export function isEs10Function(tag: number): boolean {
  return tag in HANDLERS
}

/** Runs one function. Throws status word 6A88 for an unknown one, and what the readers of requests throw. */
export function runEs10(isdr: Isdr, element: Tlv): Uint8Array {
  const handler = HANDLERS[element.tag]
  if (!handler) throw new StatusWord(SW.dataNotFound)
  return handler(isdr, element)
}
