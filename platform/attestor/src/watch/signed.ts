import { setImmediate } from 'node:timers/promises'
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

/** Members of a committee at most (contracts, Attestors): a call with more signatures the settlement never took. */
export const MOST_SIGNATURES = 32
/**
 * Calls read of one transaction. Anybody may put what looks like a call beside the real one, so the limit is what fits into a
 * transaction that nodes pass on (128 KiB): under a lower one a poster could hide its signers behind a few false calls.
 */
const MOST_CALLS = 256
const COMPACT_BYTES = 64
const SELECTOR_CHARS = 8
const WORD_CHARS = 64
const BRINGS = new Set(['postEpoch', 'postAlone', 'attest'])
const SELECTORS = settlementAbi
  .filter((entry) => entry.type === 'function' && BRINGS.has(entry.name))
  .map((entry) => toFunctionSelector(entry as AbiFunction).slice(2))

/** What a transaction is read for: an epoch, and the roots that the chain has heard for it. */
export interface Wanted {
  readonly epoch: number
  readonly roots: readonly Hex[]
}

/**
 * The commitment and its signatures in a transaction's input. The call may stand within another one (the fee treasury's
 * `relay`, a batch, an account's): its bytes are the same wherever they stand, so it is looked for by its selector.
 */
export async function signedIn(input: Hex, domain: Domain, wanted: Wanted): Promise<SignedCommitment[]> {
  const found: SignedCommitment[] = []
  let calls = 0
  for (const data of callsIn(input, wanted)) {
    if (++calls > MOST_CALLS) break
    const call = readCall(data)
    if (call === null) continue
    found.push(...(await signersOf(call, domain)))
  }
  return found
}

/** Who signed; nobody of a call that the settlement cannot have taken: it takes signers in ascending order only. */
async function signersOf({ commitment, signatures }: SignedCall, domain: Domain) {
  const found: SignedCommitment[] = []
  const hash = digestOf('EpochCommitment', domain, commitment)
  for (const signature of signatures) {
    // Signatures are slow to read; the process has other work.
    await setImmediate()
    const signer = await recoverAddress({ hash, signature }).catch(() => null)
    if (signer === null) return []
    const attestor = signer.toLowerCase() as Hex
    if (found.length > 0 && attestor <= found.at(-1)!.attestor) return []
    const { epoch, root } = commitment
    found.push({ epoch, root, attestor, signature, commitment })
  }
  return found
}

/** The first words of all three calls are epoch, cutoff and root: what names others is passed over unread. */
function* callsIn(input: Hex, { epoch, roots }: Wanted): Generator<Hex> {
  const text = input.toLowerCase()
  const epochWord = epoch.toString(16).padStart(WORD_CHARS, '0')
  const rootWords = roots.map((root) => root.toLowerCase().slice(2))
  for (const selector of SELECTORS)
    for (let at = text.indexOf(selector, 2); at >= 0; at = text.indexOf(selector, at + 1)) {
      const words = at + SELECTOR_CHARS
      const isWanted =
        at % 2 === 0 &&
        text.startsWith(epochWord, words) &&
        rootWords.some((root) => text.startsWith(root, words + 2 * WORD_CHARS))
      if (isWanted) yield `0x${text.slice(at)}`
    }
}

interface SignedCall {
  readonly commitment: EpochCommitment
  readonly signatures: readonly Hex[]
}

function readCall(data: Hex): SignedCall | null {
  try {
    const { functionName, args } = decodeFunctionData({ abi: settlementAbi, data })
    if (functionName === 'postAlone') return { commitment: args[0], signatures: [args[1]] }
    if (functionName !== 'postEpoch' && functionName !== 'attest') return null
    const bytes = size(args[1])
    if (bytes % COMPACT_BYTES !== 0 || bytes > MOST_SIGNATURES * COMPACT_BYTES) return null
    const signatures: Hex[] = []
    for (let at = 0; at < bytes; at += COMPACT_BYTES)
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
