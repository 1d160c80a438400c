import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fromHex, refuse, toHex, unreachable } from '@gesim/base'
import type { Card } from './card.ts'

/** Where a card process is: a command to start, or a place where one listens. */
export type CardPlace =
  | { readonly command: string; readonly args?: readonly string[] }
  | { readonly host: string; readonly port: number }

/** A card at the other end of JSON lines. */
export interface ConnectedCard extends Card {
  /** Says goodbye and ends the process, when it was started here. */
  close(): Promise<void>
}

interface Payload {
  readonly ecode: number
  readonly data?: string
}

/** Requests and answers in turn: the bridge has no numbers, so one waits for the other. */
class Bridge {
  readonly #out: Writable
  readonly #answers: AsyncIterator<string>
  #turn: Promise<unknown> = Promise.resolve()

  constructor(input: Readable, out: Writable) {
    this.#out = out
    this.#answers = createInterface({ input })[Symbol.asyncIterator]()
    // A pipe that breaks shows itself as an answer that never comes.
    out.on('error', () => undefined)
    input.on('error', () => undefined)
  }

  ask(func: string, param: string | null = null): Promise<Payload> {
    const result = this.#turn.then(
      () => this.#exchange(func, param),
      () => this.#exchange(func, param),
    )
    this.#turn = result
    return result
  }

  async #exchange(func: string, param: string | null): Promise<Payload> {
    this.#out.write(`${JSON.stringify({ type: 'apdu', payload: { func, param } })}\n`)
    const { value, done } = await this.#answers.next()
    if (done) throw unreachable('lpa.card-gone', { function: func })
    try {
      const { payload } = JSON.parse(value) as { payload: Payload }
      if (typeof payload.ecode !== 'number') throw new TypeError('no ecode')
      return payload
    } catch (cause) {
      throw refuse('lpa.card-answer', { function: func, why: 'not a line of the card bridge' }, cause)
    }
  }
}

/**
 * Connects to a card over JSON lines, such as `gesim-euicc` speaks. Throws `lpa.card-gone`, `lpa.card-answer`.
 *
 * ```ts
 * const card = await connectCard({ command: 'gesim-euicc', args: ['--pki', 'pki', '--state', 'card.json'] })
 * const lpa = createLpa({ card })
 * ```
 */
export async function connectCard(place: CardPlace): Promise<ConnectedCard> {
  let child: ChildProcess | undefined
  let bridge: Bridge
  let end: () => void
  if ('command' in place) {
    // In a group of its own: a Ctrl-C at the terminal is for the LPA, which still has to end its session on the card.
    const started = spawn(place.command, [...(place.args ?? [])], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: process.platform !== 'win32',
    })
    child = started
    await once(started, 'spawn').catch((cause: unknown) => {
      throw unreachable('lpa.card-gone', { command: place.command }, cause)
    })
    bridge = new Bridge(started.stdout, started.stdin)
    end = () => started.stdin.end()
  } else {
    const socket = connect(place.port, place.host)
    await once(socket, 'connect').catch((cause: unknown) => {
      throw unreachable('lpa.card-gone', { host: place.host, port: place.port }, cause)
    })
    bridge = new Bridge(socket, socket)
    end = () => socket.end()
  }
  const { ecode } = await bridge.ask('connect')
  if (ecode < 0) throw unreachable('lpa.card-gone', { ecode })
  return {
    async transmit(apdu) {
      const { ecode: code, data } = await bridge.ask('transmit', toHex(apdu))
      if (code < 0 || data === undefined) throw unreachable('lpa.card-gone', { ecode: code })
      return fromHex(data)
    },
    async openChannel(aid) {
      const { ecode: channel } = await bridge.ask('logic_channel_open', toHex(aid))
      if (channel < 0) throw refuse('lpa.no-isdr', { ecode: channel })
      return channel
    },
    async closeChannel(channel) {
      await bridge.ask('logic_channel_close', toHex(Uint8Array.of(channel)))
    },
    async close() {
      await bridge.ask('disconnect').catch(() => undefined)
      end()
      if (child && child.exitCode === null) await once(child, 'close')
    },
  }
}
