import { isFailure, kindOf, refuse } from '@gesim/base'
import {
  type Caller,
  type Endpoint,
  ES2PLUS,
  endpoint,
  type Iccid,
  iccidPadded,
  NOTIFICATION_POINT,
  parseIccid,
  type RequestOf,
  type StatusCode,
} from '@gesim/sgp22'
import type { DownloadProgress } from '@gesim/wire'
import { type Callers, requireCustomer, requireSmdp } from './callers.ts'
import { suffer } from './faults.ts'
import { allSubscriptions, type Parts } from './parts.ts'
import type { Subscription } from './state.ts'
import { drawSubscription, hashOf, packageOf } from './subscriber.ts'

/**
 * The carrier's ES2+: it serves the GeSIM operator and is itself a customer of the SM-DP+. A call that is repeated with
 * the same identifier is the same call; two at once wait for each other.
 */
export function es2plusEndpoints(parts: Parts, callers: Callers): Endpoint[] {
  const { file, smdp, settings } = parts
  const underWay = new Map<string, Promise<unknown>>()

  /** One call of a name at a time; the others share its answer. */
  function once<T>(name: string, work: () => Promise<T>): Promise<T> {
    const running = underWay.get(name) as Promise<T> | undefined
    if (running) return running
    const started = work().finally(() => underWay.delete(name))
    underWay.set(name, started)
    return started
  }

  async function ordered(caller: Caller): Promise<string> {
    requireCustomer(callers, caller)
    await suffer(parts.fault, parts.signal)
    return caller.header!.functionCallIdentifier
  }

  async function downloadOrder(callId: string, profileType: string): Promise<{ iccid: Iccid }> {
    const known = file.state.calls[callId]
    const subscription =
      (known && file.state.subscriptions[known]) ||
      drawSubscription(file.state, { plmn: settings.plmn, book: settings.book, profileType })
    if (!known) {
      // Written down before anybody is asked: after a crash the same call goes on with the same subscriber.
      file.state.subscriptions[subscription.iccid] = subscription
      file.state.calls[callId] = subscription.iccid
      file.save()
    }
    const iccid = parseIccid(subscription.iccid)
    if (subscription.order === 'drawn') {
      const bytes = packageOf(subscription, file.state.template, settings.title)
      await smdp.upload(iccid, profileType, bytes, settings.title)
      await smdp.downloadOrder(iccid)
      subscription.profileHash = hashOf(bytes)
      subscription.package = { source: file.state.template === '' ? 'own' : 'template', bytes: bytes.length }
      subscription.order = 'allocated'
      file.save()
    }
    return { iccid }
  }

  function found(iccid: Iccid): Subscription {
    const subscription = file.state.subscriptions[iccid]
    if (!subscription) throw refuse('carrier.unknown-profile')
    return subscription
  }

  async function confirmOrder(callId: string, iccid: Iccid) {
    const subscription = found(iccid)
    if (subscription.order === 'cancelled') throw refuse('carrier.order-over')
    // The operator names the purchase in the call: the receipt will be about it.
    const intentId = /^(0x[0-9a-f]{64}):/.exec(callId)?.[1] as `0x${string}` | undefined
    if (subscription.intentId && subscription.intentId !== intentId) throw refuse('carrier.other-intent')
    if (subscription.order === 'allocated') {
      const { matchingId, smdpAddress } = await smdp.confirmOrder(iccid)
      Object.assign(subscription, { matchingId, smdpAddress, order: 'confirmed' })
      if (intentId) subscription.intentId = intentId
      subscription.soldAtMs = parts.clock.nowMs()
      file.save()
    }
    return { matchingId: subscription.matchingId, smdpAddress: subscription.smdpAddress }
  }

  async function cancelOrder(iccid: Iccid): Promise<void> {
    const subscription = found(iccid)
    if (subscription.order === 'cancelled') return
    try {
      await smdp.cancelOrder(iccid)
    } catch (error) {
      // Downloaded already: the profile stays on the card and gets no service.
      if (kindOf(error) === 'unreachable') throw error
      parts.log.info('the SM-DP+ did not cancel', { intentId: subscription.intentId, error })
    }
    subscription.order = 'cancelled'
    if (subscription.service !== 'on') subscription.service = 'ended'
    file.save()
  }

  return [
    endpoint(ES2PLUS.downloadOrder, async (body, caller) => {
      const callId = await ordered(caller)
      return once(callId, () => downloadOrder(callId, body.profileType ?? 'gesim-data'))
    }),
    endpoint(ES2PLUS.confirmOrder, async (body, caller) => {
      const callId = await ordered(caller)
      const answer = await once(body.iccid, () => confirmOrder(callId, body.iccid))
      return answer as never
    }),
    endpoint(ES2PLUS.cancelOrder, async (body, caller) => {
      await ordered(caller)
      await once(body.iccid, () => cancelOrder(body.iccid))
      return {}
    }),
    endpoint(ES2PLUS.releaseProfile, async (body, caller) => {
      await ordered(caller)
      found(body.iccid)
      await smdp.releaseProfile(body.iccid)
      return {}
    }),
    endpoint(ES2PLUS.handleDownloadProgressInfo, async (body, caller) => {
      requireSmdp(callers, caller)
      await hear(parts, body, caller)
      return {}
    }),
  ]
}

