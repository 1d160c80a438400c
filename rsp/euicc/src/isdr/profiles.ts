import { bytesEqual } from '@gesim/base'
import {
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
import { notifyEvent } from './notify.ts'

/** Results of EnableProfile, DisableProfile and DeleteProfile. */
const RESULT = { ok: 0, notFound: 1, wrongState: 2, policy: 3 } as const

function find(isdr: Isdr, id: ProfileId): CardProfile | undefined {
  return isdr.memory.profiles.find((profile) =>
    id.iccid ? profile.metadata.iccid === id.iccid : bytesEqual(profile.aid, id.aid!),
  )
}

const forbids = (profile: CardProfile, rule: 'ppr1' | 'ppr2') =>
  profile.metadata.policyRules?.includes(rule) ?? false

function setDisabled(isdr: Isdr, profile: CardProfile): void {
  profile.enabled = false
  notifyEvent(isdr, 'disable', profile.metadata)
}

/** EnableProfile (SGP.22, 5.7.16): the enabled one, if any, is disabled in the same stroke. */
export function enableProfile(isdr: Isdr, element: Tlv): Uint8Array {
  const { id, refresh } = readSwitchRequest(element, 'enable')
  const answer = (result: number) => writeResult(0xbf31, result)
  const profile = find(isdr, id)
  if (!profile) return answer(RESULT.notFound)
  if (profile.enabled) return answer(RESULT.wrongState)
  const { enabled } = isdr.memory
  if (enabled && forbids(enabled, 'ppr1')) return answer(RESULT.policy)
  if (enabled) setDisabled(isdr, enabled)
  profile.enabled = true
  notifyEvent(isdr, 'enable', profile.metadata)
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
  if (forbids(profile, 'ppr1')) return answer(RESULT.policy)
  setDisabled(isdr, profile)
  isdr.memory.save()
  isdr.profilesSwitched(refresh)
  return answer(RESULT.ok)
}

function remove(isdr: Isdr, profile: CardProfile): void {
  isdr.memory.profiles.splice(isdr.memory.profiles.indexOf(profile), 1)
  notifyEvent(isdr, 'delete', profile.metadata)
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
  const { memory } = isdr
  const doomed = memory.profiles.filter(({ metadata: { profileClass } }) =>
    profileClass === 'test'
      ? options.includes('deleteFieldLoadedTestProfiles')
      : options.includes('deleteOperationalProfiles'),
  )
  const address = options.includes('resetDefaultSmdpAddress') && memory.state.defaultSmdpAddress !== ''
  if (doomed.length === 0 && !address) return writeResult(0xbf34, 1)
  const wasEnabled = doomed.some(({ enabled }) => enabled)
  for (const profile of doomed) remove(isdr, profile)
  if (address) memory.update({ defaultSmdpAddress: '' })
  memory.save()
  if (wasEnabled) isdr.profilesSwitched(false)
  return writeResult(0xbf34, 0)
}

/** SetNickname (SGP.22, 5.7.21). */
export function setNickname(isdr: Isdr, element: Tlv): Uint8Array {
  const { iccid, nickname } = readNicknameRequest(element)
  const profile = find(isdr, { iccid })
  if (!profile) return writeResult(0xbf29, 1)
  profile.nickname = nickname === '' ? undefined : nickname
  isdr.memory.save()
  return writeResult(0xbf29, 0)
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
    ok: chosen.map(({ aid, metadata, enabled, nickname }) =>
      writeProfileInfo({ ...metadata, aid, enabled, ...(nickname ? { nickname } : {}) }, tags),
    ),
  })
}
