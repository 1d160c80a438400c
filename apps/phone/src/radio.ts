import { createHmac } from 'node:crypto'
import { concatBytes, fromHex, refuse, toHex, unreachable } from '@gesim/base'
import type { SoftwareCard } from '@gesim/euicc'
import { askJson } from './node-client.ts'
import { answerChallenge, readImsi } from './usim.ts'

/** What the network tells about the air. */
export interface Telemetry {
  readonly rsrpDbm: number
  readonly throughputMbps: number
  readonly latencyMs: number
  readonly lossRatio: number
}

interface Challenge {
  readonly attachId: string
  readonly rand: string
  readonly autn: string
}

interface Attached {
  readonly sessionId: string
  readonly plmn: string
  readonly rat: string
  readonly service: string
}

const FAILURES = {
  refused: (facts: Parameters<typeof refuse>[1]) => refuse('phone.radio-refused', facts),
  unreachable: (facts: Parameters<typeof refuse>[1], cause?: unknown) =>
    unreachable('phone.radio-unreachable', facts, cause),
}

/** A connection to a carrier's network. Each request is signed with the keys that card and network agreed on. */
export class RadioLink {
  readonly url: string
  readonly plmn: string
  readonly rat: string
  /** Short name of this connection, for the chain of session hashes. */
  readonly sessionId: string
  readonly #key: Uint8Array
  #counter = 0
  /** Counters must arrive in order, so a request is sent when the one before was answered. */
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(url: string, attached: Attached, key: Uint8Array) {
    this.url = url
    this.sessionId = attached.sessionId
    this.plmn = attached.plmn
    this.rat = attached.rat
    this.#key = key
  }

  /**
   * Attaches: the card authenticates the network and the network the card (AKA), with one resynchronisation.
   * Throws `phone.radio-refused`, `phone.radio-unreachable`, `phone.card-refused`.
   */
  static async attach(url: string, card: SoftwareCard): Promise<RadioLink> {
    const imsi = await readImsi(card)
    let challenge = await askJson<Challenge>(`${url}/attach`, { method: 'POST', body: { imsi } }, FAILURES)
    for (let attempt = 1; ; attempt++) {
      const answer = await answerChallenge(card, fromHex(challenge.rand), fromHex(challenge.autn))
      const path = `${url}/attach/${challenge.attachId}/answer`
      const post = <T>(body: unknown) => askJson<T>(path, { method: 'POST', body }, FAILURES)
      if ('reject' in answer) {
        await post({ reject: 'mac' }).catch(() => undefined)
        throw refuse('phone.card-refused', { step: 'authenticate', sw: '9862' })
      }
      if ('res' in answer) {
        const attached = await post<Attached>({ res: toHex(answer.res) })
        return new RadioLink(url, attached, concatBytes(answer.ck, answer.ik))
      }
      if (attempt > 1) throw refuse('phone.card-refused', { step: 'resynchronise' })
      challenge = await post<Challenge>({ auts: toHex(answer.auts) })
    }
  }

  #sign(method: string, url: string): Record<string, string> {
    const { pathname, search } = new URL(url)
    const counter = ++this.#counter
    const mac = createHmac('sha256', this.#key)
      .update(`${method} ${pathname}${search} ${counter}`)
      .digest('hex')
    return { 'x-radio': `${this.sessionId}.${counter}.${mac}` }
  }

  #inTurn<T>(send: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(send, send)
    this.#turn = result.catch(() => undefined)
    return result
  }

  /** State of the service and of the air. */
  session(): Promise<{ service: string; cumBytes: number; telemetry: Telemetry }> {
    const url = `${this.url}/session`
    return this.#inTurn(() => askJson(url, { method: 'GET', headers: this.#sign('GET', url) }, FAILURES))
  }

  /**
   * Fetches octets and counts what arrived; `onBytes` hears of each piece. The network may give fewer than asked.
   * Throws `phone.radio-refused` with the network's code in `refusedWith`.
   */
  async down(bytes: number, onBytes: (count: number) => void, signal?: AbortSignal): Promise<number> {
    const url = `${this.url}/down?bytes=${bytes}`
    let response: Response
    try {
      response = await this.#inTurn(() =>
        fetch(url, { headers: this.#sign('GET', url), ...(signal ? { signal } : {}) }),
      )
    } catch (cause) {
      throw unreachable('phone.radio-unreachable', { url: this.url }, cause)
    }
    if (!response.ok) {
      const body = (await response.json().catch(() => ({}))) as Record<string, unknown>
      const facts = { status: response.status, refusedWith: String(body.code ?? '') }
      throw response.status >= 500
        ? unreachable('phone.radio-unreachable', facts)
        : refuse('phone.radio-refused', facts)
    }
    let total = 0
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        total += chunk.length
        onBytes(chunk.length)
      }
    } catch (cause) {
      // What arrived was counted on both sides; the next request goes on from there.
      if (total === 0) throw unreachable('phone.radio-unreachable', { url: this.url }, cause)
    }
    return total
  }

  async detach(): Promise<void> {
    const url = `${this.url}/detach`
    await this.#inTurn(() => askJson(url, { method: 'POST', headers: this.#sign('POST', url) }, FAILURES))
  }
}
