import { isFailure, type Log } from '@gesim/base'
import { intentIdOf, ZERO_HASH } from '@gesim/proofs'
import type { DeviceIntent } from '@gesim/wire'
import type { Hex } from 'viem'
import type { Meter } from './line.ts'
import { NodeClient } from './node-client.ts'
import { showFailure } from './shown-failure.ts'
import { exhausts, nextSessionRoot, signConsent, signVoucher, termsOf } from './sign.ts'
import type { PhoneStore, Purchase } from './store.ts'
import type { ShownFailure, ShownPurchase } from './words.ts'

/** States after which nothing more happens to a purchase. */
const OVER: readonly DeviceIntent['state'][] = ['settled', 'refunded', 'lapsed']

/** The purchases of this phone: pairing, consent, and the signed account of what was used. */
export class Purchases {
  readonly #store: PhoneStore
  readonly #log: Log
  readonly #voucherBytes: number
  readonly #changed: () => void
  readonly #intents = new Map<Hex, DeviceIntent>()
  readonly #failures = new Map<Hex, ShownFailure>()
  /** Vouchers are signed one after another: two at once would share a number. */
  #vouching: Promise<unknown> = Promise.resolve()
  /** Octets that are counted and not written down yet. */
  readonly #fresh = new Map<Hex, bigint>()

  constructor(store: PhoneStore, log: Log, voucherBytes: number, changed: () => void) {
    this.#store = store
    this.#log = log
    this.#voucherBytes = voucherBytes
    this.#changed = changed
  }

