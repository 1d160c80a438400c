import { type TUnsafe, Type } from 'typebox'

/** Hex with `0x`, as it travels: lower or mixed case comes in, lower case goes out. */
export type Hex = `0x${string}`

function hex(pattern: string, description: string, maxLength: number): TUnsafe<Hex> {
  return Type.Unsafe<Hex>(Type.String({ pattern, maxLength, description }))
}

/** 32 bytes: an intent id, a hash, a digest. */
export const Hash = hex('^0x[0-9a-fA-F]{64}$', '32 bytes, hex', 66)

/** An intent id: the same on chain, in every log line, header and event. */
export const IntentId = hex('^0x[0-9a-fA-F]{64}$', 'The intent id, hex', 66)

/** An account or contract on chain. */
export const Address = hex('^0x[0-9a-fA-F]{40}$', '20 bytes, hex', 42)

/** Bytes of any length up to 4 KiB: a signature, the ERC-7913 bytes of a device. */
export const HexBytes = hex('^0x([0-9a-fA-F]{2}){0,4096}$', 'Bytes, hex', 2 + 2 * 4096)

/** An amount in micro-USDC: decimal digits, because JSON numbers end at 2^53. */
export const Micros = Type.String({
  pattern: '^(0|[1-9][0-9]{0,19})$',
  maxLength: 20,
  description: 'micro-USDC',
})

/** Octets, as decimal digits. */
export const Octets = Type.String({ pattern: '^(0|[1-9][0-9]{0,19})$', maxLength: 20, description: 'octets' })

/** A number too large for JSON, as decimal digits up to 2^256. */
export const BigDecimal = Type.String({ pattern: '^(0|[1-9][0-9]{0,77})$', maxLength: 78 })

/** Seconds since 1970 (UTC), as the chain counts. */
export const Seconds = Type.Integer({ minimum: 0, maximum: 2 ** 40 - 1, description: 'seconds since 1970' })

/** Milliseconds since 1970 (UTC). */
export const Millis = Type.Integer({ minimum: 0, maximum: 2 ** 52, description: 'milliseconds since 1970' })

/** A small number that the chain keeps in 32 bits: a book, a carrier, an epoch, a sequence. */
export const Uint32 = Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1 })

/** ISO 3166-1 alpha-2, upper case. */
export const Country = Type.String({ pattern: '^[A-Z]{2}$', maxLength: 2, description: 'ISO 3166-1 alpha-2' })

/** A sequence number of the journal. */
export const Seq = Type.String({
  pattern: '^[0-9]{1,19}$',
  maxLength: 19,
  description: 'journal sequence number',
})

/** One line of text for people. */
export const Line = Type.String({ maxLength: 400 })

/** A short name made by us. */
export const Name = Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,63}$', maxLength: 64 })

/** What a request of a list without a body answers. */
export const Nothing = Type.Object({}, { additionalProperties: false })
