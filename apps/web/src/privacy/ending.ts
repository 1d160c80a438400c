import { toBase64Url } from '@gesim/base'
import { ApiFailure, ask } from '../api/ask.ts'
import type { Ending, Hex } from '../api/shapes.ts'

/** Under this name the tab remembers a deletion that was asked for, until its end page has taken over. */
const ASKED = 'gesim-ending'

/** Where the end of a deletion is shown. The number stands behind the `#`, which no server and no log ever sees. */
export function endPageOf(receipt: string): string {
  return `/privacy/ended#${receipt}`
}

/** A number for one deletion: whoever holds it can ask how far that is, and nobody else. */
export function newReceipt(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(32)))
}

/**
 * Deletes the account under a number of one's own. A request whose answer was lost is looked up by it, so that what was
 * done is never taken for what failed, and asking again with the same number deletes nothing twice.
 */
export async function endAccount(
  receipt: string,
  account: Hex | null,
  leaving: readonly string[],
): Promise<void> {
  remember({ receipt, account })
  try {
    await ask('POST', '/v1/privacy/ending', { body: { receipt, leaving } })
  } catch (error) {
    if (!(await isEnded(receipt))) throw error
  }
}

/** How far the deletion is. Throws `identity.ending-unknown` where none was made under the number. */
export function endingOf(receipt: string): Promise<Ending> {
  return ask<Ending>('POST', '/v1/privacy/ended', { body: { receipt } })
}

/** Whether an account was deleted under the number; false too where nobody says. */
export async function isEnded(receipt: string): Promise<boolean> {
  return endingOf(receipt).then(
    () => true,
    (error) => {
      if (error instanceof ApiFailure) return false
      throw error
    },
  )
}

/** A deletion that this tab asked for, and the account that it was of. */
interface Asked {
  readonly receipt: string
  readonly account: Hex | null
}

export function rememberedEnding(): Asked | null {
  try {
    return JSON.parse(sessionStorage.getItem(ASKED) ?? 'null')
  } catch {
    return null
  }
}

// A browser may refuse to store: then the deletion works all the same, and what lies here has to be cleared by hand.
function remember(asked: Asked): void {
  try {
    sessionStorage.setItem(ASKED, JSON.stringify(asked))
  } catch {}
}
