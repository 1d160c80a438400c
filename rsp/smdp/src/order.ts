import { bytesEqual, refuse } from '@gesim/base'
import type { Eid, ES2PLUS, Iccid, RequestOf } from '@gesim/sgp22'
import { ANY_OPERATOR, type Change, type Order, type Profile, type ProfileState } from './ports.ts'

/** What orders are allowed at most. */
export interface OrderLimits {
  /** How long a released order waits. */
  readonly orderLifeMs: number
  readonly maxConfirmationTries: number
  readonly maxDownloadTries: number
}

const ORDERED: readonly ProfileState[] = ['Allocated', 'Linked', 'Confirmed', 'Released', 'Downloaded']

/** Whether a profile is bound to an order that can still be carried out. */
export function isOrdered(profile: Profile): boolean {
  return ORDERED.includes(profile.state)
}

/** Whether nobody fetched the package of an order yet. */
export function isAwaited(profile: Profile): boolean {
  return isOrdered(profile) && profile.downloads.length === 0
}

function changed(profile: Profile, nowMs: number, to: Partial<Profile>): Profile {
  return { ...profile, ...to, updatedAtMs: nowMs }
}

/** The profile of an operator; of another's it is not told that it exists. Throws `smdp.unknown-iccid`. */
export function ownProfile(profile: Profile | undefined, operator: string): Profile {
  if (!profile || profile.operator !== operator || profile.state === 'Unavailable')
    throw refuse('smdp.unknown-iccid')
  return profile
}

/**
 * The profile that a call of ES2+ is about, in whatever state: the operator's, or one that anybody may order. SGP.22 5.3
 * tells the profiles of others (8.2.1/1.2) from those that are unknown (8.2.1/3.9). Throws `smdp.unknown-iccid`,
 * `smdp.profile-not-allowed`.
 */
export function profileOfCall(profile: Profile | undefined, operator: string): Profile {
  if (!profile) throw refuse('smdp.unknown-iccid')
  const isFree = profile.operator === ANY_OPERATOR && !profile.order
  if (profile.operator !== operator && !isFree) throw refuse('smdp.profile-not-allowed')
  return profile
}

/** What downloadOrder says. */
export interface DownloadOrder {
  /** Identifier of the operator. */
  readonly operator: string
  readonly callId: string
  readonly eid?: Eid
  readonly profileType?: string
}

/** ES2+.DownloadOrder: reserves an available profile. Throws `smdp.iccid-in-use`, `smdp.profile-type-differs`. */
export function decideDownloadOrder(
  profile: Profile,
  { operator, callId, eid, profileType }: DownloadOrder,
  nowMs: number,
  limits: OrderLimits,
): Change<{ iccid: Iccid }> {
  if (profile.order?.callId === callId) return { result: { iccid: profile.iccid } }
  if (profile.state !== 'Available') throw refuse('smdp.iccid-in-use', { state: profile.state })
  if (profileType !== undefined && profileType !== profile.profileType)
    throw refuse('smdp.profile-type-differs')
  return {
    result: { iccid: profile.iccid },
    profile: changed(profile, nowMs, {
      operator,
      ...(profile.operator === ANY_OPERATOR ? { pooled: true } : {}),
      state: eid ? 'Linked' : 'Allocated',
      order: {
        callId,
        ...(eid ? { eid } : {}),
        confirmationTries: 0,
        downloadTries: 0,
        expiresAtMs: nowMs + limits.orderLifeMs,
      },
      downloads: [],
      evidence: undefined,
      lastEvent: undefined,
      cancelCallId: undefined,
    }),
  }
}

type ConfirmOrder = RequestOf<typeof ES2PLUS.confirmOrder>

/** What confirmOrder brings beside its body. */
export interface Confirmation {
  readonly body: ConfirmOrder
  /** A matching identifier that nobody has, used when the operator gives none. */
  readonly freshMatchingId: string
  readonly confirmationCodeHash?: Uint8Array
}

function sameConfirmation(order: Order, { body, confirmationCodeHash }: Confirmation): boolean {
  const [had, given] = [order.confirmationCodeHash, confirmationCodeHash]
  const sameCode = had === given || (had !== undefined && given !== undefined && bytesEqual(had, given))
  return (
    sameCode &&
    (body.matchingId === undefined || body.matchingId === order.matchingId) &&
    (body.eid === undefined || body.eid === order.eid) &&
    body.smdsAddress === order.smdsAddress
  )
}

/** What an operator is answered, and the event that the SM-DS must know of before the order is released. */
export interface Confirmed {
  readonly eid?: Eid
  readonly matchingId: string
  readonly event?: OrderEvent
}

/** An order as an SM-DS knows it. */
export interface OrderEvent {
  readonly smdsAddress: string
  readonly eid: Eid
  readonly eventId: string
}

function eventOf(order: Order): OrderEvent | undefined {
  const { smdsAddress, eid, matchingId } = order
  if (!smdsAddress || !eid || matchingId === undefined) return undefined
  return { smdsAddress, eid, eventId: matchingId }
}

