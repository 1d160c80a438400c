import { bytesEqual, concatBytes, refuse } from '@gesim/base'
import { headerBytes, readTlv, writeHeader } from '@gesim/tlv'
import { AesBlocks, BLOCK_BYTES, CbcDecryption, CbcEncryption } from './aes.ts'
import { Cmac } from './cmac.ts'
import { x963Kdf } from './kdf.ts'

/** The keys of one bound profile package, or the profile protection keys that replace them. */
export interface SessionKeys {
  /** MAC chaining value before the first segment. */
  readonly initialMcv: Uint8Array
  readonly sEnc: Uint8Array
  readonly sMac: Uint8Array
}

/** What both sides put into the key derivation beside the shared secret. */
export interface KeyContext {
  /** Key type, `88` for AES. */
  readonly keyType?: number
  /** Key length in bytes, 16. */
  readonly keyLength?: number
  readonly hostId: Uint8Array
  /** The EID, 16 bytes. */
  readonly eid: Uint8Array
}

/** AES, as the control reference template names it. */
export const KEY_TYPE_AES = 0x88
/** Bytes of an AES-128 key. */
export const KEY_LENGTH = 16
/** The longest protected segment, tag and length included (SGP.22 section 2.5.5). */
export const MAX_SEGMENT_BYTES = 1020
/** Most plaintext of an encrypted segment: 1007 bytes make a segment of 1020, one more would make 1036. */
export const MAX_ENCRYPTED_PLAIN_BYTES = 1007
/** Most plaintext of a segment that is only authenticated. */
export const MAX_MAC_ONLY_PLAIN_BYTES = 1008

const MAC_BYTES = 8
const VECTORS_AT_ONCE = 16

/** Session keys of a shared secret (SGP.22 annex G): MAC chaining value, S-ENC, S-MAC, in this order. */
export function deriveSessionKeys(sharedSecret: Uint8Array, context: KeyContext): SessionKeys {
  const { keyType = KEY_TYPE_AES, keyLength = KEY_LENGTH, hostId, eid } = context
  const sharedInfo = concatBytes(
    Uint8Array.of(keyType, keyLength),
    Uint8Array.of(hostId.length),
    hostId,
    Uint8Array.of(eid.length),
    eid,
  )
  const keys = x963Kdf(sharedSecret, sharedInfo, 48)
  return { initialMcv: keys.slice(0, 16), sEnc: keys.slice(16, 32), sMac: keys.slice(32, 48) }
}

/** Writes a counter as a block of zeros at an offset. */
function writeCounter(block: Uint8Array, offset: number, counter: number): void {
  let left = counter
  for (let at = offset + 15; left > 0; at--) {
    block[at] = left & 0xff
    left >>>= 8
  }
}

/** What both sides of the BSP protocol have (SGP.22 section 2.6.4): chained MACs and a block counter. */
class Chain {
  readonly #cmac: Cmac
  #mcv: Uint8Array
  // SGP.22 2.6.4.4: the counter starts at 1 and counts every segment, also those that are not encrypted.
  #counter = 1

  constructor(keys: SessionKeys) {
    this.#cmac = new Cmac(keys.sMac)
    this.#mcv = keys.initialMcv
  }

  get counter(): number {
    return this.#counter
  }

  /** Writes the block whose encryption is the initial chaining vector of the next segment; each is used once. */
  writeCounter(block: Uint8Array): void {
    writeCounter(block, 0, this.#counter)
  }

  macOf(head: Uint8Array, body: Uint8Array): Uint8Array {
    return this.#cmac.of(this.#mcv, head, body)
  }

  /** Puts the MACs of segments, one after another from an offset, to their ends; the counter has been moved on for each. */
  seal(out: Uint8Array, from: number, ends: readonly number[]): void {
    this.#mcv = this.#cmac.sealChain(this.#mcv, out, from, ends, MAC_BYTES)
  }

  count(): void {
    this.#counter++
  }

  advance(mac: Uint8Array): void {
    this.#mcv = mac
    this.count()
  }
}

/** Protects segments: the SM-DP+ side. */
export class BspSender {
  readonly #chain: Chain
  readonly #cbc: CbcEncryption
  /** Where segments are made ready, one after another: a block for the counter, and the padded content. */
  #room: Uint8Array = new Uint8Array(BLOCK_BYTES + MAX_ENCRYPTED_PLAIN_BYTES + 1)

