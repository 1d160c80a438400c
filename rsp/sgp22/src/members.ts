import { fromHex, refuse, toHex } from '@gesim/base'
import { node, readTlv } from '@gesim/tlv'

/** One member of a JSON body: how its value is read and written. */
export interface Member<T> {
  readonly read: (value: unknown) => T
  readonly write: (value: T) => unknown
  readonly optional?: boolean
}

// biome-ignore lint/suspicious/noExplicitAny: a body has members of any type, BodyOf keeps each one's
export type Members = Readonly<Record<string, Member<any>>>

type OptionalNames<M extends Members> = {
  [Name in keyof M]: M[Name] extends { readonly optional: true } ? Name : never
}[keyof M]
type ValueOf<T> = T extends Member<infer V> ? V : never

/** The body that members describe. */
export type BodyOf<M extends Members> = {
  readonly [Name in Exclude<keyof M, OptionalNames<M>>]: ValueOf<M[Name]>
} & { readonly [Name in OptionalNames<M>]?: ValueOf<M[Name]> }

/** The same member, which may be absent. */
export function optional<T>(member: Member<T>): Member<T> & { readonly optional: true } {
  return { ...member, optional: true }
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('not a text')
  return value
}

/** A text of at most `maxLength` characters that matches the pattern. */
export function text(maxLength = 255, pattern?: RegExp): Member<string> {
  return {
    read: (value) => {
      const found = textOf(value)
      if (found.length > maxLength || (pattern && !pattern.test(found)))
        throw new TypeError('not of its form')
      return found
    },
    write: (value) => value,
  }
}

/** A text that a parser of identifiers takes. */
export function parsed<T extends string>(
  parse: (value: string) => T,
  write: (value: T) => string = (v) => v,
): Member<T> {
  return { read: (value) => parse(textOf(value)), write }
}

export const flag: Member<boolean> = {
  read: (value) => {
    if (typeof value !== 'boolean') throw new TypeError('not a boolean')
    return value
  },
  write: (value) => value,
}

/** A whole number that is not negative. Read in quotes too, as pySim and others write it. */
export const count: Member<number> = {
  read: (value) => {
    const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
    if (!Number.isSafeInteger(number) || (number as number) < 0) throw new TypeError('not a number')
    return number as number
  },
  write: (value) => value,
}

// Packages are large and come often: Node's own conversion is several times as fast as one that also runs in
// browsers. It skips what is not base64, so the alphabet is checked first.
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

function fromBase64(value: string): Uint8Array {
  // Encoders of MIME (RFC 2045, 6.8), the default of Android among them, break lines and end with a line break.
  const digits = BASE64.test(value) ? value : value.replace(/[\r\n]+/g, '')
  if (digits.length % 4 !== 0 || !BASE64.test(digits)) throw new TypeError('not base64')
  return Uint8Array.from(Buffer.from(digits, 'base64'))
}

/** Bytes in base64, of a length in a range. Elements are sent whole, tag included. */
export function base64(minLength = 1, maxLength = 4 << 20): Member<Uint8Array> {
  return {
    read: (value) => {
      const bytes = fromBase64(textOf(value))
      if (bytes.length < minLength || bytes.length > maxLength) throw new TypeError('not of its length')
      return bytes
    },
    write: (value) => Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64'),
  }
}

/**
 * How a transaction identifier was written by whoever made it. Phones give it back as it came, so that there are servers
 * which compare the text.
 */
const spellings = new WeakMap<Uint8Array, string>()

/** A transaction identifier: hex, in upper case unless it came otherwise, any case when read (SGP.22 section 6.5.2). */
export const transactionId: Member<Uint8Array> = {
  read: (value) => {
    const digits = textOf(value)
    if (!/^(?:[0-9a-fA-F]{2}){1,16}$/.test(digits)) throw new TypeError('not a transaction identifier')
    const bytes = fromHex(digits)
    spellings.set(bytes, digits)
    return bytes
  },
  write: (value) => spellings.get(value) ?? toHex(value).toUpperCase(),
}

/** Content of one element, sent as the whole element: a signature as `5F37 40 …`, a key identifier as `04 14 …`. */
export function wrapped(tag: number, minLength: number, maxLength = minLength): Member<Uint8Array> {
  const whole = base64()
  return {
    read: (value) => {
      const content = readTlv(whole.read(value), tag).value
      if (content.length < minLength || content.length > maxLength) throw new TypeError('not of its length')
      return content
    },
    write: (value) => whole.write(node(tag, value)),
  }
}

export const signature: Member<Uint8Array> = wrapped(0x5f37, 64)

/** A list of objects. */
export function list<M extends Members>(members: M, maxCount = 1000): Member<readonly BodyOf<M>[]> {
  return {
    read: (value) => {
      if (!Array.isArray(value) || value.length > maxCount) throw new TypeError('not a list')
      return value.map((entry) => readBody(members, entry))
    },
    write: (value) => value.map((entry) => writeBody(members, entry)),
  }
}

/** An object that is passed on unread. */
export const anything: Member<unknown> = { read: (value) => value, write: (value) => value }

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Reads a body; members that nobody asked for are skipped. Throws `sgp22.bad-body` and `sgp22.bad-member`. */
export function readBody<M extends Members>(members: M, json: unknown): BodyOf<M> {
  if (!isObject(json)) throw refuse('sgp22.bad-body')
  const out: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(members)) {
    const value = Object.hasOwn(json, name) ? json[name] : undefined
    if (value === undefined || value === null) {
      if (!member.optional) throw refuse('sgp22.bad-member', { member: name, missing: true })
      continue
    }
    try {
      out[name] = member.read(value)
    } catch (cause) {
      throw refuse('sgp22.bad-member', { member: name, missing: false }, cause)
    }
  }
  return out as BodyOf<M>
}

/** Writes a body: exactly the members that are there, in the order of the table. */
export function writeBody<M extends Members>(members: M, body: BodyOf<M>): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(members)) {
    const value = (body as Record<string, unknown>)[name]
    if (value !== undefined) out[name] = member.write(value)
  }
  return out
}

/** One function of an interface: its path and the members of its bodies, the header apart. */
export interface RspFunction<Request extends Members = Members, Response extends Members = Members> {
  readonly name: string
  readonly path: string
  readonly request: Request
  readonly response: Response
  /** The header of the request is mandatory, as between servers. */
  readonly headerRequired: boolean
  /** Success is 204 without a body: the function is a notification. */
  readonly notification?: boolean
}

export type RequestOf<F extends RspFunction> = BodyOf<F['request']>
export type ResponseOf<F extends RspFunction> = BodyOf<F['response']>

/** Declares a function of an interface. */
export function rspFunction<Request extends Members, Response extends Members>(
  face: 'es2plus' | 'es9plus' | 'es12' | 'es15',
  name: string,
  request: Request,
  response: Response,
  notification = false,
): RspFunction<Request, Response> {
  const headerRequired = face !== 'es9plus'
  return { name, path: `/gsma/rsp2/${face}/${name}`, request, response, headerRequired, notification }
}
