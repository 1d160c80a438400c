import { refuse, toHex } from '@gesim/base'
import type { Eid, Iccid } from '@gesim/sgp22'
import type { Change, Message, PendingMessage, Profile, ProfileKey, SmdpState } from './ports.ts'

const ENDED: readonly Profile['state'][] = ['Installed', 'Error', 'Unavailable']

/** Whether an order waits for a card without a matching identifier. */
export function waitsFor(profile: Profile, eid: Eid): boolean {
  const open = profile.state === 'Released' || profile.state === 'Downloaded'
  return open && profile.order?.eid === eid && profile.order.matchingId === ''
}

/** Profiles in this process: for tests, and for a server that may forget. */
export function memoryState(): SmdpState {
  const profiles = new Map<Iccid, Profile>()
  const messages: (PendingMessage & { dueAtMs: number })[] = []
  let lastId = 0

  function matches(profile: Profile, key: ProfileKey): boolean {
    if ('iccid' in key) return profile.iccid === key.iccid
    if ('matchingId' in key) return key.matchingId !== '' && profile.order?.matchingId === key.matchingId
    if ('defaultFor' in key) return waitsFor(profile, key.defaultFor)
    if ('callId' in key) return profile.operator === key.operator && profile.order?.callId === key.callId
    const wanted = toHex(key.transactionId)
    return profile.downloads.some((download) => toHex(download.transactionId) === wanted)
  }

  const found = (key: ProfileKey) =>
    [...profiles.values()]
      .filter((profile) => matches(profile, key))
      .sort((a, b) => a.updatedAtMs - b.updatedAtMs)
      .at(0)

  function apply<T>(change: Change<T>): T {
    const { profile } = change
    if (profile) {
      const matchingId = profile.order?.matchingId
      const other = matchingId ? found({ matchingId }) : undefined
      if (other && other.iccid !== profile.iccid) throw refuse('smdp.matching-id-taken')
      profiles.set(profile.iccid, profile)
    }
    for (const message of change.messages ?? []) add(message)
    return change.result
  }

  function add(message: Message): void {
    lastId++
    messages.push({ ...message, id: String(lastId), attempts: 0, dueAtMs: 0 })
  }

  return {
    find: async (key) => ('iccid' in key ? profiles.get(key.iccid) : found(key)),
    change: async (iccid, decide) => apply(decide(profiles.get(iccid))),
    changeAvailable: async (operator, profileType, decide) =>
      apply(
        decide(
          [...profiles.values()].find(
            (profile) =>
              profile.state === 'Available' &&
              profile.operator === operator &&
              profile.profileType === profileType,
          ),
        ),
      ),
    dueMessages: async (atMs, limit) => {
      const seen = new Set<string>()
      return messages
        .filter(({ target }) => !seen.has(target) && seen.add(target))
        .filter(({ dueAtMs }) => dueAtMs <= atMs)
        .slice(0, limit)
    },
    settleMessage: async (id, nextAtMs) => {
      const at = messages.findIndex((message) => message.id === id)
      const message = messages[at]
      if (!message) return
      if (nextAtMs === undefined) messages.splice(at, 1)
      else messages[at] = { ...message, attempts: message.attempts + 1, dueAtMs: nextAtMs }
    },
    forget: async (endedBeforeMs) => {
      const ended = [...profiles.values()].filter(
        (profile) => ENDED.includes(profile.state) && profile.updatedAtMs < endedBeforeMs,
      )
      for (const { iccid } of ended) profiles.delete(iccid)
      return ended.length
    },
    close: async () => {},
  }
}
