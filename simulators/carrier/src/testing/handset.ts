import { createHmac } from 'node:crypto'
import { concatBytes, fromHex, toHex } from '@gesim/base'
import type { SoftwareCard } from '@gesim/euicc'
import { imsiFromFile } from '@gesim/saip'

/** What an answer of the radio says. */
export interface RadioAnswer {
  readonly status: number
  readonly json: Record<string, unknown>
  /** Octets that came down. */
  readonly bytes: number
}

/** Asks again once when a kept connection turns out to be closed: the carrier was started again. */
async function reach(url: URL | string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch {
    return fetch(url, init)
  }
}

/** A handset as far as the radio needs it: a card, and the keys of a session. */
export class Handset {
  readonly #card: SoftwareCard
  readonly #url: string
  #session: { id: string; key: Uint8Array; counter: number } | undefined

  constructor(card: SoftwareCard, radioUrl: string) {
    this.#card = card
    this.#url = radioUrl
  }

  async #command(hex: string): Promise<{ data: Uint8Array; status: number }> {
    const answer = await this.#card.transmit(fromHex(hex))
    const status = (answer[answer.length - 2]! << 8) | answer[answer.length - 1]!
    if (status >> 8 === 0x61) return this.#command(`00c00000${toHex(Uint8Array.of(status & 0xff))}`)
    return { data: answer.slice(0, -2), status }
  }

  /** Selects the USIM and reads the IMSI, as a phone does when it is switched on. */
  async imsi(): Promise<string> {
    await this.#command('00a4040407a0000000871002')
    await this.#command('00a40004026f07')
    const { data, status } = await this.#command('00b0000009')
    if (status !== 0x9000) throw new Error(`the card answers ${status.toString(16)} to READ BINARY`)
    return imsiFromFile(data)
  }

  async post(path: string, body: object): Promise<RadioAnswer> {
    const response = await reach(`${this.#url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: response.status, json: (await response.json()) as Record<string, unknown>, bytes: 0 }
  }

  /** Attaches with the card's own authentication. */
  async attach(imsi: string): Promise<RadioAnswer> {
    let challenge = await this.post('/attach', { imsi })
    for (let round = 0; round < 3 && challenge.json.rand; round++) {
      const { rand, autn, attachId } = challenge.json
      const { data } = await this.#command(`008800812210${rand}10${autn}`)
      if (data[0] === 0xdc) {
        challenge = await this.post(`/attach/${attachId}/answer`, {
          auts: toHex(data.slice(2, 2 + data[1]!)),
        })
        continue
      }
      const part = (at: number) => data.slice(at + 1, at + 1 + data[at]!)
      const res = part(1)
      const ck = part(2 + res.length)
      const ik = part(3 + res.length + ck.length)
      const answer = await this.post(`/attach/${attachId}/answer`, { res: toHex(res) })
      if (answer.status === 200) {
        this.#session = { id: String(answer.json.sessionId), key: concatBytes(ck, ik), counter: 0 }
      }
      return answer
    }
    return challenge
  }

  /** A request inside the session; `spoil` breaks its protection. */
  async request(method: 'GET' | 'POST', path: string, body?: Uint8Array, spoil = ''): Promise<RadioAnswer> {
    const session = this.#session!
    const counter = ++session.counter
    const url = new URL(`${this.#url}${path}`)
    const text = `${method} ${url.pathname}${url.search} ${counter}${spoil}`
    const mac = createHmac('sha256', session.key).update(text).digest('hex')
    const response = await reach(url, {
      method,
      headers: {
        'x-radio': `${session.id}.${counter}.${mac}`,
        ...(body ? { 'content-type': 'application/octet-stream' } : {}),
      },
      ...(body ? { body: Uint8Array.from(body) } : {}),
    })
    const bytes = new Uint8Array(await response.arrayBuffer())
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return {
      status: response.status,
      json: isJson ? (JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>) : {},
      bytes: isJson ? 0 : bytes.length,
    }
  }

  down(bytes: number): Promise<RadioAnswer> {
    return this.request('GET', `/down?bytes=${bytes}`)
  }

  up(bytes: number): Promise<RadioAnswer> {
    return this.request('POST', '/up', new Uint8Array(bytes))
  }
}
