import { existsSync, readFileSync, statSync } from 'node:fs'
import { fromHex, refuse } from '@gesim/base'
import { readBytes } from '../files.ts'

/** One thing to look at. */
export interface Piece {
  /** Where it came from, when there are several: the name of a JSON member, the label of a PEM block. */
  readonly label?: string
  readonly bytes: Uint8Array
}

/** What an argument, a file or stdin holds. */
export type Input = { readonly pieces: readonly Piece[] } | { readonly activationCode: string }

const HEX = /^(?:0x)?(?:[0-9a-fA-F]{2}[\s:,-]*)+$/
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

function ofHex(text: string): Uint8Array {
  return fromHex(text.replace(/^0x/, '').replace(/[\s:,-]/g, ''))
}

function ofBase64(text: string): Uint8Array | undefined {
  const plain = text.replace(/\s/g, '')
  if (plain.length < 4 || !BASE64.test(plain)) return undefined
  return Uint8Array.from(Buffer.from(plain.replace(/-/g, '+').replace(/_/g, '/'), 'base64'))
}

/** Members of a JSON message that hold bytes; identifiers, texts and short values are no messages. */
function ofJson(value: unknown, path = ''): Piece[] {
  if (typeof value === 'string') {
    // Whole elements only: a challenge of 16 raw bytes, for one, is no message.
    const bytes = value.length >= 8 && value.length % 4 === 0 ? ofBase64(value) : undefined
    const element = bytes && /^(?:30|5f|bf|04|a2)/i.test(Buffer.from(bytes.subarray(0, 1)).toString('hex'))
    return bytes && element ? [{ label: path, bytes }] : []
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => ofJson(inner, path ? `${path}.${name}` : name))
}

function ofText(text: string): Input | undefined {
  const trimmed = text.trim()
  if (/^(?:lpa:|1\$)/i.test(trimmed)) return { activationCode: trimmed }
  const blocks = [...trimmed.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g)]
  const public_ = blocks.filter(([, label]) => !label!.includes('PRIVATE'))
  if (public_.length)
    return {
      pieces: public_.map(([, label, body]) => ({
        label: public_.length > 1 ? label! : undefined,
        bytes: ofBase64(body!) ?? new Uint8Array(),
      })),
    }
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) {
    try {
      const pieces = ofJson(JSON.parse(trimmed))
      if (pieces.length) return { pieces }
    } catch {
      // No JSON; what else it may be is looked at below.
    }
  }
  if (HEX.test(trimmed)) return { pieces: [{ bytes: ofHex(trimmed) }] }
  const bytes = ofBase64(trimmed)
  return bytes?.length ? { pieces: [{ bytes }] } : undefined
}

/** What a file holds: a text that stands for bytes, or the bytes themselves. */
function ofBytes(bytes: Uint8Array, from: string): Input {
  if (bytes.length === 0) throw refuse('rsp.not-a-message', { from, why: 'it is empty' })
  let text: string | undefined
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // Not a text, so it is DER.
  }
  const printable = text !== undefined && /^[\x20-\x7e\s]+$/.test(text)
  const input = printable ? ofText(text!) : undefined
  if (input) return input
  if (printable) throw refuse('rsp.not-a-message', { from })
  return { pieces: [{ bytes }] }
}

/** Reads an argument: `-` is stdin, an existing path a file, everything else the message itself. Throws `rsp.not-a-message`. */
export function readInput(argument: string): Input {
  if (argument === '-') return ofBytes(Uint8Array.from(readFileSync(0)), 'stdin')
  if (existsSync(argument) && statSync(argument).isFile()) return ofBytes(readBytes(argument), argument)
  const input = ofText(argument)
  if (input) return input
  throw refuse('rsp.not-a-message', { from: argument.length > 60 ? `${argument.slice(0, 60)}…` : argument })
}

/** Bytes of a command to a card around a message, and the status word after one. */
export interface Unwrapped {
  readonly bytes: Uint8Array
  readonly remark?: string
}

/** Takes the header off a STORE DATA command, and the status word off a response. */
export function unwrapApdu(bytes: Uint8Array): Unwrapped {
  const [cla = 0, ins, p1 = 0, p2 = 0, lc = 0] = bytes
  const isCommand = (cla & 0x80) !== 0 && ins === 0xe2 && (p1 === 0x91 || p1 === 0x11)
  if (isCommand && (bytes.length === 5 + lc || bytes.length === 6 + lc))
    return {
      bytes: bytes.subarray(5, 5 + lc),
      remark: `STORE DATA, block ${p2}${p1 === 0x91 ? ', the last' : ', more follow'}, ${lc} bytes`,
    }
  const sw = bytes.length > 4 ? bytes.at(-2)! * 256 + bytes.at(-1)! : 0
  const family = sw >> 8
  if (sw === 0x9000 || family === 0x91 || family === 0x61)
    return { bytes: bytes.subarray(0, -2), remark: `status word ${sw.toString(16).toUpperCase()}` }
  return { bytes }
}
