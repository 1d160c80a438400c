/** A key that was made here for somebody to bring. Addresses only: the key's part lies sealed in the vault. */
interface ToBring {
  /** The new key's address. */
  readonly key: string
  /** The address of the key that the account had then. */
  readonly instead: string
}

// A browser may refuse to store (private windows, full disks): then the page goes on without.
/** Keeps which key was made here last, so that the page shows the link that was given away also days later. */
export function keepKeyToBring(account: string, made: ToBring): void {
  const small: ToBring = { key: made.key.toLowerCase(), instead: made.instead.toLowerCase() }
  try {
    localStorage.setItem(nameOf(account), JSON.stringify(small))
  } catch {}
}

/**
 * The key that was made here last for the account. Null once the account has another key than then: the wallet came back in
 * some way, and what the server has of a key that was replaced is soon gone, so that nobody must bring it any more.
 */
export function keyToBringOf(account: string, present: string): string | null {
  try {
    const { key, instead } = JSON.parse(localStorage.getItem(nameOf(account)) ?? 'null') ?? {}
    if (instead === present.toLowerCase() && typeof key === 'string') return key
    forgetKeyToBring(account)
  } catch {}
  return null
}

/** Forgets it: the wallet is open again, or this browser is to know nothing of the account. */
export function forgetKeyToBring(account: string): void {
  try {
    localStorage.removeItem(nameOf(account))
  } catch {}
}

function nameOf(account: string): string {
  return `gesim-key-to-bring-${account.toLowerCase()}`
}
