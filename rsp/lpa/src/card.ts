import { concatBytes, isFailure, refuse, unreachable } from '@gesim/base'
import { hexOf, meaningOf } from './status-words.ts'

/** A card, wherever it is: in this process, behind a reader, at the end of a pipe. */
export interface Card {
  /** One command APDU in, response data and status word out. */
  transmit(apdu: Uint8Array): Promise<Uint8Array>
  /** Opens a logical channel on an application, for back ends that do both at once; gives its number. */
  openChannel?(aid: Uint8Array): Promise<number>
  closeChannel?(channel: number): Promise<void>
  /** Power off and on. It takes the place of a REFRESH that the card asks for; without it the REFRESH is fetched. */
  reset?(): Promise<void> | void
}

/** AID of the root security domain of an eUICC (SGP.22, 2.4.3). */
export const ISDR_AID: Uint8Array = Uint8Array.of(
  ...[0xa0, 0, 0, 5, 0x59, 0x10, 0x10, 0xff, 0xff, 0xff, 0xff, 0x89, 0, 0, 1, 0],
)

/** How a card is spoken to. */
export interface ChannelOptions {
  /** Data bytes of one STORE DATA command. */
  readonly blockBytes: number
  /** AIDs of the security domain, the first that is there is taken. */
  readonly aids: readonly Uint8Array[]
}

interface Answer {
  readonly data: Uint8Array
  readonly sw: number
}

async function send(card: Card, apdu: Uint8Array): Promise<Answer> {
  let answer: Uint8Array
  try {
    answer = await card.transmit(apdu)
  } catch (cause) {
    if (isFailure(cause)) throw cause
    throw unreachable('lpa.card-gone', {}, cause)
  }
  if (answer.length < 2) throw unreachable('lpa.card-gone', { bytes: answer.length })
  return { data: answer.subarray(0, -2), sw: answer.at(-2)! * 256 + answer.at(-1)! }
}

/** Class byte of a command on a channel (ISO 7816-4, 5.4.1). */
function classOf(base: number, channel: number): number {
  return channel < 4 ? base | channel : base | 0x40 | (channel - 4)
}

const isGood = (sw: number) => sw >> 8 === 0x90 || sw >> 8 === 0x61 || sw >> 8 === 0x91

/** Opens a channel where the back end does it in one step. */
async function openByCard(card: Card, aids: readonly Uint8Array[]): Promise<number> {
  let refusal: unknown
  for (const aid of aids) {
    try {
      return await card.openChannel!(aid)
    } catch (error) {
      if (!isFailure(error, 'lpa.no-isdr')) throw error
      refusal = error
    }
  }
  throw refusal
}

/** A proactive command: its details, which the answer to it repeats (ETSI TS 102 223, 6.8). */
function detailsOf(command: Uint8Array): Uint8Array | undefined {
  for (let at = 0; at + 5 <= command.length; at++)
    if ((command[at]! & 0x7f) === 0x01 && command[at + 1] === 3) return command.subarray(at, at + 5)
  return undefined
}

/** An open channel to the functions of ES10. */
export class IsdrChannel {
  readonly #card: Card
  readonly #channel: number
  readonly #blockBytes: number
  #isOpen = true
  /** Bytes of the proactive command that waits, as the last 91xx told. */
  #proactiveBytes: number | undefined

  private constructor(card: Card, channel: number, blockBytes: number) {
    this.#card = card
    this.#channel = channel
    this.#blockBytes = blockBytes
  }

