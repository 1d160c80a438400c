import type { Hex, TermsJson } from '@gesim/journey'
import { type IntentTerms, intentIdOf, termsFromJson } from '@gesim/proofs'
import type { EpochInputs } from '@gesim/wire'

/** Terms that are remembered; above so many the memory begins anew. */
const MOST_TERMS = 200_000

/**
 * Terms that sources have served. An intent's id is the hash of its terms: others are not kept, or a source could excuse a
 * false leaf, or accuse an honest one, with terms that nobody agreed to.
 */
export class TermsMemory {
  readonly #terms = new Map<Hex, IntentTerms>()

  get(intentId: Hex): IntentTerms | null {
    return this.#terms.get(intentId.toLowerCase() as Hex) ?? null
  }

  remember({ inputs }: Pick<EpochInputs, 'inputs'>): void {
    if (this.#terms.size > MOST_TERMS) this.#terms.clear()
    for (const { intentId, terms } of inputs) if (terms) this.keep(intentId, terms)
  }

  /** Returns the intent's terms; null when these are not. */
  keep(intentId: Hex, json: TermsJson): IntentTerms | null {
    const known = this.get(intentId)
    if (known) return known
    try {
      const terms = termsFromJson(json)
      const id = intentId.toLowerCase() as Hex
      if (intentIdOf(terms).toLowerCase() !== id) return null
      this.#terms.set(id, terms)
      return terms
    } catch {
      return null
    }
  }
}
