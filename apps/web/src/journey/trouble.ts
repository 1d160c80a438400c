/** What the API can say went wrong with a purchase while it matters, by its code; each has its words in `messages`. */
const TROUBLES = {
  'intents.no-carrier': 'no-carrier',
  'intents.underpaid': 'underpaid',
  'intents.transaction-refused': 'transaction-refused',
  'intents.undone': 'undone',
} as const

export type Trouble = (typeof TROUBLES)[keyof typeof TROUBLES] | 'other'

/** A code that is none of the API's own comes from a carrier that did not deliver: the next one is being asked. */
export function troubleOf(code: string): Trouble {
  return Object.hasOwn(TROUBLES, code) ? TROUBLES[code as keyof typeof TROUBLES] : 'other'
}