  constructor(keys: SessionKeys) {
    this.#chain = new Chain(keys)
    this.#cbc = new CbcEncryption(keys.sEnc)
  }

  /** One encrypted and authenticated segment. */
  encryptAndMac(tag: number, plain: Uint8Array): Uint8Array {
    return this.#sealed(tag, [this.#encrypt(plain, 0, plain.length).subarray(BLOCK_BYTES)])[0]!
  }

  /** One segment that is authenticated and readable. */
  macOnly(tag: number, plain: Uint8Array): Uint8Array {
    this.#chain.count()
    return this.#sealed(tag, [plain])[0]!
  }

  /** Data of any length as encrypted segments, each of at most 1020 bytes. */
  encryptAll(tag: number, plain: Uint8Array): Uint8Array[] {
    const out = new Uint8Array(encryptedBytes(tag, plain.length))
    return cut(out, 0, this.encryptInto(out, 0, tag, plain))
  }

  /** Writes data of any length as encrypted segments to where there is room for `encryptedBytes`; gives where each ends. */
  encryptInto(out: Uint8Array, from: number, tag: number, plain: Uint8Array): number[] {
    const ends: number[] = []
    let at = from
    for (let start = 0; start < plain.length; start += MAX_ENCRYPTED_PLAIN_BYTES) {
      const stop = Math.min(start + MAX_ENCRYPTED_PLAIN_BYTES, plain.length)
      const body = this.#encrypt(plain, start, stop)
      const length = body.length - BLOCK_BYTES + MAC_BYTES
      at = writeHeader(out, at, tag, length)
      out.set(body.subarray(BLOCK_BYTES), at)
      at += length
      ends.push(at)
    }
    this.#chain.seal(out, from, ends)
    return ends
  }

  /** Data of any length as authenticated segments, each of at most 1020 bytes. */
  macAll(tag: number, plain: Uint8Array): Uint8Array[] {
    const out: Uint8Array[] = []
    for (let at = 0; at < plain.length; at += MAX_MAC_ONLY_PLAIN_BYTES)
      out.push(this.macOnly(tag, plain.subarray(at, at + MAX_MAC_ONLY_PLAIN_BYTES)))
    return out
  }

  /** A block that is not sent, then the encrypted content of one segment. */
  #encrypt(plain: Uint8Array, from: number, to: number): Uint8Array {
    const end = BLOCK_BYTES + to - from
    const whole = end - (end % BLOCK_BYTES) + BLOCK_BYTES
    if (whole > this.#room.length) this.#room = new Uint8Array(whole)
    const input = this.#room.subarray(0, whole)
    input.fill(0, 0, BLOCK_BYTES)
    this.#chain.writeCounter(input)
    this.#chain.count()
    input.set(from === 0 && to === plain.length ? plain : plain.subarray(from, to), BLOCK_BYTES)
    input[end] = 0x80
    input.fill(0, end + 1)
    // CBC masks each block with the one before it: behind its counter's block the content has that block, encrypted, as
    // its vector, and both are one call.
    return this.#cbc.encrypt(input)
  }

  #sealed(tag: number, bodies: readonly Uint8Array[]): Uint8Array[] {
    let length = 0
    for (const body of bodies) length += sealedBytes(tag, body.length)
    const out = new Uint8Array(length)
    let at = 0
    const ends = bodies.map((body) => {
      at = writeHeader(out, at, tag, body.length + MAC_BYTES)
      out.set(body, at)
      at += body.length + MAC_BYTES
      return at
    })
    this.#chain.seal(out, 0, ends)
    return cut(out, 0, ends)
  }
}

