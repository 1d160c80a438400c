import type { Address, Hex, PublicClient } from 'viem'
import {
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  concat,
  numberToHex,
  parseSignature,
  recoverAddress,
  size,
  slice,
} from 'viem'
import { verifyHash } from 'viem/actions'
import { type Domain, digestOf } from './typed-data.ts'
import type { DeviceBinding } from './words.ts'

/** Whether a signature of an ERC-7913 signer over a digest holds; asked of the chain where the signer has code. */
export type SignatureVerifier = (signer: Hex, digest: Hex, signature: Hex) => Promise<boolean>

const VERIFIER_ABI = [
  {
    type: 'function',
    name: 'verify',
    stateMutability: 'view',
    inputs: [{ type: 'bytes' }, { type: 'bytes32' }, { type: 'bytes' }],
    outputs: [{ type: 'bytes4' }],
  },
] as const

/** Selector of `verify(bytes,bytes32,bytes)`, which an ERC-7913 verifier answers when the signature holds. */
const VERIFIED = '0x024ad318'

/**
 * A verifier that asks the chain. A signer of 20 bytes is an account: ECDSA, ERC-1271 when it has code (a smart account
 * of ours wraps by ERC-7739 itself), ERC-6492 when it is not deployed yet. A longer one is a verifier contract followed
 * by the key. A node that does not answer throws; a wrong signature is `false`.
 */
export function chainVerifier(client: PublicClient): SignatureVerifier {
  return async (signer, digest, signature) => {
    if (size(signer) < 20) return false
    if (size(signer) === 20) {
      return verifyHash(client, { address: signer as Address, hash: digest, signature })
    }
    const verifier = slice(signer, 0, 20)
    if (((await client.getCode({ address: verifier })) ?? '0x') === '0x') return false
    try {
      const answer = await client.readContract({
        address: verifier,
        abi: VERIFIER_ABI,
        functionName: 'verify',
        args: [slice(signer, 20), digest, signature],
      })
      return answer === VERIFIED
    } catch (error) {
      // A verifier that reverts or answers nothing says no; a node that cannot be asked says nothing.
      const saysNo = (each: unknown) =>
        each instanceof ContractFunctionRevertedError || each instanceof ContractFunctionZeroDataError
      if (error instanceof BaseError && error.walk(saysNo)) return false
      throw error
    }
  }
}

/** Joins a verifier contract and a key to an ERC-7913 signer. */
export function deviceSigner(verifier: Address, key: Hex): Hex {
  return concat([verifier, key])
}

/**
 * Whether a statement is the traveller's: signed by the payer, or by a device that the payer paired and whose pairing
 * had not ended at `atSeconds`. The same rule as in the contracts.
 */
export async function isTravellers(
  verify: SignatureVerifier,
  domain: Domain,
  statement: { payer: Address; binding: DeviceBinding; digest: Hex; signature: Hex; atSeconds: number },
): Promise<boolean> {
  const { payer, binding, digest, signature, atSeconds } = statement
  if (size(binding.device) === 0) return verify(payer, digest, signature)
  if (binding.validUntil < atSeconds) return false
  const pairing = digestOf('PairingConsent', domain, {
    payer,
    device: binding.device,
    validUntil: binding.validUntil,
  })
  return (
    (await verify(payer, pairing, binding.payerSignature)) &&
    (await verify(binding.device, digest, signature))
  )
}

/** The order of secp256k1: of the two values of s that fit a signature, the contracts take the lower. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/**
 * Whether this is the ECDSA signature of the plain key at the address, exactly as the contracts recover it: 65 bytes,
 * v 27 or 28, the lower s. Arithmetic alone: false says nothing of a signer that has code, or a verifier in front of its
 * key, which only the chain can answer for.
 */
export async function isSignedByKey(signer: Hex, digest: Hex, signature: Hex): Promise<boolean> {
  if (size(signer) !== 20 || size(signature) !== 65) return false
  const v = Number(slice(signature, 64))
  if ((v !== 27 && v !== 28) || BigInt(slice(signature, 32, 64)) > ORDER / 2n) return false
  const recovered = await recoverAddress({ hash: digest, signature }).catch(() => null)
  return recovered?.toLowerCase() === signer.toLowerCase()
}

/**
 * Attestors' signatures as `Settlement` takes them: ascending by signer, 64 bytes each (ERC-2098: r, then s with the
 * parity in its highest bit), one behind the other.
 */
export function joinedSignatures(signed: readonly { attestor: Hex; signature: Hex }[]): Hex {
  const sorted = [...signed].sort((a, b) => (a.attestor.toLowerCase() < b.attestor.toLowerCase() ? -1 : 1))
  return concat(
    sorted.map(({ signature }) => {
      const { r, s, yParity } = parseSignature(signature)
      const high = BigInt(s) > ORDER / 2n
      const low = high ? ORDER - BigInt(s) : BigInt(s)
      const parity = BigInt(high ? 1 - yParity : yParity)
      return concat([r, numberToHex(low | (parity << 255n), { size: 32 })])
    }),
  )
}
