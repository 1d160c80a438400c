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
  decideCancelOrder,
  decideConfirmOrder,
  decideDownloadOrder,
  decideRelease,
  type OrderLimits,
  ownProfile,
} from './order.ts'
import type { Chance, SmdpState } from './ports.ts'

/** The SM-DS, as far as an SM-DP+ needs it. Throws `sgp22.*` or `smdp.smds-unavailable`. */
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

/** The functions of ES2+ that operators call (SGP.22 section 5.3). */
export function es2plusEndpoints(parts: Es2plusParts): Endpoint[] {
  const { state, operators, chance, limits } = parts

  async function downloadOrder(
    operator: Operator,
    body: RequestOf<typeof ES2PLUS.downloadOrder>,
    caller: Caller,
  ): Promise<{ iccid: Iccid }> {
    const callId = caller.header!.functionCallIdentifier
    const known = await state.find({ operator: operator.id, callId })
    if (known) return { iccid: known.iccid }
    try {
      return await reserve(operator, body, callId)
    } catch (error) {
      // Two at once with one identifier: the other one was faster, its order is the answer to both.
      const other = await state.find({ operator: operator.id, callId })
      if (isFailure(error, 'smdp.order-exists') && other) return { iccid: other.iccid }
      throw error
    }
  }

  async function reserve(
    operator: Operator,
    body: RequestOf<typeof ES2PLUS.downloadOrder>,
    callId: string,
  ): Promise<{ iccid: Iccid }> {
    const order = { callId, ...(body.eid ? { eid: body.eid } : {}) }
    const { iccid, profileType } = body
    if (iccid !== undefined)
      return state.change(iccid, (profile) =>
        decideDownloadOrder(ownProfile(profile, operator.id), order, chance.nowMs(), limits),
      )
    if (profileType === undefined) throw refuse('smdp.order-names-nothing')
    return state.changeAvailable(operator.id, profileType, (profile) => {
      if (!profile) throw refuse('smdp.profile-type-unknown')
      return decideDownloadOrder(profile, order, chance.nowMs(), limits)
    })
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
    const confirmed = await state.change(body.iccid, (profile) =>
      decideConfirmOrder(ownProfile(profile, operator.id), confirmation, chance.nowMs(), limits),
    )
    const { eid, matchingId } = confirmed
    // The order stands before the SM-DS is told: a retry after a failure registers the same event again.
    if (body.smdsAddress && eid)
      await parts.events.registerEvent(body.smdsAddress, { eid, eventId: matchingId })
    return { ...(eid ? { eid } : {}), matchingId, smdpAddress: parts.smdpAddress }
  }

  return [
    endpoint(ES2PLUS.downloadOrder, (body, caller) => downloadOrder(operators.require(caller), body, caller)),
    endpoint(ES2PLUS.confirmOrder, (body, caller) => confirmOrder(operators.require(caller), body)),
    endpoint(ES2PLUS.cancelOrder, async (body, caller) => {
      const operator = operators.require(caller)
      await state.change(body.iccid, (profile) =>
        decideCancelOrder(ownProfile(profile, operator.id), body, chance.nowMs()),
      )
      return {}
    }),
    endpoint(ES2PLUS.releaseProfile, async (body, caller) => {
      const operator = operators.require(caller)
      await state.change(body.iccid, (profile) =>
        decideRelease(ownProfile(profile, operator.id), chance.nowMs()),
      )
      return {}
    }),
  ]
}

/** Identifies one call of this server to another: the same for each attempt. */
export function callIdOf(message: { readonly id: string; readonly body: string }): string {
  return toHex(sha256(new TextEncoder().encode(`${message.id}:${message.body}`))).slice(0, 32)
}
