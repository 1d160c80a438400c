import type { Hex, JourneyEvent } from '@gesim/journey'
import type { Store } from '@gesim/store'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Live } from './live.ts'

const HEARTBEAT_MS = 15_000
/** A page that stays open longer opens the stream again by itself, where it left off. */
const LONGEST_MS = 3_600_000

/** An event in the form of `text/event-stream`. */
function sseText(event: JourneyEvent): string {
  const data = JSON.stringify({
    seq: event.seq.toString(),
    kind: event.kind,
    atMs: event.atMs,
    body: event.body,
  })
  return `id: ${event.seq}\nevent: ${event.kind}\ndata: ${data}\n\n`
}

/**
 * Streams the events of an intent: first what came after `after`, then each as it happens, with a comment now and then
 * so that proxies keep the connection.
 */
export async function streamEvents(
  store: Store,
  live: Live,
  intentId: Hex,
  after: bigint,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  reply.hijack()
  const response = reply.raw
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) response.setHeader(name, value)
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    connection: 'keep-alive',
    'x-accel-buffering': 'no',
  })
  response.write('retry: 1000\n\n')

  const sent = new Set<bigint>()
  let replayed = false
  const waiting: JourneyEvent[] = []
  const send = (event: JourneyEvent) => {
    if (sent.has(event.seq)) return
    sent.add(event.seq)
    response.write(sseText(event))
  }
  // Watched before the past is read, so that nothing falls between the two.
  const forget = live.watch(intentId, (event) => {
    if (replayed) send(event)
    else waiting.push(event)
  })
  const heartbeat = setInterval(() => response.write(': alive\n\n'), HEARTBEAT_MS)
  const end = setTimeout(() => response.end(), LONGEST_MS)
  response.once('close', () => {
    forget()
    clearInterval(heartbeat)
    clearTimeout(end)
  })
  request.raw.socket?.setNoDelay(true)

  try {
    let from = after
    for (;;) {
      const events = await store.read({ intentId, after: from, limit: 500 })
      for (const event of events) send(event)
      if (events.length < 500) break
      from = events.at(-1)!.seq
    }
    replayed = true
    for (const event of waiting) send(event)
  } catch {
    // The browser comes back with the last id that it saw.
    response.end()
  }
}
