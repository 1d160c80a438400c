// This terminal's own wallet: a BIP-39 seed in a file that only its owner can read.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { HDKey } from '@scure/bip32'
import { generateMnemonic, mnemonicToSeedSync } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { type LocalAccount, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

/** The owner key of the wallet kept in `dir`, made there the first time (BIP-44, m/44'/60'/0'/0/0). */
export function openWallet(dir: string): LocalAccount {
  const path = join(dir, 'wallet.json')
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, JSON.stringify({ mnemonic: generateMnemonic(wordlist) }), { mode: 0o600 })
  }
  const { mnemonic } = JSON.parse(readFileSync(path, 'utf8')) as { mnemonic: string }
  const key = HDKey.fromMasterSeed(mnemonicToSeedSync(mnemonic)).derive("m/44'/60'/0'/0/0")
  return privateKeyToAccount(toHex(key.privateKey!))
}
