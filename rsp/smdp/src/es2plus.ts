import { isFailure, refuse, toHex } from '@gesim/base'
import { sha256 } from '@gesim/crypto'
import {
  type Caller,
  type Eid,
  type Endpoint,
  ES2PLUS,
  endpoint,
  type Iccid,
  type RequestOf,
  type ResponseOf,
} from '@gesim/sgp22'
import type { Operator, Operators } from './operators.ts'
import {
  type DownloadOrder,
  decideCancelOrder,
  decideConfirmOrder,
  decideDownloadOrder,
  decideRelease,
  eventToRelease,
  isAwaited,
  type OrderEvent,
  type OrderLimits,
  profileOfCall,
} from './order.ts'
import { ANY_OPERATOR, type Chance, type Profile, type SmdpState } from './ports.ts'

/** The SM-DS, as far as an SM-DP+ needs it. Throws `smdp.smds-unavailable` and `smdp.smds-refused`. */
export interface EventRegistry {
  registerEvent(smdsAddress: string, event: { readonly eid: Eid; readonly eventId: string }): Promise<void>
  deleteEvent(smdsAddress: string, event: { readonly eid: Eid; readonly eventId: string }): Promise<void>
}

/** What the functions for operators stand on. */
export interface Es2plusParts {
  readonly state: SmdpState
  readonly operators: Operators
  readonly chance: Chance
  readonly limits: OrderLimits
  readonly smdpAddress: string
  readonly events: EventRegistry
}

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** A matching identifier of 100 random bits, in letters and digits that are not mistaken for each other. */
function matchingIdFrom(random: Chance['random']): string {
  const letters = [...random(20)].map((byte) => ALPHABET[byte & 31]).join('')
  return letters.replace(/(.{5})(?=.)/g, '$1-')
}

/** Throws `smdp.profile-type-not-allowed`. */
function requireType({ profileTypes }: Operator, profileType: string): void {
  if (profileTypes && !profileTypes.includes(profileType)) throw refuse('smdp.profile-type-not-allowed')
}

