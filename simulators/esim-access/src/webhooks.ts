import { randomUUID } from 'node:crypto'
import type { Log } from '@gesim/base'
import { Refusal } from './account.ts'
import type { StateFile } from './state.ts'

export interface Webhooks {
  /** Sets the address after it answered a `CHECK_HEALTH` with 200; an empty address stops the notices. */
  save(url: string): Promise<void>
  /** Sends a notice, unsigned as the real ones; lost when the other side does not answer. */
  notify(notifyType: string, content: Record<string, unknown>): void
  /** Resolves when no notice is under way. */
  settled(): Promise<void>
}

export function createWebhooks(file: StateFile, log: Log): Webhooks {
  const underWay = new Set<Promise<unknown>>()

  async function post(url: string, notifyType: string, content: Record<string, unknown>): Promise<number> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        notifyType,
        notifyId: randomUUID(),
        eventGenerateTime: new Date().toISOString(),
        content,
      }),
      signal: AbortSignal.timeout(5000),
    })
    await response.arrayBuffer()
    return response.status
  }

  return {
    async save(url) {
      if (url !== '' && (await post(url, 'CHECK_HEALTH', {}).catch(() => 0)) !== 200)
        throw new Refusal('000107', 'the webhook did not answer 200')
      file.state.webhook = url
      file.save()
    },
    notify(notifyType, content) {
      const { webhook } = file.state
      if (webhook === '') return
      const sending = post(webhook, notifyType, content).catch((error) =>
        log.warn('webhook was not delivered', { event: notifyType, error }),
      )
      underWay.add(sending)
      void sending.finally(() => underWay.delete(sending))
    },
    async settled() {
      await Promise.all(underWay)
    },
  }
}