/**
 * ES2+.ConfirmOrder: gives the order its matching identifier and code, and releases it when asked to, unless an
 * SM-DS must be told first. The same confirmation again gets the same answer. Throws `smdp.iccid-in-use`, `smdp.eid-differs`,
 * `smdp.eid-missing`.
 */
export function decideConfirmOrder(
  profile: Profile,
  confirmation: Confirmation,
  nowMs: number,
  limits: OrderLimits,
): Change<Confirmed> {
  const { body, freshMatchingId, confirmationCodeHash } = confirmation
  const { order } = profile
  if (!order || !isOrdered(profile)) throw refuse('smdp.iccid-in-use', { state: profile.state })
  if (order.eid && body.eid && order.eid !== body.eid) throw refuse('smdp.eid-differs')
  if (order.matchingId !== undefined) {
    if (!sameConfirmation(order, confirmation)) throw refuse('smdp.iccid-in-use', { state: profile.state })
    const waits = profile.state !== 'Downloaded'
    const event = body.releaseFlag && waits ? eventOf(order) : undefined
    const released = body.releaseFlag && !event && profile.state === 'Confirmed'
    return {
      result: { eid: order.eid, matchingId: order.matchingId, event },
      ...(released ? { profile: changed(profile, nowMs, { state: 'Released' }) } : {}),
    }
  }
  const eid = body.eid ?? order.eid
  // SGP.22 5.3.2: without a matching identifier of its own the order can only be found by the card.
  if (eid === undefined && (body.smdsAddress !== undefined || body.matchingId === ''))
    throw refuse('smdp.eid-missing')
  const matchingId = body.matchingId ?? freshMatchingId
  const confirmed: Order = {
    ...order,
    eid,
    matchingId,
    confirmationCodeHash,
    smdsAddress: body.smdsAddress,
    expiresAtMs: nowMs + limits.orderLifeMs,
  }
  const event = body.releaseFlag ? eventOf(confirmed) : undefined
  return {
    result: { eid, matchingId, event },
    profile: changed(profile, nowMs, {
      state: body.releaseFlag && !event ? 'Released' : 'Confirmed',
      order: confirmed,
    }),
  }
}

/** The event that an SM-DS must know of before an order is released. Throws `smdp.not-confirmed`. */
export function eventToRelease(profile: Profile): OrderEvent | undefined {
  const { state, order } = profile
  if (state !== 'Confirmed' && state !== 'Released') throw refuse('smdp.not-confirmed', { state })
  return order && eventOf(order)
}

/**
 * ES2+.ReleaseProfile, and the end of a confirmation that an SM-DS had to be told of. A card that was faster has the
 * profile already. Throws `smdp.not-confirmed`.
 */
export function decideRelease(profile: Profile, nowMs: number): Change<undefined> {
  const { state } = profile
  if (state === 'Released' || state === 'Downloaded' || state === 'Installed') return { result: undefined }
  if (state !== 'Confirmed') throw refuse('smdp.not-confirmed', { state })
  return { result: undefined, profile: changed(profile, nowMs, { state: 'Released' }) }
}

/** Tells the SM-DS to forget the event of an order. */
export function forgetEvent(profile: Profile): Change<undefined>['messages'] {
  const event = profile.order && eventOf(profile.order)
  if (!event) return []
  const { smdsAddress, eid, eventId } = event
  const body = JSON.stringify({ eid, eventId })
  return [{ kind: 'delete-event', iccid: profile.iccid, target: smdsAddress, body }]
}

type CancelOrder = RequestOf<typeof ES2PLUS.cancelOrder>

/**
 * ES2+.CancelOrder: gives the profile back or takes it away for good. The same call again is a retry. Throws
 * `smdp.unknown-iccid`, `smdp.profile-not-allowed`, `smdp.too-late`, `smdp.eid-not-of-order`, `smdp.matching-id-differs`.
 */
export function decideCancelOrder(
  profile: Profile | undefined,
  body: CancelOrder,
  caller: { readonly operator: string; readonly callId: string },
  nowMs: number,
): Change<undefined> {
  if (profile?.cancelCallId === `${caller.operator} ${caller.callId}`) return { result: undefined }
  const own = profileOfCall(profile, caller.operator)
  const { order } = own
  if (!order || own.state === 'Installed') throw refuse('smdp.too-late', { state: own.state })
  if (body.eid !== undefined && body.eid !== order.eid) throw refuse('smdp.eid-not-of-order')
  if (body.matchingId !== undefined && body.matchingId !== order.matchingId)
    throw refuse('smdp.matching-id-differs')
  const giveBack = body.finalProfileStatusIndicator === 'Available'
  // A card may hold the package already: keys that left the house are not sold a second time.
  if (giveBack && own.downloads.length) throw refuse('smdp.too-late', { state: own.state })
  const back = giveBack && own.package !== undefined
  return {
    result: undefined,
    profile: changed(own, nowMs, {
      state: back ? 'Available' : 'Unavailable',
      ...(back && own.pooled ? { operator: ANY_OPERATOR, pooled: undefined } : {}),
      order: undefined,
      cancelCallId: `${caller.operator} ${caller.callId}`,
      ...(giveBack ? {} : { package: undefined }),
    }),
    messages: forgetEvent(own),
  }
}
