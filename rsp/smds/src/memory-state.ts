import type { EventRecord, EventState } from './ports.ts'

/** Events in this process: for tests, and for a server that may forget. */
export function memoryEvents(): EventState {
  const byEid = new Map<string, EventRecord[]>()
  const of = (eid: string) => byEid.get(eid) ?? []
  return {
    add: async (eid, event) => {
      if (of(eid).some(({ eventId }) => eventId === event.eventId)) return false
      byEid.set(eid, [...of(eid), event])
      return true
    },
    remove: async (eid, eventId, owner) => {
      const found = of(eid).find((event) => event.eventId === eventId && event.owner === owner)
      if (found)
        byEid.set(
          eid,
          of(eid).filter((event) => event !== found),
        )
      return found
    },
    list: async (eid, nowMs) => of(eid).filter(({ expiresAtMs }) => expiresAtMs > nowMs),
    forget: async (nowMs) => {
      let count = 0
      for (const [eid, events] of byEid) {
        const left = events.filter(({ expiresAtMs }) => expiresAtMs > nowMs)
        count += events.length - left.length
        if (left.length) byEid.set(eid, left)
        else byEid.delete(eid)
      }
      return count
    },
    close: async () => {},
  }
}