  /** Exchanges a pairing code. Throws `phone.node-refused`, `phone.node-unreachable`. */
  async pair(nodeUrl: string, code: string): Promise<Hex> {
    const { deviceToken, intentId } = await new NodeClient(nodeUrl).pair(
      code.toUpperCase(),
      this.#store.account.address,
    )
    const known = this.#store.find(intentId)
    this.#store.put({
      usedBytes: '0',
      voucherSeq: 0,
      vouchedBytes: '0',
      amountMicros: '0',
      sessionRoot: ZERO_HASH,
      ...known,
      intentId,
      nodeUrl,
      deviceToken,
    })
    return intentId
  }

  /** Notes which profile was installed for a purchase, and what its card signed. */
  bind(intentId: Hex, iccid: string, evidence: Hex): void {
    this.#store.change(intentId, { iccid, evidence, consented: false })
  }

  intentOf(intentId: Hex): DeviceIntent | undefined {
    return this.#intents.get(intentId)
  }

  /** Looks how a purchase stands, and does what is this phone's to do: consent, and the last voucher. */
  async look(purchase: Purchase): Promise<DeviceIntent | undefined> {
    const { intentId, deviceToken } = purchase
    const node = new NodeClient(purchase.nodeUrl)
    try {
      const intent = await node.intent(intentId, deviceToken)
      // The id is the hash of the terms: nobody can show this phone other terms than the payer's.
      if (intentIdOf(termsOf(intent)) !== intentId) throw new Error('the terms are not those of the purchase')
      this.#intents.set(intentId, intent)
      if (intent.consentWanted && intent.bound && purchase.evidence && !purchase.consented) {
        const consent = await signConsent(this.#store.account, intent, purchase.evidence)
        await node.consent(deviceToken, consent)
        this.#store.change(intentId, { consented: true })
        this.#log.info('consented to the activation', { intentId })
      }
      if (intent.service === 'ended' && !purchase.over) {
        await this.#lastVoucher(intentId)
        this.#store.change(intentId, { over: 'ended' })
      } else if (OVER.includes(intent.state) && !purchase.over)
        this.#store.change(intentId, { over: intent.state })
      this.#failures.delete(intentId)
      return intent
    } catch (error) {
      // A node that cannot be reached is asked again; the phone goes on with what it knows.
      this.#failures.set(intentId, showFailure(error))
      if (!isFailure(error)) this.#log.error('a purchase could not be looked at', { intentId, error })
      return this.#intents.get(intentId)
    } finally {
      this.#changed()
    }
  }

  /** Both sides close their account with a last word after the end; one that is not wanted any more is no harm. */
  async #lastVoucher(intentId: Hex): Promise<void> {
    try {
      await this.vouch(intentId, '')
    } catch (error) {
      if (!isFailure(error, 'phone.node-refused')) throw error
      this.#log.warn('the last voucher was refused', { intentId, why: error.facts.refusedWith })
    }
  }

  /** Octets used so far, those not written down yet included. */
  usedBytes(purchase: Purchase): bigint {
    return BigInt(purchase.usedBytes) + (this.#fresh.get(purchase.intentId) ?? 0n)
  }

  #writeDown(intentId: Hex): Purchase {
    const purchase = this.#store.find(intentId)!
    const usedBytes = String(this.usedBytes(purchase))
    this.#fresh.delete(intentId)
    return this.#store.change(intentId, { usedBytes })
  }

  /** Signs and sends the voucher for everything so far. Gives whether the deposit is used up. */
  vouch(intentId: Hex, sessionId: string): Promise<boolean> {
    const sign = () => this.#vouchNext(intentId, sessionId)
    const result = this.#vouching.then(sign, sign)
    this.#vouching = result.catch(() => undefined)
    return result
  }

  async #vouchNext(intentId: Hex, sessionId: string): Promise<boolean> {
    const intent = this.#intents.get(intentId)
    if (!intent) return false
    const purchase = this.#writeDown(intentId)
    const used = BigInt(purchase.usedBytes)
    const seq = purchase.voucherSeq + 1
    const delta = used - BigInt(purchase.vouchedBytes)
    const sessionRoot = nextSessionRoot(purchase.sessionRoot, sessionId, seq, delta)
    const { voucher, signature, amountMicros } = await signVoucher(
      this.#store.account,
      intent,
      used,
      seq,
      sessionRoot,
    )
    // Written before it is sent: a number is never used for two different words.
    this.#store.change(intentId, {
      voucherSeq: seq,
      vouchedBytes: String(used),
      amountMicros: String(amountMicros),
      sessionRoot,
    })
    const node = new NodeClient(purchase.nodeUrl)
    const answer = await node.voucher(purchase.deviceToken, { voucher, signature })
    this.#changed()
    return answer.exhausted
  }

  /** The meter of one purchase for the connection that carries it. */
  meterOf(intentId: Hex, sessionId: () => string): Meter {
    return {
      count: (bytes) => {
        const fresh = (this.#fresh.get(intentId) ?? 0n) + BigInt(bytes)
        this.#fresh.set(intentId, fresh)
        if (fresh >= 1_000_000n) this.#writeDown(intentId)
      },
      roomBytes: () => {
        const purchase = this.#store.find(intentId)
        const intent = this.#intents.get(intentId)
        if (!purchase || !intent) return 0
        // Half of what the carrier gives unsigned: the next voucher is there before the carrier stops.
        const credit = Number(termsOf(intent).unsignedCredit) / 2
        const most = Math.max(1, Math.min(this.#voucherBytes, credit || this.#voucherBytes))
        return Math.floor(most - Number(this.usedBytes(purchase) - BigInt(purchase.vouchedBytes)))
      },
      vouch: async () => {
        const over = await this.vouch(intentId, sessionId())
        const [purchase, intent] = [this.#store.find(intentId), this.#intents.get(intentId)]
        return over || (purchase && intent ? exhausts(intent, BigInt(purchase.usedBytes)) : false)
      },
    }
  }

  shown(purchase: Purchase): ShownPurchase {
    const intent = this.#intents.get(purchase.intentId)
    const failure = this.#failures.get(purchase.intentId)
    const wanted = intent?.consentWanted ? 'wanted' : 'not-wanted'
    return {
      intentId: purchase.intentId,
      state: intent?.state ?? 'unknown',
      service: intent?.service ?? 'off',
      bound: intent?.bound ?? false,
      consent: purchase.consented ? 'given' : wanted,
      usedBytes: String(this.usedBytes(purchase)),
      vouchedBytes: purchase.vouchedBytes,
      amountMicros: purchase.amountMicros,
      depositMicros: intent?.fundedMicros ?? '0',
      vouchers: purchase.voucherSeq,
      ...(purchase.over ? { over: purchase.over } : {}),
      ...(failure ? { failure } : {}),
    }
  }
}