  /**
   * Opens a logical channel and selects the security domain on it. Throws `lpa.no-isdr` when it is not there,
   * `lpa.no-channel` when the card has none to give, `lpa.card-gone`.
   */
  static async open(card: Card, options: ChannelOptions): Promise<IsdrChannel> {
    const { blockBytes, aids } = options
    if (card.openChannel) return new IsdrChannel(card, await openByCard(card, aids), blockBytes)
    const opened = await send(card, Uint8Array.of(0, 0x70, 0, 0, 1))
    // A card without a free channel may still be spoken to on the basic one.
    const hasChannel = opened.sw === 0x9000 && opened.data.length === 1
    const isdr = new IsdrChannel(card, hasChannel ? opened.data[0]! : 0, blockBytes)
    let sw = 0
    for (const aid of aids) {
      const select = Uint8Array.of(classOf(0, isdr.#channel), 0xa4, 4, 0, aid.length, ...aid, 0)
      sw = (await isdr.#exchange(select)).sw
      if (isGood(sw)) return isdr
    }
    await isdr.close()
    const facts = { sw: hexOf(sw), means: meaningOf(sw) }
    if (hasChannel) throw refuse('lpa.no-isdr', facts)
    // Both at once, and the first is the reason: the basic channel often refuses the security domain.
    const why = { openSw: hexOf(opened.sw), openMeans: meaningOf(opened.sw) }
    throw refuse(sw === 0x6a82 ? 'lpa.no-isdr' : 'lpa.no-channel', { ...why, ...facts })
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    if (this.#card.closeChannel) return this.#card.closeChannel(this.#channel)
    if (this.#channel)
      await send(this.#card, Uint8Array.of(0, 0x70, 0x80, this.#channel)).catch(() => undefined)
  }

  /**
   * Runs one function: the request as a chain of STORE DATA, the response gathered by GET RESPONSE. Throws
   * `lpa.card-status` with the function, the status word and what it means.
   */
  async run(name: string, request: Uint8Array): Promise<Uint8Array> {
    const size = this.#blockBytes
    const count = Math.max(1, Math.ceil(request.length / size))
    const cla = classOf(0x80, this.#channel)
    let answer: Answer = { data: new Uint8Array(), sw: 0 }
    for (let i = 0; i < count; i++) {
      const block = request.subarray(i * size, (i + 1) * size)
      const last = i + 1 === count
      const head = Uint8Array.of(cla, 0xe2, last ? 0x91 : 0x11, i & 0xff, block.length)
      answer = await this.#exchange(concatBytes(head, block))
      // 91xx: this block was taken too, and a proactive command waits for the terminal (TS 102 221, 10.2.1.1).
      if (!last && answer.sw !== 0x9000 && answer.sw >> 8 !== 0x91) break
    }
    const parts = [answer.data]
    while (answer.sw >> 8 === 0x61) {
      answer = await this.#exchange(Uint8Array.of(cla, 0xc0, 0, 0, answer.sw & 0xff))
      parts.push(answer.data)
    }
    // 91xx: done, and a proactive command waits for the terminal.
    const family = answer.sw >> 8
    if (family !== 0x90 && family !== 0x91)
      throw refuse('lpa.card-status', { function: name, sw: hexOf(answer.sw), means: meaningOf(answer.sw) })
    this.#proactiveBytes = family === 0x91 ? answer.sw & 0xff : undefined
    return concatBytes(...parts)
  }

  /** Sends a command; 6Cxx means: the same again, with this length (ISO 7816-3). */
  async #exchange(apdu: Uint8Array): Promise<Answer> {
    const answer = await send(this.#card, apdu)
    if (answer.sw >> 8 !== 0x6c) return answer
    const hasLe = apdu[1] === 0xc0 || apdu[1] === 0xa4
    const again = Uint8Array.of(...(hasLe ? apdu.subarray(0, -1) : apdu), answer.sw & 0xff)
    return send(this.#card, again)
  }

  /**
   * Lets the card have the REFRESH it asked for after a switch: by power off and on where the back end can, otherwise
   * by fetching the command and answering it, as a phone does (SGP.22, 3.2.1). The channel does not outlive it. `always`:
   * also when the card did not ask, because the switch was done without.
   */
  async refresh({ always = false } = {}): Promise<void> {
    if (this.#proactiveBytes === undefined && !(always && this.#card.reset)) return
    this.#isOpen = false
    if (this.#card.reset) return this.#card.reset()
    for (let round = 0; round < 4 && this.#proactiveBytes !== undefined; round++) {
      const { data, sw } = await send(this.#card, Uint8Array.of(0x80, 0x12, 0, 0, this.#proactiveBytes))
      this.#proactiveBytes = undefined
      const details = sw >> 8 === 0x90 || sw >> 8 === 0x91 ? detailsOf(data) : undefined
      // Somebody else, such as the modem, was faster: the command is in good hands.
      if (!details) return
      // Done without more: device identities terminal to card (82), result 00.
      const body = [...details, 0x82, 2, 0x82, 0x81, 0x83, 1, 0]
      const answered = await send(this.#card, Uint8Array.of(0x80, 0x14, 0, 0, body.length, ...body))
      if (answered.sw >> 8 === 0x91) this.#proactiveBytes = answered.sw & 0xff
    }
  }
}
