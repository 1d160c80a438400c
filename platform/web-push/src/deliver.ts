import { unreachable } from '@gesim/base'

const TIMEOUT_MS = 5_000
const MOST_MS = 86_400_000

/** What became of a message: taken, or its subscription is gone, or the service refuses what we send. */
export type Outcome = 'taken' | 'gone' | 'refused'

/** What a push service's status means (RFC 8030, sections 5 and 7.3). Throws `web-push.service-busy` to try again later. */
export function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return 'taken'
  if (status === 404 || status === 410) return 'gone'
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    throw unreachable('web-push.service-busy', { status })
  // A redirect too: the endpoint was checked, where it leads was not.
  return 'refused'
}

/** Whether a message of then still says something. */
export function isFresh(atMs: number, nowMs: number): boolean {
  return nowMs - atMs < MOST_MS
}

/** Hands an encrypted message to a push service. Throws `web-push.service-busy`. */
export async function deliver(message: {
  readonly endpoint: string
  readonly authorization: string
  readonly body: Uint8Array
  /** Of several messages under one topic that wait for a browser only the last is kept: 32 characters at most. */
  readonly topic: string
  readonly signal: AbortSignal
}): Promise<Outcome> {
  let response: Response
  try {
    response = await fetch(message.endpoint, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        authorization: message.authorization,
        'content-encoding': 'aes128gcm',
        'content-type': 'application/octet-stream',
        ttl: String(MOST_MS / 1000),
        topic: message.topic,
        urgency: 'normal',
      },
      body: message.body as BodyInit,
      signal: AbortSignal.any([message.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
  } catch (cause) {
    throw unreachable('web-push.service-busy', { status: 0 }, cause)
  }
  await response.body?.cancel()
  return outcomeOf(response.status)
}
