import { type Failure, refuse, unreachable } from '@gesim/base'
import type { ConnectedCard } from './card-process.ts'

type Done<T extends readonly unknown[] = []> = (error: unknown, ...values: T) => void

/** A reader as the usual bindings of Node to PC/SC show it (`pcsclite` and its successors). */
export interface PcscReader {
  readonly name: string
  connect(options: { readonly share_mode: number }, done: Done<[protocol: number]>): void
  transmit(apdu: Buffer, maxBytes: number, protocol: number, done: Done<[answer: Buffer]>): void
  disconnect(disposition: number, done: Done): void
  on?(event: 'status', listener: (status: { readonly state: number }) => void): unknown
}

/** The service of such a binding: it tells of each reader. */
export interface PcscContext {
  on(event: 'reader', listener: (reader: PcscReader) => void): unknown
  on(event: 'error', listener: (error: unknown) => void): unknown
  close(): void
}

/** Numbers of PC/SC part 5, which are the same in every binding. */
const SHARED = 2
const LEAVE_CARD = 0
const UNPOWER_CARD = 2
const STATE_PRESENT = 0x20

/** Longest answer that is taken at once: some cards answer at any length. */
const MAX_ANSWER_BYTES = 65_538

/** Bindings that are looked for, none of which comes with this package: they bring native code. */
const BINDINGS = ['@pokusew/pcsclite', 'pcsclite'] as const

function call<T>(run: (done: Done<[T]>) => void): Promise<T> {
  return new Promise((resolve, reject) =>
    run((error, value) => (error ? reject(error) : resolve(value as T))),
  )
}

const gone = (reader: PcscReader, cause: unknown): Failure =>
  unreachable('lpa.card-gone', { reader: reader.name }, cause)

/**
 * A card in a reader. The reader belongs to the caller; `close` lets go of the card only. Throws `lpa.no-reader` when
 * there is no card to connect to.
 *
 * ```ts
 * const pcsc = require('@pokusew/pcsclite')()
 * pcsc.on('reader', async (reader) => createLpa({ card: await connectPcscReader(reader) }))
 * ```
 */
export async function connectPcscReader(reader: PcscReader): Promise<ConnectedCard> {
  const connect = () => call<number>((done) => reader.connect({ share_mode: SHARED }, done))
  const disconnect = (disposition: number) =>
    call<void>((done) => reader.disconnect(disposition, done as Done)).catch(() => undefined)
  let protocol: number
  try {
    protocol = await connect()
  } catch (cause) {
    throw refuse('lpa.no-reader', { reader: reader.name }, cause)
  }
  return {
    async transmit(apdu) {
      try {
        const sent = Buffer.from(apdu)
        const answer = await call<Buffer>((done) => reader.transmit(sent, MAX_ANSWER_BYTES, protocol, done))
        return Uint8Array.from(answer)
      } catch (cause) {
        throw gone(reader, cause)
      }
    },
    async reset() {
      await disconnect(UNPOWER_CARD)
      try {
        protocol = await connect()
      } catch (cause) {
        throw gone(reader, cause)
      }
    },
    close: () => disconnect(LEAVE_CARD),
  }
}

/** The first reader whose name contains a text and that holds a card. */
function findReader(context: PcscContext, name: string | undefined, timeoutMs: number): Promise<PcscReader> {
  const seen: string[] = []
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(refuse('lpa.no-reader', { wanted: name, found: seen.join(', ') || 'none' })),
      timeoutMs,
    )
    context.on('error', (cause) => reject(refuse('lpa.no-reader', { why: 'the PC/SC service fails' }, cause)))
    context.on('reader', (reader) => {
      seen.push(reader.name)
      if (name && !reader.name.toLowerCase().includes(name.toLowerCase())) return
      const take = () => {
        clearTimeout(timer)
        resolve(reader)
      }
      if (!reader.on) return take()
      reader.on('status', ({ state }) => {
        if (state & STATE_PRESENT) take()
      })
    })
  })
}

async function loadBinding(names: readonly string[]): Promise<() => PcscContext> {
  for (const name of names) {
    try {
      const loaded = (await import(name)) as { readonly default?: unknown }
      return (loaded.default ?? loaded) as () => PcscContext
    } catch {
      // Not installed; the next one may be.
    }
  }
  throw refuse('lpa.no-pcsc', { looked: names.join(', ') })
}

/** Where to find the card. */
export interface PcscPlace {
  /** A part of the reader's name; default: the first reader with a card. */
  readonly reader?: string
  /** Module to load; default: the usual ones, when they are installed. */
  readonly module?: string
  /** How long readers are waited for. Default 3 seconds. */
  readonly timeoutMs?: number
}

/**
 * Connects to a card in a reader of this machine. Throws `lpa.no-pcsc` when no binding is installed, `lpa.no-reader`.
 *
 * ```ts
 * const card = await connectPcsc({ reader: 'ACR39' })
 * const lpa = createLpa({ card })
 * ```
 */
export async function connectPcsc(place: PcscPlace = {}): Promise<ConnectedCard> {
  const context = (await loadBinding(place.module ? [place.module] : BINDINGS))()
  try {
    const card = await connectPcscReader(await findReader(context, place.reader, place.timeoutMs ?? 3000))
    return {
      ...card,
      async close() {
        await card.close()
        context.close()
      },
    }
  } catch (error) {
    context.close()
    throw error
  }
}
