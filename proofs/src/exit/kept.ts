import { intentEscrowAbi, payOnUsageAbi } from '@gesim/contracts'
import { type Address, decodeFunctionData, type Hex, toFunctionSelector } from 'viem'
import { type LeafProofJson, leafProofFromJson, type TermsJson, termsFromJson } from '../json.ts'
import { intentIdOf } from '../typed-data.ts'
import type { IntentTerms, LeafProof } from '../words.ts'

/** What files or transactions showed. Nothing in it is believed: terms are hashed, leaves are proven. */
export interface Kept {
  readonly terms: ReadonlyMap<Hex, IntentTerms>
  readonly leaves: readonly LeafProof[]
}

export const NOTHING_KEPT: Kept = { terms: new Map(), leaves: [] }

export function joinKept(...many: readonly Kept[]): Kept {
  return {
    terms: new Map(many.flatMap(({ terms }) => [...terms])),
    leaves: many.flatMap(({ leaves }) => leaves),
  }
}

/** Files are small; a bigger one is none of ours. */
const DEEPEST = 12
const MOST_NODES = 100_000

/**
 * Finds terms and leaf proofs in any JSON that GeSIM gave out (receipts, downloads of what is stored), wherever they
 * stand in it. Null when the text is no JSON.
 */
export function keptInJson(text: string): Kept | null {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return null
  }
  const terms = new Map<Hex, IntentTerms>()
  const leaves: LeafProof[] = []
  let nodes = 0
  const visit = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > DEEPEST || ++nodes > MOST_NODES) return
    if ('booksHash' in value && 'payer' in value) {
      const found = attempt(() => termsFromJson(value as TermsJson))
      const id = found && attempt(() => intentIdOf(found))
      if (found && id) terms.set(id.toLowerCase() as Hex, found)
    }
    if ('siblings' in value && 'bitmap' in value && 'evidence' in value) {
      const found = attempt(() => leafProofFromJson(value as LeafProofJson))
      if (found) leaves.push(found)
    }
    for (const each of Object.values(value)) visit(each, depth + 1)
  }
  visit(json, 0)
  return { terms, leaves }
}

function attempt<T>(work: () => T): T | null {
  try {
    return work()
  } catch {
    return null
  }
}

const WORD = 64
const TERMS_WORDS = 13
const TERMS_ABI = intentEscrowAbi.filter(
  (one) => one.type === 'function' && one.name === 'createIntent',
) as unknown as readonly [Extract<(typeof intentEscrowAbi)[number], { name: 'createIntent' }>]
const CREATE_SELECTOR = toFunctionSelector(TERMS_ABI[0])

/**
 * Terms of an intent from the data of the transaction that created it. Whoever sent it, and however deep the call lies in a
 * bundle: they stand there as thirteen words that begin with the payer and whose hash is the intent's id.
 */
export function termsInCalldata(input: Hex, payer: Address, intentId: Hex): IntentTerms | null {
  const text = input.toLowerCase().slice(2)
  const first = payer.toLowerCase().slice(2).padStart(WORD, '0')
  for (let at = text.indexOf(first); at >= 0; at = text.indexOf(first, at + 1)) {
    const words = text.slice(at, at + TERMS_WORDS * WORD)
    if (at % 2 !== 0 || words.length < TERMS_WORDS * WORD) continue
    const found = attempt(() => {
      const { args } = decodeFunctionData({ abi: TERMS_ABI, data: `${CREATE_SELECTOR}${words}` as Hex })
      return args[0] as IntentTerms
    })
    if (found && attempt(() => intentIdOf(found))?.toLowerCase() === intentId.toLowerCase()) return found
  }
  return null
}

const ANSWER_ABI = payOnUsageAbi.filter(
  (one) => one.type === 'function' && one.name === 'answerData',
) as unknown as readonly [Extract<(typeof payOnUsageAbi)[number], { name: 'answerData' }>]
const ANSWER_SELECTOR = toFunctionSelector(ANSWER_ABI[0]).slice(2)

/** Leaves in the data of a transaction that answered demands. */
export function leavesInCalldata(input: Hex): readonly LeafProof[] {
  const text = input.toLowerCase().slice(2)
  const leaves: LeafProof[] = []
  for (let at = text.indexOf(ANSWER_SELECTOR); at >= 0; at = text.indexOf(ANSWER_SELECTOR, at + 1)) {
    if (at % 2 !== 0) continue
    const found = attempt(() => {
      const { args } = decodeFunctionData({ abi: ANSWER_ABI, data: `0x${text.slice(at)}` })
      return args[2] as LeafProof
    })
    if (found) leaves.push(found)
  }
  return leaves
}
