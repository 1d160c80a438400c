import { bytesEqual, refuse } from '@gesim/base'
import type { Eid, ES2PLUS, Iccid, RequestOf } from '@gesim/sgp22'
import type { Change, Order, Profile, ProfileState } from './ports.ts'

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

function changed(profile: Profile, nowMs: number, to: Partial<Profile>): Profile {
  return { ...profile, ...to, updatedAtMs: nowMs }
}

/** The profile of an operator; of another's it is not told that it exists. Throws `smdp.unknown-iccid`. */
export function ownProfile(profile: Profile | undefined, operator: string): Profile {
  if (!profile || profile.operator !== operator || profile.state === 'Unavailable')
    throw refuse('smdp.unknown-iccid')
  return profile
}

/** ES2+.DownloadOrder: reserves an available profile. Throws `smdp.iccid-in-use`. */
export function decideDownloadOrder(
  profile: Profile,
  order: { readonly callId: string; readonly eid?: Eid },
  nowMs: number,
  limits: OrderLimits,
): Change<{ iccid: Iccid }> {
  if (profile.order?.callId === order.callId) return { result: { iccid: profile.iccid } }
  if (profile.state !== 'Available') throw refuse('smdp.iccid-in-use', { state: profile.state })
  return {
    result: { iccid: profile.iccid },
    profile: changed(profile, nowMs, {
      state: order.eid ? 'Linked' : 'Allocated',
      order: {
        ...order,
        confirmationTries: 0,
        downloadTries: 0,
        expiresAtMs: nowMs + limits.orderLifeMs,
      },
      downloads: [],
      evidence: undefined,
      lastEvent: undefined,
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

/**
 * ES2+.ConfirmOrder: gives the order its matching identifier and code, and releases it when asked to. The
 * same confirmation again gets the same answer. Throws `smdp.iccid-in-use`, `smdp.eid-differs`,
 * `smdp.eid-missing`.
 */
export function decideConfirmOrder(
  profile: Profile,
  confirmation: Confirmation,
  nowMs: number,
  limits: OrderLimits,
): Change<{ eid?: Eid; matchingId: string }> {
  const { body, freshMatchingId, confirmationCodeHash } = confirmation
  const { order } = profile
  if (!order || !isOrdered(profile)) throw refuse('smdp.iccid-in-use', { state: profile.state })
  if (order.eid && body.eid && order.eid !== body.eid) throw refuse('smdp.eid-differs')
  if (order.matchingId !== undefined) {
    if (!sameConfirmation(order, confirmation)) throw refuse('smdp.iccid-in-use', { state: profile.state })
    const released = body.releaseFlag && profile.state === 'Confirmed'
    return {
      result: { eid: order.eid, matchingId: order.matchingId },
      ...(released ? { profile: changed(profile, nowMs, { state: 'Released' }) } : {}),
    }
  }
  const eid = body.eid ?? order.eid
  // SGP.22 5.3.2: without a matching identifier of its own the order can only be found by the card.
  if (eid === undefined && (body.smdsAddress !== undefined || body.matchingId === ''))
    throw refuse('smdp.eid-missing')
  const matchingId = body.matchingId ?? freshMatchingId
  return {
    result: { eid, matchingId },
    profile: changed(profile, nowMs, {
      state: body.releaseFlag ? 'Released' : 'Confirmed',
      order: {
        ...order,
        eid,
        matchingId,
        confirmationCodeHash,
        smdsAddress: body.smdsAddress,
        expiresAtMs: nowMs + limits.orderLifeMs,
      },
    }),
  }
}

/** ES2+.ReleaseProfile. Throws `smdp.iccid-in-use` unless the order is confirmed. */
export function decideRelease(profile: Profile, nowMs: number): Change<undefined> {
  if (profile.state === 'Released') return { result: undefined }
  if (profile.state !== 'Confirmed') throw refuse('smdp.iccid-in-use', { state: profile.state })
  return { result: undefined, profile: changed(profile, nowMs, { state: 'Released' }) }
}

/** Tells the SM-DS to forget the event of an order. */
export function forgetEvent(profile: Profile): Change<undefined>['messages'] {
  const { order, iccid } = profile
  const eid = order?.eid
  if (!order?.smdsAddress || !eid || order.matchingId === undefined) return []
  const body = JSON.stringify({ eid, eventId: order.matchingId })
  return [{ kind: 'delete-event', iccid, target: order.smdsAddress, body }]
}

/**
 * ES2+.CancelOrder: gives the profile back or takes it away for good. Throws `smdp.too-late`,
 * `smdp.eid-differs`, `smdp.matching-id-differs`.
 */
export function decideCancelOrder(
  profile: Profile,
  body: RequestOf<typeof ES2PLUS.cancelOrder>,
  nowMs: number,
): Change<undefined> {
  const { order } = profile
  if (!order || profile.state === 'Installed') throw refuse('smdp.too-late', { state: profile.state })
  if (body.eid !== undefined && body.eid !== order.eid) throw refuse('smdp.eid-differs')
  if (body.matchingId !== undefined && body.matchingId !== order.matchingId)
    throw refuse('smdp.matching-id-differs')
  const giveBack = body.finalProfileStatusIndicator === 'Available'
  // A card may hold the package already: keys that left the house are not sold a second time.
  if (giveBack && profile.downloads.length) throw refuse('smdp.too-late', { state: profile.state })
  return {
    result: undefined,
    profile: changed(profile, nowMs, {
      state: giveBack && profile.package ? 'Available' : 'Unavailable',
      order: undefined,
      ...(giveBack ? {} : { package: undefined }),
    }),
    messages: forgetEvent(profile),
  }
}
