import { type Static, Type } from 'typebox'
import { route } from './route.ts'
import { Hash, Micros, Millis, Seconds, Uint32 } from './words.ts'

/** What the watcher has seen of roots on chain, and what it did about the wrong ones. All of it is on chain for anyone. */
export const Watch = Type.Object({
  totals: Type.Object({
    /** Roots that were recomputed from published leaves. */
    checked: Type.Integer(),
    /** Of them, those in which a fault was found. */
    wrong: Type.Integer(),
    /** Roots whose data nobody serves now. */
    hidden: Type.Integer(),
    /** Faults that the chain has taken. */
    proven: Type.Integer(),
    openDemands: Type.Integer(),
    /** Bonds put up in the last 24 hours, and what may still be. */
    bondsMicros: Micros,
    leftTodayMicros: Micros,
  }),
  roots: Type.Array(
    Type.Object({
      epoch: Uint32,
      root: Hash,
      own: Type.Boolean(),
      state: Type.Union([
        Type.Literal('new', { description: 'not looked at yet' }),
        Type.Literal('honest', { description: 'recomputed: nothing is known against it' }),
        Type.Literal('false', { description: 'a fault was found' }),
        Type.Literal('hidden', { description: 'no source serves leaves that give it' }),
      ]),
      postedAt: Seconds,
      leaves: Type.Union([Type.Integer(), Type.Null()]),
      source: Type.Union([Type.String(), Type.Null()]),
      why: Type.Union([Type.String(), Type.Null()]),
      open: Type.Boolean(),
    }),
  ),
  acts: Type.Array(
    Type.Object({
      key: Type.String(),
      kind: Type.String(),
      code: Type.Union([Type.String(), Type.Null()]),
      epoch: Type.Union([Uint32, Type.Null()]),
      book: Type.Union([Type.Integer(), Type.Null()]),
      state: Type.Union([Type.Literal('open'), Type.Literal('done'), Type.Literal('failed')]),
      bondMicros: Micros,
      tries: Type.Integer(),
      why: Type.Union([Type.String(), Type.Null()]),
      atMs: Millis,
      doneAtMs: Type.Union([Millis, Type.Null()]),
    }),
  ),
})
export type Watch = Static<typeof Watch>

export const watchRoutes = {
  watch: route({
    method: 'GET',
    path: '/v1/watch',
    summary: 'Roots that were recomputed, faults that were proven, demands that are open; newest first',
    caller: 'anyone',
    query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })) }),
    answer: Watch,
  }),
} as const
