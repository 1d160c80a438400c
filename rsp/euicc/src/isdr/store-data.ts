import { concatBytes, isFailure } from '@gesim/base'
import { readHeader, readTlv } from '@gesim/tlv'
import { type Command, StatusWord, SW } from '../apdu.ts'
import { BppLoader } from './bpp-load.ts'
import { BppStream } from './bpp-stream.ts'
import { isEs10Function, runEs10 } from './es10.ts'
import type { Isdr } from './isdr.ts'

const MORE = 0x11
const LAST = 0x91
/** A request of ES10 apart from the package itself; certificates make the longest ones. */
const MAX_REQUEST_BYTES = 16_384

/** The tag with which bytes begin; tags of commands have one or two bytes. */
function tagOf(data: Uint8Array): number {
  const [first = 0, second = 0] = data
  return (first & 0x1f) === 0x1f ? first * 256 + second : first
}

/**
 * Whether a block is the beginning of a function's request and nothing else: an LPA that gave up a download in the
 * middle of an element must get an answer, though the rest of the element might still come.
 */
function isWholeRequest(data: Uint8Array, alone: boolean): boolean {
  if (!isEs10Function(tagOf(data))) return false
  try {
    const header = readHeader(data)
    if (!header) return false
    const whole = header.headerLength + header.length
    return alone ? whole === data.length : whole > data.length && whole <= MAX_REQUEST_BYTES
  } catch {
    return false
  }
}

/** One channel's chain of STORE DATA commands: blocks in, one response out. */
export class StoreData {
  readonly #isdr: Isdr
  #blocks: Uint8Array[] = []
  #next = 0
  /** The chain feeds the loader of a bound profile package, as it arrives; nobody knows before its tag is there. */
  #streams: boolean | undefined
  #result: Uint8Array | undefined

  constructor(isdr: Isdr) {
    this.#isdr = isdr
  }

  reset(): void {
    this.#blocks = []
    this.#next = 0
    this.#streams = undefined
    this.#result = undefined
  }

  /** Takes one command; gives the response of the function after the last block, else nothing. */
  take(command: Command): Uint8Array {
    const { p1, p2, data } = command
    if (p1 !== MORE && p1 !== LAST) throw this.#fail(SW.wrongP1P2)
    // Block 0 begins a chain whatever came before: a terminal that lost its place starts anew. Only after 256
    // blocks it may also be the next one, as block numbers have one byte.
    if (p2 === 0 && this.#next !== 0) this.reset()
    if (p2 !== this.#next) throw this.#fail(SW.wrongP1P2)
    this.#next = (p2 + 1) & 0xff
    try {
      if (this.#streams) this.#feed(data, false)
      else this.#blocks.push(data.slice())
      if (this.#streams === undefined) this.#decide(p1 === LAST)
      if (this.#blocks.reduce((sum, block) => sum + block.length, 0) > MAX_REQUEST_BYTES)
        throw new StatusWord(SW.noMemory)
      if (p1 === MORE) return new Uint8Array()
      const response = this.#streams ? (this.#result ?? new Uint8Array()) : this.#run()
      this.reset()
      return response
    } catch (error) {
      this.reset()
      if (isFailure(error)) throw new StatusWord(SW.wrongData)
      throw error
    }
  }

  #fail(sw: number): StatusWord {
    this.reset()
    return new StatusWord(sw)
  }

  /** Who the chain is for, once its first blocks hold a tag: they may be as short as the terminal likes. */
  #decide(alone: boolean): void {
    const data = concatBytes(...this.#blocks)
    if (data.length < 2 && !alone) return
    this.#streams = this.#isForLoader(data, alone && this.#blocks.length === 1)
    if (!this.#streams) return
    this.#blocks = []
    this.#feed(data, true)
  }

  #isForLoader(data: Uint8Array, alone: boolean): boolean {
    const loader = this.#isdr.session?.loader
    if (loader?.isMidElement && !isWholeRequest(data, alone)) return true
    const tag = tagOf(data)
    if (isEs10Function(tag)) return false
    if (!BppStream.mayBeginWith(tag)) throw new StatusWord(SW.dataNotFound)
    if (tag === 0xbf36) return true
    if (!loader) throw new StatusWord(SW.conditions)
    return true
  }

  #feed(data: Uint8Array, begins: boolean): void {
    // After the result nothing of this chain is looked at any more.
    if (this.#result) return
    const { session } = this.#isdr
    if (!session?.authenticated || !session.prepared) throw new StatusWord(SW.conditions)
    const anew = begins && tagOf(data) === 0xbf36 && !session.loader?.isMidElement
    if (anew || !session.loader)
      session.loader = new BppLoader(this.#isdr, session.authenticated, session.prepared)
    this.#result = session.loader.push(data)
  }

  #run(): Uint8Array {
    const whole = concatBytes(...this.#blocks)
    return runEs10(this.#isdr, readTlv(whole))
  }
}
