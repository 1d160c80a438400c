import { refuse } from '@gesim/base'
import type { Iccid } from '@gesim/sgp22'
import type { Change, Message, PendingMessage, Profile, ProfileKey, SmdpState } from './ports.ts'

const ENDED: readonly Profile['state'][] = ['Installed', 'Error', 'Unavailable']

/** Node writes hex many times as fast as a loop; every change asks for it. */
const transactionKey = (transactionId: Uint8Array) =>
  `transaction ${Buffer.from(transactionId).toString('hex')}`

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
      ...downloads.map((download) => transactionKey(download.transactionId)),
    ]
  }

  function keyOf(key: Exclude<ProfileKey, { iccid: Iccid }>): string {
    if ('matchingId' in key) return `matching ${key.matchingId}`
    if ('defaultFor' in key) return `default ${key.defaultFor}`
    if ('callId' in key) return `call ${key.operator} ${key.callId}`
    return transactionKey(key.transactionId)
  }

  function oldestUnder(key: string): Profile | undefined {
    let oldest: Profile | undefined
    const under = index.get(key)
    if (!under) return undefined
    for (const iccid of under) {
      const profile = profiles.get(iccid)
      if (profile && (!oldest || profile.updatedAtMs < oldest.updatedAtMs)) oldest = profile
    }
    return oldest
  }

  /** The keys under which each profile stands now. */
  const keysOfKnown = new Map<Iccid, string[]>()

  function forgetOne({ iccid }: Profile): void {
    moveTo(iccid, [])
    keysOfKnown.delete(iccid)
    profiles.delete(iccid)
  }

  /** Moves a profile from the keys under which it stands to others; most changes leave nearly all of them as they are. */
  function moveTo(iccid: Iccid, keys: string[]): void {
    const before = keysOfKnown.get(iccid) ?? []
    for (const key of before) {
      if (keys.includes(key)) continue
      const under = index.get(key)
      under?.delete(iccid)
      if (under?.size === 0) index.delete(key)
    }
    for (const key of keys) {
      if (before.includes(key)) continue
      const under = index.get(key)
      if (under) under.add(iccid)
      else index.set(key, new Set([iccid]))
    }
    keysOfKnown.set(iccid, keys)
  }

  function put(profile: Profile): void {
    const { iccid, order, operator } = profile
    const keys = keysOf(profile)
    const before = keysOfKnown.get(iccid)
    // A key under which the profile stands already is its own.
    const isOther = (key: string) => {
      const found = before?.includes(key) ? undefined : oldestUnder(key)
      return found !== undefined && found.iccid !== iccid
    }
    if (order?.matchingId && isOther(`matching ${order.matchingId}`)) throw refuse('smdp.matching-id-taken')
    if (order && isOther(`call ${operator} ${order.callId}`)) throw refuse('smdp.order-exists')
    profiles.set(iccid, profile)
    moveTo(iccid, keys)
  }

  function apply<T>({ profile, messages = [], result }: Change<T>): T {
    if (profile) put(profile)
    for (const message of messages) add(message)
    return result
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
