import { isFailure, sleepMs } from '@gesim/base'
import { allSubscriptions, type Parts } from './parts.ts'
import { deliverReceipt } from './receipts.ts'
import { quietly, type Repeats } from './repeats.ts'
import type { Subscription } from './state.ts'
import { radioAt } from './telemetry.ts'
import { sendUsage, signUsage } from './usage.ts'

/** Refusals of the node after which an order is over for the carrier. */
const OVER = new Set([
  'provisioner.order-over',
  'provisioner.too-late',
  'provisioner.receipt-differs',
  'provisioner.not-your-order',
])

/** Runs the carrier's back office until it is stopped: receipts, activations, vouchers, usage, telemetry. */
export function runService(parts: Parts): Promise<void> {
  const { settings } = parts
  const repeats = quietly(parts.log)
  const run = (name: string, periodMs: number, work: () => Promise<void>) =>
    every(parts, repeats, name, periodMs, work)
  const loops = [
    run('activations', settings.lookMs, () => watchChain(parts)),
    run('orders', settings.lookMs, () => lookAtOrders(parts, repeats)),
    run('intents', settings.lookMs, () => lookAtIntents(parts)),
    run('usage', settings.reportMs, () => reportUsage(parts)),
  ]
  if (settings.telemetryMs > 0) loops.push(run('telemetry', settings.telemetryMs, () => reportRadio(parts)))
  return Promise.all(loops).then(() => {})
}

async function every(
  parts: Parts,
  repeats: Repeats,
  name: string,
  periodMs: number,
  work: () => Promise<void>,
): Promise<void> {
  while (!parts.signal.aborted) {
    try {
      await work()
      repeats.over(name)
    } catch (error) {
      if (!parts.signal.aborted) repeats.warn(name, 'a round failed, it is tried again', error, { job: name })
    }
    await sleepMs(periodMs, parts.signal).catch(() => {})
  }
}

/** Service begins when the escrow opened for this carrier with this receipt, and not before. */
async function watchChain(parts: Parts): Promise<void> {
  const { file, chain, settings } = parts
  const { activations, block } = await chain.activationsAfter(file.state.block, settings.book)
  for (const activation of activations) {
    const subscription = allSubscriptions(parts).find((one) => one.receiptDigest === activation.receiptDigest)
    if (subscription?.service !== 'off') continue
    const { funded } = await chain.intent(activation.intentId)
    subscription.funded = funded.toString()
    subscription.service = 'on'
    subscription.usage.sinceSeconds = activation.activatedAt
    parts.log.info('service is on', { intentId: activation.intentId, book: settings.book })
  }
  if (block === file.state.block) return
  file.state.block = block
  if (activations.length > 0) file.save()
  else file.saveSoon()
}

/** Looks whether ordered profiles were installed: on the SM-DP+'s notice at once, and now and then without. */
async function lookAtOrders(parts: Parts, repeats: Repeats): Promise<void> {
  const waiting = allSubscriptions(parts).filter(
    (one) => one.intentId && one.order === 'confirmed' && !one.receiptPosted && one.service === 'off',
  )
  const unnoticed = parts.clock.nowMs() % 10_000 < parts.settings.lookMs
  for (const subscription of waiting.filter((one) => one.installed || unnoticed)) {
    try {
      await deliverReceipt(parts, subscription)
    } catch (error) {
      const code = isFailure(error) ? error.code : undefined
      const nodeCode = isFailure(error) ? String(error.facts.code ?? '') : ''
      repeats.warn(`receipt of ${subscription.intentId}`, 'no receipt for a profile yet', error, {
        intentId: subscription.intentId,
        why: nodeCode,
      })
      if (OVER.has(nodeCode) || code === 'carrier.not-held') end(parts, subscription)
    }
  }
}

/** Learns from the node how far the device has signed, and whether service was ended. */
async function lookAtIntents(parts: Parts): Promise<void> {
  const served = allSubscriptions(parts).filter((one) => one.service === 'on')
  for (const subscription of served) {
    const shown = await parts.node.intent(subscription.intentId!)
    subscription.vouchedBytes = Math.max(subscription.vouchedBytes, Number(shown.deviceBytes))
    const { funded } = await parts.chain.intent(subscription.intentId!)
    subscription.funded = funded.toString()
    // The last receipt counts only once the node knows that service ended, so the node says when.
    if (shown.service === 'ended') end(parts, subscription)
    parts.file.saveSoon()
  }
}

function end(parts: Parts, subscription: Subscription): void {
  subscription.service = 'ended'
  parts.log.info('service is over', { intentId: subscription.intentId, book: parts.settings.book })
  parts.file.save()
}

async function reportUsage(parts: Parts): Promise<void> {
  const subscriptions = allSubscriptions(parts).filter((one) => one.terms && !one.usage.finished)
  // What never was in service has nothing to report.
  const served = subscriptions.filter((one) => one.service === 'on' || one.usage.sinceSeconds > 0)
  for (const subscription of served) await signUsage(parts, subscription)
  await sendUsage(parts, served)
}

async function reportRadio(parts: Parts): Promise<void> {
  const { settings } = parts
  const atMs = parts.clock.nowMs()
  await parts.node.postTelemetry(
    settings.regions.map((region) => ({
      book: settings.book,
      region,
      atMs,
      ...radioAt(settings.seed, region, settings.quality, atMs),
    })),
  )
}
