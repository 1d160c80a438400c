import { isFailure, sleepMs } from '@gesim/base'
import {
  callFunction,
  ES9PLUS,
  hostOfAddress,
  metadataOf,
  type NotificationEvent,
  type NotificationMetadata,
} from '@gesim/sgp22'
import type { Isdr } from './isdr.ts'
import type { Servers } from './servers.ts'

/** A notification that waits on the card. */
export interface Waiting {
  readonly seqNumber: number
  readonly event: NotificationEvent
  readonly address: string
  readonly iccid?: string
}

/** What became of the waiting notifications. */
export interface Delivery {
  readonly sent: readonly Waiting[]
  /** Still on the card: their server, or one before them in its queue, did not answer or did not accept. */
  readonly kept: readonly (Waiting & { readonly why: string })[]
}

const isSame = (address: string, server: string) => address.toLowerCase() === server.toLowerCase()

/**
 * Whether the newest notification is the result for a server that was reached at a port and signed its name without it,
 * which is what the card writes down. Older ones of that name may be for another server.
 */
function isResultOf(server: string, { event, address }: NotificationMetadata, isNewest: boolean): boolean {
  return (
    isNewest &&
    event === 'install' &&
    !/:\d+$/.test(address) &&
    hostOfAddress(address) === hostOfAddress(server)
  )
}

/** Whether the card still holds what was signed before: the answer of a server that has it already is good too. */
async function deliverOne(isdr: Isdr, servers: Servers, seqNumber: number, server?: string): Promise<void> {
  const pending = await isdr.retrieveNotification(seqNumber)
  if (!pending) return
  await callFunction(servers.peerOf(server ?? metadataOf(pending).address), ES9PLUS.handleNotification, {
    pendingNotification: pending.raw,
  })
  await isdr.removeNotification(seqNumber)
}

/**
 * Sends what waits on the card, in the order of its numbers for each server; one that is not accepted holds back the
 * later ones of its server only (SGP.22, 3.5). A notification leaves the card when its server took it.
 */
export async function deliver(isdr: Isdr, servers: Servers, onlyAddress?: string): Promise<Delivery> {
  const list = await isdr.listNotifications()
  const queues = new Map<string, Waiting[]>()
  const sorted = [...list].sort((a, b) => a.seqNumber - b.seqNumber)
  for (const one of sorted) {
    const { seqNumber, event, address, iccid } = one
    if (
      onlyAddress !== undefined &&
      !isSame(address, onlyAddress) &&
      !isResultOf(onlyAddress, one, one === sorted.at(-1))
    )
      continue
    const queue = queues.get(address) ?? []
    queue.push({ seqNumber, event, address, ...(iccid ? { iccid } : {}) })
    queues.set(address, queue)
  }
  const sent: Waiting[] = []
  const kept: (Waiting & { why: string })[] = []
  for (const queue of queues.values()) {
    let why: string | undefined
    for (const waiting of queue) {
      if (why === undefined) {
        try {
          await deliverOne(isdr, servers, waiting.seqNumber, onlyAddress)
          sent.push(waiting)
          continue
        } catch (error) {
          if (!isFailure(error) || error.code.startsWith('lpa.card')) throw error
          why = error.message
        }
      }
      kept.push({ ...waiting, why })
    }
  }
  return { sent, kept }
}

/** How long is waited between attempts, and when it is enough. */
export interface Persistence {
  /** Default 5 seconds, doubled after each attempt. */
  readonly firstWaitMs?: number
  /** Default 10 minutes. */
  readonly maxWaitMs?: number
  readonly signal?: AbortSignal
  readonly onDelivery?: (delivery: Delivery) => void
}

/**
 * Sends again until nothing is left, each time after a longer wait; what waits is kept by the card, so that it outlives
 * this process. Rejects when the signal is aborted or the card is gone.
 */
export async function deliverUntilAccepted(
  send: () => Promise<Delivery>,
  { firstWaitMs = 5000, maxWaitMs = 600_000, signal, onDelivery }: Persistence,
): Promise<void> {
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, maxWaitMs)) {
    signal?.throwIfAborted()
    const delivery = await send()
    onDelivery?.(delivery)
    if (delivery.kept.length === 0) return
    await sleepMs(waitMs, signal)
  }
}
