import { concatBytes, isFailure, refuse, unreachable } from '@gesim/base'

/** A card, wherever it is: in this process, behind a reader, at the end of a pipe. */
export interface Card {
  /** One command APDU in, response data and status word out. */
  transmit(apdu: Uint8Array): Promise<Uint8Array>
  /** Opens a logical channel on an application, for back ends that do both at once; gives its number. */
  openChannel?(aid: Uint8Array): Promise<number>
  closeChannel?(channel: number): Promise<void>
}

/** AID of the root security domain of an eUICC. */
const ISDR_AID = Uint8Array.of(0xa0, 0, 0, 5, 0x59, 0x10, 0x10, 0xff, 0xff, 0xff, 0xff, 0x89, 0, 0, 1, 0)

function hex4(sw: number): string {
  return sw.toString(16).toUpperCase().padStart(4, '0')
}

async function send(card: Card, apdu: Uint8Array): Promise<{ data: Uint8Array; sw: number }> {
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

/** Class byte of a proprietary command on a channel (ISO 7816-4, 5.4.1). */
function classOf(base: number, channel: number): number {
  return channel < 4 ? base | channel : base | 0x40 | (channel - 4)
}

/** An open channel to the functions of ES10. */
export class IsdrChannel {
  readonly #card: Card
  readonly #channel: number
  readonly #blockBytes: number

  private constructor(card: Card, channel: number, blockBytes: number) {
    this.#card = card
    this.#channel = channel
    this.#blockBytes = blockBytes
  }

  /** Opens a logical channel and selects the security domain on it. Throws `lpa.no-isdr`, `lpa.card-gone`. */
  static async open(card: Card, blockBytes: number): Promise<IsdrChannel> {
    if (card.openChannel) {
      const channel = await card.openChannel(ISDR_AID)
      return new IsdrChannel(card, channel, blockBytes)
    }
    const opened = await send(card, Uint8Array.of(0, 0x70, 0, 0, 1))
    // A card without a free channel may still be spoken to on the basic one.
    const channel = opened.sw === 0x9000 ? opened.data[0]! : 0
    const select = Uint8Array.of(classOf(0, channel), 0xa4, 4, 0, ISDR_AID.length, ...ISDR_AID, 0)
    const { sw } = await send(card, select)
    const isdr = new IsdrChannel(card, channel, blockBytes)
    if (sw >> 8 === 0x90 || sw >> 8 === 0x61) return isdr
    await isdr.close()
    throw refuse('lpa.no-isdr', { sw: hex4(sw) })
  }

  async close(): Promise<void> {
    if (this.#card.closeChannel) return this.#card.closeChannel(this.#channel)
    if (this.#channel)
      await send(this.#card, Uint8Array.of(0, 0x70, 0x80, this.#channel)).catch(() => undefined)
  }

  /**
   * Runs one function: the request as a chain of STORE DATA, the response gathered by GET RESPONSE. Throws
   * `lpa.card-status` with the function and the status word.
   */
  async run(name: string, request: Uint8Array): Promise<Uint8Array> {
    const size = this.#blockBytes
    const count = Math.max(1, Math.ceil(request.length / size))
    const cla = classOf(0x80, this.#channel)
    let answer = { data: new Uint8Array() as Uint8Array, sw: 0 }
    for (let i = 0; i < count; i++) {
      const block = request.subarray(i * size, (i + 1) * size)
      const last = i + 1 === count
      answer = await send(
        this.#card,
        Uint8Array.of(cla, 0xe2, last ? 0x91 : 0x11, i & 0xff, block.length, ...block),
      )
      if (!last && answer.sw !== 0x9000) break
    }
    const parts = [answer.data]
    while (answer.sw >> 8 === 0x61) {
      answer = await send(this.#card, Uint8Array.of(cla, 0xc0, 0, 0, answer.sw & 0xff))
      parts.push(answer.data)
    }
    // 91xx: done, and a proactive command waits for the terminal.
    const family = answer.sw >> 8
    if (family !== 0x90 && family !== 0x91)
      throw refuse('lpa.card-status', { function: name, sw: hex4(answer.sw) })
    return concatBytes(...parts)
  }
}
