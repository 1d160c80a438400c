import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a signed request carries besides its body. */
export interface SignedHeaders {
  readonly accessCode: string
  readonly requestId: string
  /** Milliseconds since 1970 as text, signed as sent. */
  readonly timestamp: string
  readonly signature: string
}

/** How far a request's timestamp may lie from the clock before it counts as expired. */
export const TIMESTAMP_TOLERANCE_MS = 5 * 60_000

/**
 * Whether a request's signature is right: lower-case hex HMAC-SHA256 of timestamp, request id, access code and
 * the body as received, keyed with the secret key (not with the access code, as many public clients do).
 */
export function signatureIsRight(headers: SignedHeaders, rawBody: string, secretKey: string): boolean {
  const expected = createHmac('sha256', secretKey)
    .update(headers.timestamp + headers.requestId + headers.accessCode + rawBody)
    .digest()
  const given = Buffer.from(headers.signature, 'hex')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
