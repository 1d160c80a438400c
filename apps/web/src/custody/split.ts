import { fromBase64Url, refuse, toBase64Url } from '@gesim/base'
import { combine, split } from 'shamir-secret-sharing'
import { ownerOf } from './seed.ts'

/** The three shares of a seed; any two give it back, one alone says nothing about it. */
export interface Shares {
  readonly device: string
  readonly server: string
  readonly recovery: string
}

/** Splits the entropy 2 of 3 (Shamir over GF(256)). Each share is 17 bytes, as base64url. */
export async function splitEntropy(entropy: Uint8Array): Promise<Shares> {
  const [device, server, recovery] = await split(entropy, 3, 2)
  return {
    device: toBase64Url(device!),
    server: toBase64Url(server!),
    recovery: toBase64Url(recovery!),
  }
}

/**
 * Joins two shares. Shamir's scheme does not notice a wrong share, it gives another secret: so the owner's address
 * is derived and compared. Throws `web.shares-do-not-fit`.
 */
export async function joinShares(
  first: string,
  second: string,
  expectedOwner: `0x${string}`,
): Promise<Uint8Array> {
  let entropy: Uint8Array
  try {
    entropy = await combine([fromBase64Url(first), fromBase64Url(second)])
  } catch (cause) {
    throw refuse('web.shares-do-not-fit', {}, cause)
  }
  if (ownerOf(entropy).address.toLowerCase() !== expectedOwner.toLowerCase()) {
    entropy.fill(0)
    throw refuse('web.shares-do-not-fit')
  }
  return entropy
}
