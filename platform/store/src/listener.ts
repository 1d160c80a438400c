import type { Log } from '@gesim/base'
import pg from 'pg'

/** A session of its own: it hears NOTIFY and holds the advisory lock that says this process is alive. */
export interface Listener {
  /** Calls back with the payload of each notification, and with '*' after a reconnect, when some may be lost. */
  onNotify(callback: (payload: string) => void): () => void
  close(): Promise<void>
}

const RECONNECT_MOST_MS = 5_000

/** Opens a session that listens on a channel and keeps an advisory lock for as long as it lives; reconnects by itself. */
export async function openListener(
  url: string,
  channel: string,
  lockKey: bigint,
  log: Log,
): Promise<Listener> {
  const callbacks = new Set<(payload: string) => void>()
  let client: pg.Client | undefined
  let closed = false
  let waitMs = 100
  let timer: NodeJS.Timeout | undefined

  const tell = (payload: string) => {
    for (const callback of callbacks) callback(payload)
  }

  async function open(): Promise<void> {
    const next = new pg.Client({ connectionString: url, keepAlive: true, application_name: 'gesim listener' })
    next.on('notification', (message) => tell(message.payload ?? '*'))
    next.on('error', () => lost(next))
    next.on('end', () => lost(next))
    client = next
    try {
      await next.connect()
      await next.query(`listen ${channel}`)
      await next.query('select pg_advisory_lock($1)', [lockKey])
    } catch (error) {
      if (client === next) client = undefined
      await next.end().catch(() => {})
      throw error
    }
    waitMs = 100
  }

  function lost(which: pg.Client): void {
    if (closed || client !== which) return
    client = undefined
    which.end().catch(() => {})
    log.warn('lost the listening session, opening another', { code: 'store.no-database' })
    again()
  }

  function again(): void {
    timer = setTimeout(() => {
      if (closed) return
      open().then(
        () => tell('*'),
        () => again(),
      )
    }, waitMs)
    waitMs = Math.min(waitMs * 2, RECONNECT_MOST_MS)
  }

  await open()
  return {
    onNotify(callback) {
      callbacks.add(callback)
      return () => callbacks.delete(callback)
    },
    async close() {
      closed = true
      clearTimeout(timer)
      const last = client
      client = undefined
      await last?.end().catch(() => {})
    },
  }
}
