import { type Static, Type } from 'typebox'
import { Intent } from './intents.ts'
import { Qos } from './quotes.ts'
import { route } from './route.ts'
import { IntentId, Millis } from './words.ts'

/** The one eSIM that is in use, and the last thing that was heard of it. */
export const ProfileInUse = Type.Object({
  intentId: IntentId,
  atMs: Millis,
  /** Data was counted, the phone has joined the network, or so far the service was only switched on. */
  by: Type.Union([Type.Literal('usage'), Type.Literal('connected'), Type.Literal('activated')]),
})
export type ProfileInUse = Static<typeof ProfileInUse>

/** The traveller's eSIMs, at most one of them in use, and what matters most where nothing else is said. */
export const Profiles = Type.Object({
  preference: Qos,
  inUse: Type.Union([ProfileInUse, Type.Null()]),
  profiles: Type.Array(Intent),
})
export type Profiles = Static<typeof Profiles>

const Preference = Type.Object({ qos: Qos }, { additionalProperties: false })

export const profilesRoutes = {
  list: route({
    method: 'GET',
    path: '/v1/profiles',
    summary: 'The traveller’s eSIMs that are not over, which one is in use, and the preferred quality',
    caller: 'traveller',
    answer: Profiles,
  }),
  preference: route({
    method: 'GET',
    path: '/v1/preference',
    summary: 'What matters most to the traveller; quotes that name nothing else take it',
    caller: 'traveller',
    answer: Preference,
  }),
  prefer: route({
    method: 'PUT',
    path: '/v1/preference',
    summary: 'Sets what matters most to the traveller, for later purchases',
    caller: 'traveller',
    body: Preference,
    answer: Preference,
    perMinute: 60,
  }),
  preferFor: route({
    method: 'PUT',
    path: '/v1/intents/:id/preference',
    summary: 'Sets what matters most for one purchase; every later choice of a network goes by it',
    caller: 'traveller',
    params: Type.Object({ id: IntentId }),
    body: Preference,
    answer: Preference,
    perMinute: 60,
    refuses: ['intents.unknown', 'intents.over'],
  }),
} as const
