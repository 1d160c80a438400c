import { refuse } from '@gesim/base'

/** A command as it came over the interface (ISO 7816-4). */
export interface Command {
  readonly cla: number
  readonly ins: number
  readonly p1: number
  readonly p2: number
  readonly data: Uint8Array
  /** Longest response that the terminal takes, when it said so; 256 or 65536 for "all". */
  readonly le?: number
  /** Logical channel, 0 to 19. */
  readonly channel: number
}

/** Response data and status word. */
export interface Response {
  readonly data: Uint8Array
  readonly sw: number
}

const NOTHING = new Uint8Array()

export const ok = (data: Uint8Array = NOTHING): Response => ({ data, sw: 0x9000 })
export const status = (sw: number): Response => ({ data: NOTHING, sw })

/** A status word as an exception: ends a command. */
export class StatusWord extends Error {
  readonly sw: number
  constructor(sw: number) {
    super(`SW ${sw.toString(16)}`)
    this.sw = sw
  }
}

/** Status words in use (TS 102 221, 10.2.1; SGP.22, 5.7.2). */
export const SW = {
  endReached: 0x6282,
  moreAvailable: 0x62f1,
  moreExpected: 0x63f1,
  /** The low four bits are the tries that are left. */
  triesLeft: 0x63c0,
  wrongLength: 0x6700,
  channelNotSupported: 0x6881,
  wrongStructure: 0x6981,
  securityStatus: 0x6982,
  blocked: 0x6983,
  invalidated: 0x6984,
  conditions: 0x6985,
  noCurrentFile: 0x6986,
  wrongData: 0x6a80,
  functionNotSupported: 0x6a81,
  fileNotFound: 0x6a82,
  recordNotFound: 0x6a83,
  noMemory: 0x6a84,
  wrongP1P2: 0x6a86,
  dataNotFound: 0x6a88,
  offset: 0x6b00,
  /** The low octet is the length that fits. */
  exactLength: 0x6c00,
  insNotSupported: 0x6d00,
  claNotSupported: 0x6e00,
  technical: 0x6f00,
  maximumReached: 0x9850,
  authenticationMac: 0x9862,
  contextNotSupported: 0x9864,
} as const

/** Channel of a class byte: 0 to 3 in the first interindustry range, 4 to 19 in the further one. */
function channelOf(cla: number): number {
  return (cla & 0x40) === 0 ? cla & 0x03 : 4 + (cla & 0x0f)
}

/** The length part of an APDU, short or extended. Throws `euicc.bad-apdu`. */
export function readCommand(apdu: Uint8Array): Command {
  if (apdu.length < 4) throw refuse('euicc.bad-apdu', { length: apdu.length })
  const cla = apdu[0]!
  const base = { cla, ins: apdu[1]!, p1: apdu[2]!, p2: apdu[3]!, channel: channelOf(cla) }
  const bodyBytes = apdu.length - 4
  if (bodyBytes === 0) return { ...base, data: NOTHING }
  if (bodyBytes === 1) return { ...base, data: NOTHING, le: apdu[4]! || 256 }
  const extended = apdu[4] === 0 && bodyBytes >= 3
  const head = extended ? 3 : 1
  const length = extended ? apdu[5]! * 256 + apdu[6]! : apdu[4]!
  if (extended && bodyBytes === 3) return { ...base, data: NOTHING, le: length || 65536 }
  const tailBytes = bodyBytes - head - length
  if (length === 0 || tailBytes < 0) throw refuse('euicc.bad-apdu', { length: apdu.length, lc: length })
  const end = 4 + head + length
  const data = apdu.subarray(4 + head, end)
  if (tailBytes === 0) return { ...base, data }
  if (!extended && tailBytes === 1) return { ...base, data, le: apdu[end]! || 256 }
  if (extended && tailBytes === 2) return { ...base, data, le: apdu[end]! * 256 + apdu[end + 1]! || 65536 }
  throw refuse('euicc.bad-apdu', { length: apdu.length, lc: length })
}

/** A command without any but its own bytes, for terminals and tests. */
export function writeCommand(
  cla: number,
  ins: number,
  p1: number,
  p2: number,
  data: Uint8Array = NOTHING,
  le?: number,
): Uint8Array {
  const head = [cla, ins, p1, p2]
  const out = data.length ? [...head, data.length, ...data] : head
  return Uint8Array.from(le === undefined ? out : [...out, le & 0xff])
}
