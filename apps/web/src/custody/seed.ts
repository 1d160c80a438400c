import { toHex } from '@gesim/base'
import { HDKey } from '@scure/bip32'
import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeedSync } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { privateKeyToAddress } from 'viem/accounts'

/** 128 bits: twelve words, as wallets everywhere can import them. */
const ENTROPY_BYTES = 16

/** The path that common wallets use for their first Ethereum key, so that exported words show the same owner there. */
const OWNER_PATH = "m/44'/60'/0'/0/0"

/** Fresh entropy of the browser's own generator. */
export function newEntropy(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(ENTROPY_BYTES))
}

/** The twelve BIP-39 words of the entropy. */
export function wordsOf(entropy: Uint8Array): string[] {
  return entropyToMnemonic(entropy, wordlist).split(' ')
}

/** The entropy of twelve words. Throws when a word is unknown or the checksum is wrong. */
export function entropyOf(words: readonly string[]): Uint8Array {
  return mnemonicToEntropy(words.join(' ').trim().toLowerCase(), wordlist)
}

/** The key that owns the smart wallet. */
export interface OwnerKey {
  readonly address: `0x${string}`
  readonly privateKey: `0x${string}`
}

/** Derives the owner key (BIP-32, BIP-44, no passphrase). Deliberately slow: BIP-39 asks for 2048 rounds of PBKDF2. */
export function ownerOf(entropy: Uint8Array): OwnerKey {
  const seed = mnemonicToSeedSync(entropyToMnemonic(entropy, wordlist))
  const node = HDKey.fromMasterSeed(seed).derive(OWNER_PATH)
  const privateKey: `0x${string}` = `0x${toHex(node.privateKey!)}`
  seed.fill(0)
  return { address: privateKeyToAddress(privateKey), privateKey }
}
