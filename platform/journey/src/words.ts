/** Hex with `0x`, lower case: hashes, addresses, signatures. */
export type Hex = `0x${string}`
