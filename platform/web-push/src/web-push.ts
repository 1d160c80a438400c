import type { EventBodies, Hex } from '@gesim/journey'
import type { Running, StageContext } from '@gesim/store'
import { deliver, isFresh } from './deliver.ts'
import { encryptMessage } from './message.ts'
import { openSubscription } from './seal.ts'
import { type SenderKey, senderKey } from './sender-key.ts'
import { isServed } from './services.ts'
import type { webPushSettings } from './settings.ts'
import { dropAccount, dropOld, dropSubscription, findSubscription, namesOf } from './table.ts'

const SEND = 'web-push.send'
/** A quarter of an hour, since a queue waits up to a minute between two. */
const MOST_ATTEMPTS = 20

/** A message for one browser. */
interface SendJob {
  name: string
  account: Hex
  intentId: Hex
  about: EventBodies['notice.wanted']['about']
  atMs: number
}

export type WebPushContext = StageContext<typeof webPushSettings>

/** The sender of the settings; nothing where the operator gave no key. */
export function senderOf({ settings }: Pick<WebPushContext, 'settings'>): SenderKey | undefined {
  return settings.key ? senderKey(settings.key, settings.contact) : undefined
}

/** Starts the stage: a notice that is wanted becomes a message for each browser of the account. */
export async function start(context: WebPushContext): Promise<Running> {
  const { store, settings, clock, log } = context
  const sender = senderOf(context)
  const follower = store.follow(
    { reader: 'web-push', kinds: ['notice.wanted', 'account.forgotten'] },
    async (event, tx) => {
      if (event.kind === 'account.forgotten') return await dropAccount(tx, event.body.account)
      const { intentId, atMs, body } = event
      if (!sender || intentId === null || !isFresh(atMs, clock.nowMs())) return
      for (const name of await namesOf(tx, body.account)) {
        const job: SendJob = { name, account: body.account, intentId, about: body.about, atMs }
        await store.enqueue(tx, SEND, job, { key: `${event.seq}:${name}` })
      }
    },
  )
  const worker = await store.work<SendJob>(
    SEND,
    async (job, tx, { signal, attempt }) => {
      const { name, account, intentId, about } = job
      if (!sender || !isFresh(job.atMs, clock.nowMs())) return
      // One service that hangs shall not hold the places of the others for a day.
      if (attempt > MOST_ATTEMPTS) return log.warn('a message was given up', { attempt })
      const sealed = await findSubscription(store.db, name, account)
      const to = sealed && openSubscription(sender.sealing, name, sealed)
      if (!sealed) return
      // Sealed by an earlier key: its browser was subscribed for that one and takes nothing of ours any more.
      if (!to || !isServed(to.endpoint, settings.services)) return await dropSubscription(tx, name)
      const keys = { p256dh: Buffer.from(to.p256dh, 'base64url'), auth: Buffer.from(to.auth, 'base64url') }
      const outcome = await deliver({
        endpoint: to.endpoint,
        authorization: sender.authorization(to.endpoint, clock.nowMs()),
        body: encryptMessage(Buffer.from(JSON.stringify({ intentId, about })), keys),
        topic: intentId.slice(2, 34),
        signal,
      })
      if (outcome === 'gone') return await dropSubscription(tx, name)
      if (outcome === 'refused')
        log.warn('a push service refuses a message', { why: new URL(to.endpoint).host })
    },
    { concurrency: 4, expireInSeconds: 30 },
  )
  const cleaner = store.schedule('web-push.drop-old', 86_400, (tx) => dropOld(tx, settings.keepDays))
  return {
    async stop() {
      await Promise.all([follower.stop(), worker.stop(), cleaner.stop()])
    },
  }
}
