/** What f2 to f5 give for a challenge (TS 33.102, 6.3.3). */
export interface Answer {
  readonly res: Uint8Array
  readonly ck: Uint8Array
  readonly ik: Uint8Array
  /** Anonymity key, six bytes. */
  readonly ak: Uint8Array
}

/** A set of authentication functions f1 to f5* with its keys inside. */
export interface AkaFunctions {
  /** MAC-A over SQN and AMF. */
  f1(rand: Uint8Array, sqn: Uint8Array, amf: Uint8Array): Uint8Array
  /** MAC-S of a resynchronisation. */
  f1star(rand: Uint8Array, sqn: Uint8Array, amf: Uint8Array): Uint8Array
  f2345(rand: Uint8Array): Answer
  /** Anonymity key of a resynchronisation. */
  f5star(rand: Uint8Array): Uint8Array
  /** Whether this AMF makes the card resynchronise whatever its sequence numbers say. */
  resynchronises?(amf: Uint8Array): boolean
}

export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte ^ b[i]!)
}
