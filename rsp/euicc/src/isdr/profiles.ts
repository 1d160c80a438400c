import { bytesEqual, toHex } from '@gesim/base'
import {
  type NotificationEvent,
  type ProfileId,
  readDeleteRequest,
  readMemoryResetRequest,
  readNicknameRequest,
  readProfilesInfoRequest,
  readSwitchRequest,
  writeProfileInfo,
  writeProfilesInfoResponse,
  writeResult,
} from '@gesim/sgp22'
import type { Tlv } from '@gesim/tlv'
import type { Isdr } from './isdr.ts'
import type { CardProfile } from './memory.ts'
import { credentialFor, notifyEvent } from './notify.ts'

/** Results of EnableProfile, DisableProfile, DeleteProfile and eUICCMemoryReset. */
const RESULT = { ok: 0, notFound: 1, wrongState: 2, policy: 3, wrongReenabling: 4, busy: 5 } as const

function find(isdr: Isdr, id: ProfileId): CardProfile | undefined {
  return isdr.memory.profiles.find((profile) =>
    id.iccid ? profile.metadata.iccid === id.iccid : bytesEqual(profile.aid, id.aid!),
  )
}

const forbids = (profile: CardProfile, rule: 'ppr1' | 'ppr2') =>
  profile.metadata.policyRules?.includes(rule) ?? false

const isTest = (profile: CardProfile) => profile.metadata.profileClass === 'test'

function tell(isdr: Isdr, event: NotificationEvent, profile: CardProfile): void {
  notifyEvent(isdr, event, profile.metadata, credentialFor(isdr, profile.issuerKeyId))
}

function setEnabled(isdr: Isdr, profile: CardProfile, enabled: boolean): void {
  profile.enabled = enabled
  tell(isdr, enabled ? 'enable' : 'disable', profile)
}

/** The operational profile that gave way to the test profile that is enabled now. */
function beforeTest(isdr: Isdr): CardProfile | undefined {
  const { enabledBeforeTest } = isdr.memory.state
  return isdr.memory.profiles.find(({ aid }) => toHex(aid) === enabledBeforeTest)
}

/** After a test profile the operational one returns that was enabled before (SGP.22, 5.7.17). */
function returnFromTest(isdr: Isdr): void {
  const before = beforeTest(isdr)
  if (before) setEnabled(isdr, before, true)
  isdr.memory.update({ enabledBeforeTest: undefined })
}

/** EnableProfile (SGP.22, 5.7.16): the enabled one, if any, is disabled in the same stroke. */
export function enableProfile(isdr: Isdr, element: Tlv): Uint8Array {
  const { id, refresh } = readSwitchRequest(element, 'enable')
  const answer = (result: number) => writeResult(0xbf31, result)
  const profile = find(isdr, id)
  if (!profile) return answer(RESULT.notFound)
  if (profile.enabled) return answer(RESULT.wrongState)
  const { enabled } = isdr.memory
  // A test profile may take the place of one that "may not be disabled": that one returns afterwards.
  if (enabled && !isTest(profile) && forbids(enabled, 'ppr1')) return answer(RESULT.policy)
  const before = beforeTest(isdr)
  if (enabled && isTest(enabled) && !isTest(profile) && before && before !== profile)
    return answer(RESULT.wrongReenabling)
  if (refresh && isdr.isToolkitBusy()) return answer(RESULT.busy)
  if (enabled) setEnabled(isdr, enabled, false)
  if (!isTest(profile)) isdr.memory.update({ enabledBeforeTest: undefined })
  else if (enabled && !isTest(enabled)) isdr.memory.update({ enabledBeforeTest: toHex(enabled.aid) })
  setEnabled(isdr, profile, true)
  isdr.memory.save()
  isdr.profilesSwitched(refresh)
  return answer(RESULT.ok)
}

/** DisableProfile (SGP.22, 5.7.17). */
export function disableProfile(isdr: Isdr, element: Tlv): Uint8Array {
  const { id, refresh } = readSwitchRequest(element, 'disable')
  const answer = (result: number) => writeResult(0xbf32, result)
  const profile = find(isdr, id)
  if (!profile) return answer(RESULT.notFound)
  if (!profile.enabled) return answer(RESULT.wrongState)
  if (forbids(profile, 'ppr1') && !isTest(profile)) return answer(RESULT.policy)
  if (refresh && isdr.isToolkitBusy()) return answer(RESULT.busy)
  setEnabled(isdr, profile, false)
  if (isTest(profile)) returnFromTest(isdr)
  isdr.memory.save()
  isdr.profilesSwitched(refresh)
  return answer(RESULT.ok)
}

function remove(isdr: Isdr, profile: CardProfile): void {
  isdr.memory.profiles.splice(isdr.memory.profiles.indexOf(profile), 1)
  tell(isdr, 'delete', profile)
}

/** DeleteProfile (SGP.22, 5.7.18). */
export function deleteProfile(isdr: Isdr, element: Tlv): Uint8Array {
  const answer = (result: number) => writeResult(0xbf33, result)
  const profile = find(isdr, readDeleteRequest(element))
  if (!profile) return answer(RESULT.notFound)
  if (profile.enabled) return answer(RESULT.wrongState)
  if (forbids(profile, 'ppr2')) return answer(RESULT.policy)
  remove(isdr, profile)
  isdr.memory.save()
  return answer(RESULT.ok)
}

/** eUICCMemoryReset (SGP.22, 5.7.19): profiles go whatever their rules say. */
export function memoryReset(isdr: Isdr, element: Tlv): Uint8Array {
  const options = readMemoryResetRequest(element)
  const answer = (result: number) => writeResult(0xbf34, result)
  const { memory } = isdr
  const doomed = memory.profiles.filter((profile) =>
    options.includes(isTest(profile) ? 'deleteFieldLoadedTestProfiles' : 'deleteOperationalProfiles'),
  )
  const address = options.includes('resetDefaultSmdpAddress') && memory.state.defaultSmdpAddress !== ''
  if (doomed.length === 0 && !address) return answer(RESULT.notFound)
  const enabled = doomed.find((profile) => profile.enabled)
  if (enabled && isdr.isToolkitBusy()) return answer(RESULT.busy)
  for (const profile of doomed) remove(isdr, profile)
  if (enabled && isTest(enabled)) returnFromTest(isdr)
  if (address) memory.update({ defaultSmdpAddress: '' })
  memory.save()
  if (enabled) isdr.profilesSwitched(true)
  return answer(RESULT.ok)
}

/** SetNickname (SGP.22, 5.7.21). */
export function setNickname(isdr: Isdr, element: Tlv): Uint8Array {
  const { iccid, nickname } = readNicknameRequest(element)
  const profile = find(isdr, { iccid })
  if (!profile) return writeResult(0xbf29, RESULT.notFound)
  profile.nickname = nickname === '' ? undefined : nickname
  isdr.memory.save()
  return writeResult(0xbf29, RESULT.ok)
}

/** GetProfilesInfo (SGP.22, 5.7.15). */
export function getProfilesInfo(isdr: Isdr, element: Tlv): Uint8Array {
  const { id, profileClass, tags } = readProfilesInfoRequest(element)
  const chosen = isdr.memory.profiles.filter(
    (profile) =>
      (!id || find(isdr, id) === profile) &&
      (!profileClass || profile.metadata.profileClass === profileClass),
  )
  return writeProfilesInfoResponse({
    ok: chosen.map(({ aid, metadata, enabled, nickname, proprietary }) =>
      writeProfileInfo({ ...metadata, aid, enabled, proprietary, ...(nickname ? { nickname } : {}) }, tags),
    ),
  })
}
