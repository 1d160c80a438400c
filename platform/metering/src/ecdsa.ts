import { fromHex } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { recoverAddress } from 'viem'

const ADDRESS_BYTES = 20
const SIGNATURE_BYTES = 65

/**
 * Whether the signer is a plain key whose ECDSA signature this is: found out by arithmetic alone. False says nothing:
 * the signer may be an account or a verifier contract, which only the chain can answer for. Most records are signed by
 * plain keys, so most batches need no question to the chain about signatures.
 */
export async function signedByPlainKey(signer: Hex, digest: Hex, signature: Hex): Promise<boolean> {
  if (fromHex(signer).length !== ADDRESS_BYTES || fromHex(signature).length !== SIGNATURE_BYTES) return false
  const recovered = await recoverAddress({ hash: digest, signature }).catch(() => null)
  return recovered?.toLowerCase() === signer.toLowerCase()
}
