import { refuse, toHex } from '@gesim/base'
import type { Iccid } from '@gesim/sgp22'
import type { Change, Message, PendingMessage, Profile, ProfileKey, SmdpState } from './ports.ts'

const ENDED: readonly Profile['state'][] = ['Installed', 'Error', 'Unavailable']

/** Profiles in this process: for tests, and for a server that may forget. */
export function memoryState(): SmdpState {
  const profiles = new Map<Iccid, Profile>()
  const messages: (PendingMessage & { dueAtMs: number })[] = []
  let lastId = 0

  /** Every key by which a profile can be found, to the profiles that have it, the oldest first. */
  const index = new Map<string, Set<Iccid>>()

  function keysOf(profile: Profile): string[] {
    const { order, operator, profileType, state, downloads } = profile
    const open = state === 'Released' || state === 'Downloaded'
    return [
      ...(order?.matchingId ? [`matching ${order.matchingId}`] : []),
      ...(order ? [`call ${operator} ${order.callId}`] : []),
      ...(open && order?.eid && order.matchingId === '' ? [`default ${order.eid}`] : []),
      `type ${operator} ${profileType}`,
      ...(state === 'Available' ? [`available ${operator} ${profileType}`] : []),
      ...downloads.map((download) => `transaction ${toHex(download.transactionId)}`),
    ]
  }

  function keyOf(key: Exclude<ProfileKey, { iccid: Iccid }>): string {
    if ('matchingId' in key) return `matching ${key.matchingId}`
    if ('defaultFor' in key) return `default ${key.defaultFor}`
    if ('callId' in key) return `call ${key.operator} ${key.callId}`
    return `transaction ${toHex(key.transactionId)}`
  }

  function oldestUnder(key: string): Profile | undefined {
    let oldest: Profile | undefined
    for (const iccid of index.get(key) ?? []) {
      const profile = profiles.get(iccid)
      if (profile && (!oldest || profile.updatedAtMs < oldest.updatedAtMs)) oldest = profile
    }
    return oldest
  }

  function forgetOne(profile: Profile | undefined): void {
    if (!profile) return
    for (const key of keysOf(profile)) {
      const under = index.get(key)
      under?.delete(profile.iccid)
      if (under?.size === 0) index.delete(key)
    }
    profiles.delete(profile.iccid)
  }

  function put(profile: Profile): void {
    forgetOne(profiles.get(profile.iccid))
    profiles.set(profile.iccid, profile)
    for (const key of keysOf(profile)) index.set(key, (index.get(key) ?? new Set()).add(profile.iccid))
  }

  function apply<T>(change: Change<T>): T {
    const { profile } = change
    if (profile) {
      const { order, operator, iccid } = profile
      const isOther = (key: string) => {
        const found = oldestUnder(key)
        return found !== undefined && found.iccid !== iccid
      }
      if (order?.matchingId && isOther(`matching ${order.matchingId}`)) throw refuse('smdp.matching-id-taken')
      if (order && isOther(`call ${operator} ${order.callId}`)) throw refuse('smdp.order-exists')
      put(profile)
    }
    for (const message of change.messages ?? []) add(message)
    return change.result
  }

  function add(message: Message): void {
    lastId++
    messages.push({ ...message, id: String(lastId), attempts: 0, dueAtMs: 0 })
  }

  return {
    find: async (key) => ('iccid' in key ? profiles.get(key.iccid) : oldestUnder(keyOf(key))),
    change: async (iccid, decide) => apply(decide(profiles.get(iccid))),
    changeAvailable: async (operator, profileType, decide) =>
      apply(decide(oldestUnder(`available ${operator} ${profileType}`))),
    knowsType: async (operator, profileType) => index.has(`type ${operator} ${profileType}`),
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
      const isOver = ({ state, order }: Profile) =>
        ENDED.includes(state) || (state !== 'Available' && (order?.expiresAtMs ?? Infinity) < endedBeforeMs)
      const ended = [...profiles.values()].filter(
        (profile) => isOver(profile) && profile.updatedAtMs < endedBeforeMs,
      )
      for (const profile of ended) forgetOne(profile)
      return ended.length
    },
    close: async () => {},
  }
}
