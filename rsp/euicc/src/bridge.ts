import { createServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fromHex, refuse, toHex } from '@gesim/base'
import { writeCommand } from './apdu.ts'
import type { SoftwareCard } from './card.ts'

/**
 * The card bridge of open-source LPAs: one JSON object a line, `{"type":"apdu","payload":{"func","param"}}`, answered
 * by `{"type":"apdu","payload":{"ecode","data"?}}`. Negative `ecode` is failure.
 */
interface Request {
  readonly func: string
  readonly param: string | null
}

const MAX_LINE_BYTES = 256 * 1024
const FAILED = { ecode: -1 }

/** Reads one line. Throws `euicc.bridge-line`. */
function readLine(line: string): Request {
  try {
    const { type, payload } = JSON.parse(line) as {
      type: unknown
      payload: { func: unknown; param?: unknown }
    }
    const { func, param = null } = payload
    const plain = param === null || typeof param === 'string'
    if (type !== 'apdu' || typeof func !== 'string' || !plain) throw new TypeError('members')
    return { func, param: param as string | null }
  } catch (cause) {
    throw refuse('euicc.bridge-line', {}, cause)
  }
}

/** A select by AID over a fresh logical channel, closed again when the application is not there. */
async function openChannel(card: SoftwareCard, aid: Uint8Array): Promise<number> {
  const opened = await card.transmit(writeCommand(0, 0x70, 0, 0, undefined, 1))
  if (opened.at(-2) !== 0x90) return -1
  const channel = opened[0]!
  const cla = channel < 4 ? channel : 0x40 | (channel - 4)
  const selected = await card.transmit(writeCommand(cla, 0xa4, 0x04, 0, aid, 0))
  const high = selected.at(-2)
  if (high === 0x90 || high === 0x61) return channel
  await card.transmit(writeCommand(0, 0x70, 0x80, channel))
  return -1
}

async function answer(
  card: SoftwareCard,
  { func, param }: Request,
): Promise<{ ecode: number; data?: string }> {
  const bytes = () => fromHex(param ?? '')
  if (func === 'connect') {
    card.reset()
    return { ecode: 0 }
  }
  if (func === 'disconnect') return { ecode: 0 }
  if (func === 'transmit') return { ecode: 0, data: toHex(await card.transmit(bytes())) }
  if (func === 'logic_channel_open') return { ecode: await openChannel(card, bytes()) }
  if (func === 'logic_channel_close') {
    const closed = await card.transmit(writeCommand(0, 0x70, 0x80, bytes()[0] ?? 0))
    return { ecode: closed.at(-2) === 0x90 ? 0 : -1 }
  }
  return FAILED
}

/** Serves one terminal: lines in, lines out, until its side ends. `onBadLine` hears of lines that were no requests. */
export async function serveLines(
  card: SoftwareCard,
  input: Readable,
  output: Writable,
  onBadLine: (error: unknown) => void = () => undefined,
): Promise<void> {
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  for await (const line of lines) {
    if (line.trim() === '') continue
    let payload: { ecode: number; data?: string } = FAILED
    try {
      if (line.length > MAX_LINE_BYTES) throw refuse('euicc.bridge-line', { length: line.length })
      payload = await answer(card, readLine(line))
    } catch (error) {
      onBadLine(error)
    }
    output.write(`${JSON.stringify({ type: 'apdu', payload })}\n`)
  }
}

/** Serves terminals over TCP, one at a time: a card has one reader. */
export function listenForTerminals(
  card: SoftwareCard,
  at: { readonly host: string; readonly port: number },
  onBadLine?: (error: unknown) => void,
): Promise<Server> {
  let reader: Socket | undefined
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    if (reader) {
      socket.end(`${JSON.stringify({ type: 'apdu', payload: FAILED })}\n`)
      return
    }
    reader = socket
    card.reset()
    socket.on('close', () => {
      reader = undefined
    })
    serveLines(card, socket, socket, onBadLine).catch(() => socket.destroy())
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(at.port, at.host, () => resolve(server))
  })
}
