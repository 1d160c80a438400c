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

const LISTS: Readonly<Record<number, { list: BppList; segmentTag: number }>> = {
  160: { list: 'configure', segmentTag: 0x87 },
  161: { list: 'metadata', segmentTag: 0x88 },
  162: { list: 'keys', segmentTag: 0x87 },
  163: { list: 'profile', segmentTag: 0x86 },
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
  #kept: Uint8Array = new Uint8Array()
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
    return this.#kept.length > 0
  }

  /** Whether a command that begins with this tag is meant for this parser. */
  static mayBeginWith(tag: number): boolean {
    return TAGS.has(tag)
  }

  /** Takes bytes and gives what became whole. Throws status word 6A88 for a tag that has no place here. */
  *push(bytes: Uint8Array): Generator<BppEvent> {
    let at = 0
    const data = this.#kept.length ? concatBytes(this.#kept, bytes) : bytes
    this.#kept = new Uint8Array()
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
        if (!arrived) break
        yield { kind: 'channel', element: data.slice(at, at + whole) }
        this.#stage = 'between'
        this.#packageLeft -= whole
        at += whole
      } else if (this.#stage === 'between') {
        const next = LISTS[tag]
        if (!next || !NEXT[this.#after].includes(tag)) throw new StatusWord(SW.dataNotFound)
        this.#packageLeft -= whole
        if (this.#packageLeft < 0 || (this.#packageLeft === 0) !== (next.list === 'profile')) {
          yield this.#malformed(next.list, 'the lengths of list and package do not fit')
          return
        }
        this.#after = next.list
        this.#left = length
        this.#stage = 'inside'
        at += headerLength
        if (length === 0) yield* this.#endList()
      } else {
        const list = this.#after as BppList
        if (tag !== this.#segmentTag()) throw new StatusWord(SW.dataNotFound)
        if (whole > this.#left || whole > this.#limits.maxSegmentBytes) {
          yield this.#malformed(list, `a segment of ${whole} bytes`)
          return
        }
        if (!arrived) break
        yield { kind: 'segment', list, segment: data.slice(at, at + whole) }
        this.#left -= whole
        at += whole
        if (this.#left === 0) yield* this.#endList()
      }
    }
    if (this.#stage !== 'done') this.#kept = data.slice(at)
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
    return LISTS[next]!.list
  }

  #segmentTag(): number {
    return Object.values(LISTS).find(({ list }) => list === this.#after)!.segmentTag
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
