import { concatBytes, isFailure } from '@gesim/base'
import { readHeader, type TlvHeader } from '@gesim/tlv'
import { StatusWord, SW } from '../apdu.ts'

/** The parts of a bound profile package, in order; `keys` may be missing. */
export type BppList = 'configure' | 'metadata' | 'keys' | 'profile'

export type BppEvent =
  /** InitialiseSecureChannel (BF23), whole. */
  | { readonly kind: 'channel'; readonly element: Uint8Array }
  | { readonly kind: 'segment'; readonly list: BppList; readonly segment: Uint8Array }
  | { readonly kind: 'list-end'; readonly list: BppList }
  | { readonly kind: 'malformed'; readonly list: BppList | 'channel'; readonly why: string }
  | { readonly kind: 'end' }

const LISTS: Readonly<Record<number, BppList>> = {
  160: 'configure',
  161: 'metadata',
  162: 'keys',
  163: 'profile',
}

const SEGMENT_TAG: Readonly<Record<BppList, number>> = {
  configure: 0x87,
  metadata: 0x88,
  keys: 0x87,
  profile: 0x86,
}

/** Tags with which a command for this parser may begin. */
const TAGS = new Set([0xbf36, 0xbf23, 0xa0, 0xa1, 0xa2, 0xa3, 0x86, 0x87, 0x88])

/** Tags of lists that may follow a finished part. */
const NEXT: Readonly<Record<BppList | 'channel', readonly number[]>> = {
  channel: [0xa0],
  configure: [0xa1],
  metadata: [0xa2, 0xa3],
  keys: [0xa3],
  profile: [],
}

const MAX_CHANNEL_BYTES = 512

export interface BppLimits {
  /** Whole segment, tag and length included: 1020, or 1036 for a lenient card. */
  readonly maxSegmentBytes: number
  readonly maxPackageBytes: number
}

/**
 * Takes a bound profile package apart while it arrives. Phones send it in pieces of their own choice: the header
 * of the package with the first element, headers of lists alone, segments one by one. Nothing is kept but the
 * piece that is not whole yet.
 */
export class BppStream {
  readonly #limits: BppLimits
  /** The beginning of an element that is not whole, with room for its rest once its length is known. */
  #kept: Uint8Array = new Uint8Array()
  #keptBytes = 0
  #stage: 'package' | 'channel' | 'between' | 'inside' | 'done' = 'package'
  #after: BppList | 'channel' = 'channel'
  #left = 0
  /** Bytes of the package that its header announced and that are still to come. */
  #packageLeft = 0

  constructor(limits: BppLimits) {
    this.#limits = limits
  }

  /** Whether bytes of an element wait for their rest. */
  get isMidElement(): boolean {
    return this.#keptBytes > 0
  }

  /** The list whose segments are arriving; none between two lists. */
  get inside(): BppList | undefined {
    return this.#stage === 'inside' ? (this.#after as BppList) : undefined
  }

  /** Whether a command that begins with this tag is meant for this parser. */
  static mayBeginWith(tag: number): boolean {
    return TAGS.has(tag)
  }

