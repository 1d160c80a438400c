import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { broken } from '@gesim/base'
import type { Hex } from 'viem'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'

/** A purchase that this phone is paired with. */
export interface Purchase {
  readonly intentId: Hex
  readonly nodeUrl: string
  /** Bearer secret of the pairing. */
  readonly deviceToken: string
  /** ICCID of the profile that was installed for it. */
  readonly iccid?: string
  /** keccak256 of the installation result that the card signed. */
  readonly evidence?: Hex
  readonly consented?: boolean
  /** Octets that this phone counted since the service began. */
  readonly usedBytes: string
  /** The last voucher that was signed: numbers rise by one, and never twice for different words. */
  readonly voucherSeq: number
  readonly vouchedBytes: string
  readonly amountMicros: string
  readonly sessionRoot: Hex
  /** Nothing more is to be done for it. */
  readonly over?: string
}

interface PhoneState {
  readonly version: 1
  readonly purchases: readonly Purchase[]
}

function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** What the phone remembers between its starts, apart from its card. */
export class PhoneStore {
  readonly #path: string
  #purchases: Purchase[]
  /** The device key: signs consents and vouchers, never leaves the phone. */
  readonly account: PrivateKeyAccount

  /** Throws `phone.state-unreadable`. */
  constructor(directory: string) {
    mkdirSync(directory, { recursive: true })
    this.#path = join(directory, 'phone.json')
    const keyPath = join(directory, 'device.key')
    try {
      if (!existsSync(keyPath)) writeWhole(keyPath, generatePrivateKey())
      this.account = privateKeyToAccount(readFileSync(keyPath, 'utf8').trim() as Hex)
      const state = existsSync(this.#path)
        ? (JSON.parse(readFileSync(this.#path, 'utf8')) as PhoneState)
        : { version: 1, purchases: [] }
      this.#purchases = [...state.purchases]
    } catch (cause) {
      throw broken('phone.state-unreadable', {}, cause)
    }
  }

  get purchases(): readonly Purchase[] {
    return this.#purchases
  }

  find(intentId: Hex): Purchase | undefined {
    return this.#purchases.find((purchase) => purchase.intentId === intentId)
  }

  forProfile(iccid: string): Purchase | undefined {
    return this.#purchases.findLast((purchase) => purchase.iccid === iccid)
  }

  /** Adds or changes a purchase and writes it down. */
  put(purchase: Purchase): Purchase {
    const at = this.#purchases.findIndex(({ intentId }) => intentId === purchase.intentId)
    if (at < 0) this.#purchases.push(purchase)
    else this.#purchases[at] = purchase
    const state: PhoneState = { version: 1, purchases: this.#purchases }
    writeWhole(this.#path, JSON.stringify(state))
    return purchase
  }

  change(intentId: Hex, fields: Partial<Purchase>): Purchase {
    const purchase = this.find(intentId)
    if (!purchase) throw broken('phone.state-unreadable', { intentId })
    return this.put({ ...purchase, ...fields })
  }
}
