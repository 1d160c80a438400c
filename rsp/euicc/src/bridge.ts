import { createServer, type Server, type Socket } from 'node:net'
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

/**
 * Reads one line; `undefined` for one of another type: an LPA may say more on its stream than what it asks the card
 * (progress, results), and nobody waits for an answer to that. Throws `euicc.bridge-line`.
 */
function readLine(line: string): Request | undefined {
  try {
    const { type, payload } = JSON.parse(line) as {
      type: unknown
      payload: { func: unknown; param?: unknown }
    }
    if (typeof type === 'string' && type !== 'apdu') return undefined
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

/** The lines of a stream. One that is longer than allowed is `undefined`, and costs no more memory than that. */
async function* boundedLines(input: Readable): AsyncGenerator<string | undefined> {
  let kept: Buffer[] = []
  let length = 0
  let tooLong = false
  const take = (piece: Buffer) => {
    length += piece.length
    if (length > MAX_LINE_BYTES) tooLong = true
    if (tooLong) kept = []
    else kept.push(piece)
  }
  const finish = () => {
    const line = tooLong ? undefined : Buffer.concat(kept).toString('utf8')
    kept = []
    length = 0
    tooLong = false
    return line
  }
  for await (const chunk of input) {
    const data = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    let at = 0
    for (let end = data.indexOf(0x0a); end >= 0; end = data.indexOf(0x0a, at)) {
      take(data.subarray(at, end))
      yield finish()
      at = end + 1
    }
    if (at < data.length) take(data.subarray(at))
  }
  if (length > 0) yield finish()
}

/** Serves one terminal: lines in, lines out, until its side ends. `onBadLine` hears of lines that were no requests. */
export async function serveLines(
  card: SoftwareCard,
  input: Readable,
  output: Writable,
  onBadLine: (error: unknown) => void = () => undefined,
): Promise<void> {
  for await (const line of boundedLines(input)) {
    if (line?.trim() === '') continue
    let payload: { ecode: number; data?: string } = FAILED
    try {
      if (line === undefined) throw refuse('euicc.bridge-line', { maxBytes: MAX_LINE_BYTES })
      const request = readLine(line)
      if (!request) continue
      payload = await answer(card, request)
    } catch (error) {
      onBadLine(error)
    }
    const sent = output.write(`${JSON.stringify({ type: 'apdu', payload })}\n`)
    // A terminal that asks and does not read waits for itself.
    if (!sent && !output.destroyed) await writable(output)
  }
}

function writable(output: Writable): Promise<void> {
  return new Promise((resolve) => {
    output.once('drain', resolve)
    output.once('close', resolve)
  })
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
