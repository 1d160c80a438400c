import { refuse, utf8 } from '@gesim/base'
import { sha256 } from '@noble/hashes/sha2.js'
import { validateMnemonic } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { bytesToHex, type Hex } from 'viem'
import { mnemonicToAccount, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'

const WORDS = new Set(wordlist)

/** What a line that was handed out for recovery says: whose it is. Its part of the key alone opens nothing. */
export interface RecoveryLine {
  readonly account: Hex
  readonly owner: Hex
}

/** Finds the recovery line in a file, a scanned code or pasted text; null when there is none. */
export function recoveryLineIn(text: string): RecoveryLine | null {
  const found =
    /(gesim-recovery:1:(0x[0-9a-f]{40}):(0x[0-9a-f]{40}):[A-Za-z0-9_-]{16,64}):([0-9a-f]{8})/.exec(text)
  if (!found || bytesToHex(sha256(utf8(found[1]!))).slice(2, 10) !== found[4]) return null
  return { account: found[2] as Hex, owner: found[3] as Hex }
}

/**
 * The owner key from twelve words or a private key, as people paste them. Throws `proofs.exit-no-key`,
 * `proofs.exit-unknown-word` (which one, by its place: the word itself stays out of every message),
 * `proofs.exit-words-do-not-fit` and `proofs.exit-share-alone`.
 */
export function readOwnerKey(text: string): PrivateKeyAccount {
  const plain = text.normalize('NFKC').trim()
  if (/^(0x)?[0-9a-fA-F]{64}$/.test(plain)) {
    try {
      return privateKeyToAccount(`0x${plain.replace(/^0x/, '').toLowerCase()}`)
    } catch {
      // Zero, or not below the order of the curve.
      throw refuse('proofs.exit-no-key')
    }
  }
  if (plain.includes('gesim-recovery:')) throw refuse('proofs.exit-share-alone')
  // Numbers before the words and signs between them come with copies of a printed list.
  const words = plain
    .toLowerCase()
    .replace(/\d+[.):]?/g, ' ')
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
  if (words.length !== 12 && words.length !== 24) throw refuse('proofs.exit-no-key', { words: words.length })
  const unknown = words.findIndex((word) => !WORDS.has(word))
  if (unknown >= 0) throw refuse('proofs.exit-unknown-word', { place: unknown + 1 })
  const mnemonic = words.join(' ')
  if (!validateMnemonic(mnemonic, wordlist)) throw refuse('proofs.exit-words-do-not-fit')
  return privateKeyToAccount(bytesToHex(mnemonicToAccount(mnemonic).getHdKey().privateKey!))
}