  /** Takes bytes and gives what became whole. Throws status word 6A88 for a tag that has no place here. */
  *push(bytes: Uint8Array): Generator<BppEvent> {
    let at = 0
    let needed = 0
    const data = this.#join(bytes)
    if (!data) return
    while (at < data.length && this.#stage !== 'done') {
      const header = this.#headerAt(data, at)
      if (header === 'bad') {
        yield this.#malformed(this.#expected(), 'no tag and length of BER')
        return
      }
      if (!header) break
      const { tag, headerLength, length } = header
      const whole = headerLength + length
      const arrived = data.length - at >= whole
      if (this.#stage === 'package') {
        if (tag !== 0xbf36) throw new StatusWord(SW.dataNotFound)
        if (length > this.#limits.maxPackageBytes) {
          yield this.#malformed('channel', 'the package is too large')
          return
        }
        this.#packageLeft = length
        this.#stage = 'channel'
        at += headerLength
      } else if (this.#stage === 'channel') {
        if (tag !== 0xbf23) throw new StatusWord(SW.dataNotFound)
        if (whole > MAX_CHANNEL_BYTES) {
          yield this.#malformed('channel', 'the secure channel element is too long')
          return
        }
        if (!arrived) {
          needed = whole
          break
        }
        yield { kind: 'channel', element: data.slice(at, at + whole) }
        this.#stage = 'between'
        this.#packageLeft -= whole
        at += whole
      } else if (this.#stage === 'between') {
        const next = LISTS[tag]
        if (!next || !NEXT[this.#after].includes(tag)) throw new StatusWord(SW.dataNotFound)
        this.#packageLeft -= whole
        if (this.#packageLeft < 0 || (this.#packageLeft === 0) !== (next === 'profile')) {
          yield this.#malformed(next, 'the lengths of list and package do not fit')
          return
        }
        this.#after = next
        this.#left = length
        this.#stage = 'inside'
        at += headerLength
        if (length === 0) yield* this.#endList()
      } else {
        const list = this.#after as BppList
        if (tag !== SEGMENT_TAG[list]) throw new StatusWord(SW.dataNotFound)
        if (whole > this.#left || whole > this.#limits.maxSegmentBytes) {
          yield this.#malformed(list, `a segment of ${whole} bytes`)
          return
        }
        if (!arrived) {
          needed = whole
          break
        }
        // What was put together here belongs to nobody else.
        const isOwn = data !== bytes && data.length === whole
        yield { kind: 'segment', list, segment: isOwn ? data : data.slice(at, at + whole) }
        this.#left -= whole
        at += whole
        if (this.#left === 0) yield* this.#endList()
      }
    }
    if (this.#stage !== 'done' && at < data.length) this.#keep(data.subarray(at), needed)
  }

  /** Keeps the beginning of an element; how long the whole is is known, or 0. */
  #keep(beginning: Uint8Array, needed: number): void {
    this.#kept = new Uint8Array(Math.max(needed, beginning.length))
    this.#kept.set(beginning)
    this.#keptBytes = beginning.length
  }

  /** What was kept and a new piece; nothing while that cannot be a whole element yet. */
  #join(bytes: Uint8Array): Uint8Array | undefined {
    if (this.#keptBytes === 0) return bytes
    const kept = this.#kept
    const length = this.#keptBytes + bytes.length
    if (length <= kept.length) {
      kept.set(bytes, this.#keptBytes)
      this.#keptBytes = length
      if (length < kept.length) return undefined
    }
    const joined = length === kept.length ? kept : concatBytes(kept.subarray(0, this.#keptBytes), bytes)
    this.#kept = new Uint8Array()
    this.#keptBytes = 0
    return joined
  }

  /** The next tag and length; before the package has begun, what is none is an error of the command. */
  #headerAt(data: Uint8Array, at: number): TlvHeader | 'bad' | undefined {
    try {
      return readHeader(data, at)
    } catch (error) {
      if (this.#stage === 'package' || !isFailure(error)) throw error
      return 'bad'
    }
  }

  /** The part that is read now, or that must come next. */
  #expected(): BppList | 'channel' {
    if (this.#stage === 'channel') return 'channel'
    if (this.#stage === 'inside') return this.#after
    const [next = 0xa3] = NEXT[this.#after]
    return LISTS[next]!
  }

  *#endList(): Generator<BppEvent> {
    const list = this.#after as BppList
    yield { kind: 'list-end', list }
    this.#stage = list === 'profile' ? 'done' : 'between'
    if (list === 'profile') yield { kind: 'end' }
  }

  #malformed(list: BppList | 'channel', why: string): BppEvent {
    this.#stage = 'done'
    return { kind: 'malformed', list, why }
  }
}