/** The functions of ES2+ that operators call (SGP.22 section 5.3). */
export function es2plusEndpoints(parts: Es2plusParts): Endpoint[] {
  const { state, operators, chance, limits } = parts

  async function downloadOrder(
    operator: Operator,
    body: RequestOf<typeof ES2PLUS.downloadOrder>,
    caller: Caller,
  ): Promise<{ iccid: Iccid }> {
    const { eid, iccid, profileType } = body
    const { callId, known } = await callOf(operator, body, caller.header!.functionCallIdentifier)
    if (known) return { iccid: known.iccid }
    if (profileType !== undefined) requireType(operator, profileType)
    const order: DownloadOrder = {
      operator: operator.id,
      callId,
      ...(eid ? { eid } : {}),
      ...(profileType === undefined ? {} : { profileType }),
    }
    try {
      if (iccid === undefined) return await reserveAny(order)
      return await state.change(iccid, (profile) => {
        const found = profileOfCall(profile, operator.id)
        requireType(operator, found.profileType)
        return decideDownloadOrder(found, order, chance.nowMs(), limits)
      })
    } catch (error) {
      // Two at once with one identifier: the other one was faster, and its order is the answer to both, or to itself only.
      if (isFailure(error, 'smdp.order-exists')) return downloadOrder(operator, body, caller)
      throw error
    }
  }

  /**
   * A call, and the order that it made already when it is sent again. Callers also use one identifier for everything, as
   * the example of SGP.22 6.5.1.3 seems to: what asks for something else is no retry, nor what comes after the download.
   */
  async function callOf(
    operator: Operator,
    { eid, iccid, profileType }: RequestOf<typeof ES2PLUS.downloadOrder>,
    identifier: string,
  ): Promise<{ callId: string; known?: Profile }> {
    const asked = `${identifier} ${iccid ?? ''} ${profileType ?? ''} ${eid ?? ''}`
    const callIdOf = (n: number) => [identifier, asked][n] ?? `${asked} ${n}`
    const find = (n: number) => state.find({ operator: operator.id, callId: callIdOf(n) })
    const isAnswer = (known: Profile) =>
      (iccid === undefined || iccid === known.iccid) &&
      (profileType === undefined || profileType === known.profileType) &&
      (eid === undefined || eid === known.order?.eid) &&
      isAwaited(known)
    const first = [await find(0), await find(1)]
    const answer = first.findIndex((known) => known && isAnswer(known))
    if (answer >= 0) return { callId: callIdOf(answer), known: first[answer]! }
    const free = first.indexOf(undefined)
    if (free >= 0) return { callId: callIdOf(free) }
    // One identifier for everything, and its orders were fetched: they are numbered, and the last one may be the answer.
    let last = 1
    let step = 1
    for (; await find(last + step); step *= 2) last += step
    for (; step >= 1; step /= 2) if (await find(last + step)) last += step
    const known = await find(last)
    return known && isAnswer(known) ? { callId: callIdOf(last), known } : { callId: callIdOf(last + 1) }
  }

  /** Any available profile of a type: one of the operator's own, or else one that nobody owns yet. */
  async function reserveAny(order: DownloadOrder): Promise<{ iccid: Iccid }> {
    const { operator, profileType } = order
    if (profileType === undefined) throw refuse('smdp.order-names-nothing')
    for (const owner of [operator, ANY_OPERATOR]) {
      const reserved = await state.changeAvailable<{ iccid: Iccid } | undefined>(
        owner,
        profileType,
        (profile) =>
          profile ? decideDownloadOrder(profile, order, chance.nowMs(), limits) : { result: undefined },
      )
      if (reserved) return reserved
    }
    const known =
      (await state.knowsType(operator, profileType)) || (await state.knowsType(ANY_OPERATOR, profileType))
    throw known ? refuse('smdp.profile-type-sold-out') : refuse('smdp.profile-type-unknown')
  }

  /** Tells the SM-DS first and releases then: who finds the event finds the profile. A retry tells the same again. */
  async function release(operator: Operator, iccid: Iccid, event: OrderEvent | undefined): Promise<void> {
    if (event) await parts.events.registerEvent(event.smdsAddress, event)
    await state.change(iccid, (profile) => decideRelease(profileOfCall(profile, operator.id), chance.nowMs()))
  }

  async function confirmOrder(
    operator: Operator,
    body: RequestOf<typeof ES2PLUS.confirmOrder>,
  ): Promise<ResponseOf<typeof ES2PLUS.confirmOrder>> {
    const confirmation = {
      body,
      freshMatchingId: matchingIdFrom(chance.random),
      ...(body.confirmationCode
        ? { confirmationCodeHash: sha256(new TextEncoder().encode(body.confirmationCode)) }
        : {}),
    }
    const { eid, matchingId, event } = await state.change(body.iccid, (profile) =>
      decideConfirmOrder(profileOfCall(profile, operator.id), confirmation, chance.nowMs(), limits),
    )
    if (event) await release(operator, body.iccid, event)
    return { ...(eid ? { eid } : {}), matchingId, smdpAddress: parts.smdpAddress }
  }

  return [
    endpoint(ES2PLUS.downloadOrder, (body, caller) => downloadOrder(operators.require(caller), body, caller)),
    endpoint(ES2PLUS.confirmOrder, (body, caller) => confirmOrder(operators.require(caller), body)),
    endpoint(ES2PLUS.cancelOrder, async (body, caller) => {
      const operator = operators.require(caller).id
      const call = { operator, callId: caller.header!.functionCallIdentifier }
      await state.change(body.iccid, (profile) => decideCancelOrder(profile, body, call, chance.nowMs()))
      return {}
    }),
    endpoint(ES2PLUS.releaseProfile, async ({ iccid }, caller) => {
      const operator = operators.require(caller)
      const found = profileOfCall(await state.find({ iccid }), operator.id)
      await release(operator, iccid, eventToRelease(found))
      return {}
    }),
  ]
}

/** Identifies one call of this server to another: the same for each attempt. */
export function callIdOf(message: { readonly id: string; readonly body: string }): string {
  return toHex(sha256(new TextEncoder().encode(`${message.id}:${message.body}`))).slice(0, 32)
}
