/** What is known of an account that was ended here. */
export interface EndingFacts {
  /** The token is on chain. */
  readonly held: boolean
  /** The account bears the mark of a token that the issuer took. */
  readonly revoked: boolean
  /** The token was seen on chain at some time. */
  readonly minted: boolean
  readonly tries: number
  readonly sinceAskedMs: number
  /** Null before the first try. */
  readonly sinceTryMs: number | null
}

export type EndingStep = 'burn' | 'wait' | 'done'

const FIRST_WAIT_MS = 60_000
const MOST_WAIT_MS = 3_600_000
/** A token that was not minted within a day will not be: the relayer has refused it or was asked by nobody. */
const MINT_WAIT_MS = 86_400_000

/** What is done next about the token. Pure: asked again and again until it says `done`. */
export function decideEnding(facts: EndingFacts): EndingStep {
  const { held, revoked, minted, tries, sinceTryMs } = facts
  if (held || revoked) {
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** Math.min(tries, 10), MOST_WAIT_MS)
    return sinceTryMs === null || sinceTryMs >= waitMs ? 'burn' : 'wait'
  }
  return minted || facts.sinceAskedMs >= MINT_WAIT_MS ? 'done' : 'wait'
}