/**
 * Gives back every profile that was set aside and not sold: it was made of another template than the next one shall be.
 * Who confirms one of them later is told that it is gone, and orders afresh.
 */
export async function dropUnsold(parts: Parts): Promise<void> {
  for (const subscription of allSubscriptions(parts)) {
    if (subscription.order !== 'allocated') continue
    subscription.order = 'cancelled'
    subscription.service = 'ended'
    parts.file.save()
    try {
      await parts.smdp.cancelOrder(parseIccid(subscription.iccid))
    } catch (error) {
      // It is out of our books either way; at the SM-DP+ its order ends by age.
      parts.log.warn('an unsold profile stays at the SM-DP+', { error })
    }
  }
}

/** Notes an installation and passes the notice on to the GeSIM node; the SM-DP+ repeats it until both worked. */
async function hear(
  parts: Parts,
  body: RequestOf<typeof ES2PLUS.handleDownloadProgressInfo>,
  caller: Caller,
): Promise<void> {
  const subscription = parts.file.state.subscriptions[body.iccid]
  if (!subscription) return
  const status = (body.notificationPointStatus as { status?: string }).status ?? ''
  const point = body.notificationPointId
  if (
    point === NOTIFICATION_POINT.packageInstallation &&
    status.startsWith('Executed') &&
    !subscription.installed
  ) {
    subscription.installed = true
    parts.file.save()
  }
  const { eid, iccid, profileType, timestamp, resultData } = body
  const progress = {
    header: {
      functionRequesterIdentifier: parts.settings.id,
      functionCallIdentifier: caller.header?.functionCallIdentifier ?? '',
    },
    ...(eid ? { eid } : {}),
    iccid: iccidPadded(iccid),
    profileType,
    timestamp,
    notificationPointId: point,
    notificationPointStatus: body.notificationPointStatus as DownloadProgress['notificationPointStatus'],
  }
  // The card's signed result goes with the receipt, where it is checked; here it would only be one more copy.
  void resultData
  try {
    await parts.node.postProgress(progress)
  } catch (error) {
    if (kindOf(error) === 'unreachable') throw error
    parts.log.warn('the node refused a download notice', { intentId: subscription.intentId, error })
  }
}

/** The SGP.22 status code of a refusal. */
export function statusOf(error: unknown): StatusCode | undefined {
  if (!isFailure(error)) return undefined
  if (error.code === 'carrier.not-allowed') return '1.2/1.2'
  if (error.code === 'carrier.unknown-profile') return '8.2.1/3.9'
  if (error.code === 'carrier.order-over') return '8.2.1/1.2'
  if (error.code === 'carrier.other-intent') return '8.2.1/3.3'
  if (error.code === 'carrier.smdp-refused') return '8.8/3.7'
  if (error.kind === 'unreachable') return '8.8/5.1'
  return error.kind === 'refused' && error.code.startsWith('carrier.') ? '8.8/3.7' : undefined
}