/** Bytes of a segment: tag, length, body, MAC. */
function sealedBytes(tag: number, bodyBytes: number): number {
  return headerBytes(tag, bodyBytes + MAC_BYTES) + bodyBytes + MAC_BYTES
}

/** Bytes that data of so many bytes have as encrypted segments. */
export function encryptedBytes(tag: number, plainBytes: number): number {
  // One byte of padding at least.
  const padded = (bytes: number) => bytes - (bytes % BLOCK_BYTES) + BLOCK_BYTES
  const whole = Math.floor(plainBytes / MAX_ENCRYPTED_PLAIN_BYTES)
  const rest = plainBytes - whole * MAX_ENCRYPTED_PLAIN_BYTES
  return (
    whole * sealedBytes(tag, padded(MAX_ENCRYPTED_PLAIN_BYTES)) + (rest ? sealedBytes(tag, padded(rest)) : 0)
  )
}

/** The parts of bytes that end at these offsets. */
function cut(bytes: Uint8Array, from: number, ends: readonly number[]): Uint8Array[] {
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? from, end))
}

/** Checks and opens segments: the eUICC side. A refused segment ends the session; do not go on after one. */
export class BspReceiver {
  readonly #chain: Chain
  readonly #blocks: AesBlocks
  readonly #cbc: CbcDecryption
  /** Initial chaining vectors of some segments, made in one call of the cipher, from this counter on. */
  #vectors: Uint8Array = new Uint8Array()
  #firstVector = 0

  constructor(keys: SessionKeys) {
    this.#chain = new Chain(keys)
    this.#blocks = new AesBlocks(keys.sEnc)
    this.#cbc = new CbcDecryption(keys.sEnc)
  }

  /** The plaintext of an encrypted segment. Throws `crypto.bad-mac` and `crypto.bad-segment`. */
  decrypt(segment: Uint8Array): Uint8Array {
    const { body, mac } = this.#check(segment)
    if (body.length === 0 || body.length % 16 !== 0)
      throw refuse('crypto.bad-segment', { length: body.length })
    const padded = this.#cbc.decrypt(body, this.#nextVector())
    this.#chain.advance(mac)
    let length = padded.length - 1
    while (length >= 0 && padded[length] === 0) length--
    if (length < padded.length - 16 || padded[length] !== 0x80)
      throw refuse('crypto.bad-segment', { length: body.length })
    return new Uint8Array(padded.buffer, padded.byteOffset, length)
  }

  #nextVector(): Uint8Array {
    const { counter } = this.#chain
    let at = (counter - this.#firstVector) * 16
    if (at >= this.#vectors.length) {
      const counters = new Uint8Array(VECTORS_AT_ONCE * 16)
      for (let i = 0; i < VECTORS_AT_ONCE; i++) writeCounter(counters, i * 16, counter + i)
      this.#vectors = this.#blocks.encrypt(counters)
      this.#firstVector = counter
      at = 0
    }
    return this.#vectors.subarray(at, at + 16)
  }

  /** The content of an authenticated segment. Throws `crypto.bad-mac` and `crypto.bad-segment`. */
  verify(segment: Uint8Array): Uint8Array {
    const { body, mac } = this.#check(segment)
    this.#chain.advance(mac)
    return body
  }

  #check(segment: Uint8Array): { body: Uint8Array; mac: Uint8Array } {
    const element = readTlv(segment)
    const { value } = element
    if (value.length < MAC_BYTES) throw refuse('crypto.bad-segment', { length: value.length })
    const body = value.subarray(0, value.length - MAC_BYTES)
    const head = segment.subarray(0, element.valueStart)
    const mac = this.#chain.macOf(head, body)
    if (!bytesEqual(mac.subarray(0, MAC_BYTES), value.subarray(value.length - MAC_BYTES)))
      throw refuse('crypto.bad-mac')
    return { body, mac }
  }
}
