import { settlementAbi } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import { type Domain, digestOf, type EpochCommitment } from '@gesim/proofs'
import {
  type AbiFunction,
  compactSignatureToSignature,
  decodeFunctionData,
  hexToBigInt,
  parseCompactSignature,
  recoverAddress,
  serializeSignature,
  size,
  slice,
  toFunctionSelector,
} from 'viem'
import type { SignedCommitment } from './ports.ts'

const COMPACT_BYTES = 64
const BRINGS = new Set(['postEpoch', 'postAlone', 'attest'])
const SELECTORS = settlementAbi
  .filter((entry) => entry.type === 'function' && BRINGS.has(entry.name))
  .map((entry) => toFunctionSelector(entry as AbiFunction).slice(2))

/**
 * The commitment and its signatures in a transaction's input. The call may stand within another one (the fee treasury's
 * `relay`, a batch, an account's): its bytes are the same wherever they stand, so it is looked for by its selector.
 */
export async function signedIn(input: Hex, domain: Domain): Promise<SignedCommitment[]> {
  const found: SignedCommitment[] = []
  for (const data of callsIn(input)) {
    const call = readCall(data)
    if (call === null) continue
    const { commitment, signatures } = call
    const hash = digestOf('EpochCommitment', domain, commitment)
    for (const signature of signatures) {
      const attestor = await recoverAddress({ hash, signature }).catch(() => null)
      if (attestor === null) continue
      const { epoch, root } = commitment
      found.push({ epoch, root, attestor: attestor.toLowerCase() as Hex, signature, commitment })
    }
  }
  return found
}

function* callsIn(input: Hex): Generator<Hex> {
  const text = input.toLowerCase()
  for (const selector of SELECTORS)
    for (let at = text.indexOf(selector, 2); at >= 0; at = text.indexOf(selector, at + 1))
      if (at % 2 === 0) yield `0x${text.slice(at)}`
}

function readCall(data: Hex): { commitment: EpochCommitment; signatures: Hex[] } | null {
  try {
    const { functionName, args } = decodeFunctionData({ abi: settlementAbi, data })
    if (functionName === 'postAlone') return { commitment: args[0], signatures: [args[1]] }
    if (functionName !== 'postEpoch' && functionName !== 'attest') return null
    const signatures: Hex[] = []
    for (let at = 0; at + COMPACT_BYTES <= size(args[1]); at += COMPACT_BYTES)
      signatures.push(plain(slice(args[1], at, at + COMPACT_BYTES)))
    return { commitment: args[0], signatures }
  } catch {
    // The selector's bytes stood there by chance.
    return null
  }
}

/** 65 bytes, as PayOnUsage takes a signature. */
function plain(compact: Hex): Hex {
  const signature = compactSignatureToSignature(parseCompactSignature(compact))
  return serializeSignature({ ...signature, v: hexToBigInt(signature.yParity === 1 ? '0x1c' : '0x1b') })
}
