import { isFailure, type Log, refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Running, Store } from '@gesim/store'
import {
  afterStep,
  LIMITS,
  leftToday,
  type OnRampStep,
  type OnRampWhy,
  requireAmount,
  requireRoom,
  START_WITHIN_SECONDS,
} from './decide.ts'
import type { DeliveryProof, OnRamp, OnRampPrice, OnRampStatus } from './ports.ts'
import {
  addOrder,
  boughtToday,
  isDeliveryTaken,
  LOOKED_AT_ONCE,
  lockAccount,
  lockOrder,
  moveOrder,
  type OnRampRow,
  readOpen,
  readOrder,
  readOrderOf,
  readOrders,
  saveStart,
} from './table.ts'

export interface OnRampParts {
  readonly store: Pick<Store, 'db' | 'tx' | 'schedule'>
  /** Null where no provider is connected. */
  readonly provider: OnRamp | null
  readonly proof: DeliveryProof
  /** The page that buyers come back to. */
  readonly returnUrl: string
  readonly log: Log
  readonly everySeconds: number
}

/** USDC bought with a card: orders, what became of them at the provider, and whether the money arrived on chain. */
export class OnRamps {
  readonly #parts: OnRampParts

  constructor(parts: OnRampParts) {
    this.#parts = parts
  }

  start(): Running {
    // The schedule's transaction is only the lock that keeps a second one out.
    return this.#parts.store.schedule('treasury.on-ramps', this.#parts.everySeconds, () => this.look())
  }

  /** One look at every order that is not over. One that fails holds up no other. */
  async look(): Promise<void> {
    const { store, provider, log } = this.#parts
    if (!provider) return
    let after = new Date(0)
    for (;;) {
      const open = await readOpen(store.db, provider.name, after)
      for (const row of open) {
        try {
          await this.#advance(provider, row)
        } catch (error) {
          if (!isFailure(error)) throw error
          log.warn('an on-ramp order waits', { error })
        }
      }
      if (open.length < LOOKED_AT_ONCE) return
      after = open.at(-1)!.requested_at
    }
  }

  async overview(account: Hex) {
    const { store, provider } = this.#parts
    const [orders, today] = await Promise.all([readOrders(store.db, account), boughtToday(store.db, account)])
    const limits = { ...LIMITS, leftTodayMicros: leftToday(today.micros) }
    return { provider: provider && { name: provider.name, sandbox: provider.sandbox, ...limits }, orders }
  }

  async quote(amountMicros: bigint): Promise<OnRampPrice> {
    const provider = this.#provider()
    requireAmount(amountMicros)
    return await provider.quote(amountMicros)
  }

  /** Writes the order down, then begins it with the provider. Where that does not answer, the next look tries again. */
  async order(account: Hex, amountMicros: bigint, mostPayMinor: number): Promise<OnRampRow> {
    const provider = this.#provider()
    const { store } = this.#parts
    requireAmount(amountMicros)
    const owner = account.toLowerCase() as Hex
    const row = await store.tx(async (tx) => {
      await lockAccount(tx, owner)
      requireRoom(amountMicros, await boughtToday(tx, owner))
      return await addOrder(tx, { account: owner, provider: provider.name, amountMicros, mostPayMinor })
    })
    await this.#advance(provider, row)
    const begun = (await readOrder(store.db, row.id))!
    if (begun.why === 'price') throw refuse('treasury.on-ramp-price')
    return begun
  }

  /** An order of the account, as provider and chain have it now; what they do not say stays as it is known. */
  async find(account: Hex, id: string): Promise<OnRampRow> {
    const { store, provider, log } = this.#parts
    const row = await this.#own(account, id)
    if (!provider || provider.name !== row.provider) return row
    try {
      await this.#advance(provider, row)
    } catch (error) {
      if (!isFailure(error)) throw error
      log.warn('an on-ramp order is shown as it was', { error })
    }
    return (await readOrder(store.db, id))!
  }

  /** Ends an order that is not paid. Throws `treasury.wrong-state` when it was paid, or is over. */
  async cancel(account: Hex, id: string): Promise<OnRampRow> {
    const provider = this.#provider()
    const { store } = this.#parts
    const row = await this.#own(account, id)
    if (row.state === 'requested') {
      // Whether the provider was asked is not known: under the same key it tells, and the page was not handed out.
      await this.#advance(provider, row)
    }
    const begun = (await readOrder(store.db, id))!
    if (begun.state !== 'redirected') throw refuse('treasury.wrong-state', { state: begun.state })
    await this.#apply(begun, await provider.cancel(begun.order_id!))
    const ended = (await readOrder(store.db, id))!
    if (ended.why !== 'cancelled') throw refuse('treasury.wrong-state', { state: ended.state })
    return ended
  }

  /** Somebody says that an order of the provider moved: it is asked, whoever that was. */
  async notice(orderId: string): Promise<void> {
    const { store, provider } = this.#parts
    const row = provider && (await readOrderOf(store.db, provider.name, orderId))
    if (row) await this.#advance(provider, row)
  }

  #provider(): OnRamp {
    const { provider } = this.#parts
    if (!provider) throw refuse('treasury.on-ramp-absent')
    return provider
  }

  async #own(account: Hex, id: string): Promise<OnRampRow> {
    const row = await readOrder(this.#parts.store.db, id)
    if (row?.account !== account.toLowerCase()) throw refuse('treasury.on-ramp-unknown')
    return row
  }

  async #advance(provider: OnRamp, row: OnRampRow): Promise<void> {
    if (row.state === 'requested') await this.#begin(provider, row)
    else if (row.state === 'redirected' || row.state === 'paid')
      await this.#apply(row, await provider.status(row.order_id!))
  }

  async #begin(provider: OnRamp, row: OnRampRow): Promise<void> {
    const { store, returnUrl } = this.#parts
    const ageSeconds = (Date.now() - row.requested_at.getTime()) / 1_000
    if (ageSeconds > START_WITHIN_SECONDS) return await this.#step(row.id, 'expire')
    const back = new URL(returnUrl)
    back.searchParams.set('order', row.id)
    const start = await provider.start({
      key: row.id,
      amountMicros: row.amount_micros,
      account: row.account,
      returnUrl: back.href,
    })
    // Nobody has seen the page yet, so nothing was paid at a price that was not agreed to.
    const dearer = BigInt(start.payMinor) > row.most_pay_minor
    if (dearer) await provider.cancel(start.orderId)
    await store.tx(async (tx) => {
      const now = await lockOrder(tx, row.id)
      if (now?.state !== 'requested') return
      await saveStart(tx, row.id, start)
      if (dearer) await moveOrder(tx, row.id, 'failed', { why: 'price' })
      else await moveOrder(tx, row.id, 'redirected')
    })
  }

  async #apply(row: OnRampRow, status: OnRampStatus): Promise<void> {
    if (status.kind === 'paid') await this.#step(row.id, 'pay')
    if (status.kind === 'failed') await this.#step(row.id, 'fail', { why: status.why })
    if (status.kind === 'expired') await this.#step(row.id, 'expire')
    if (status.kind !== 'delivered') return
    const txHash = status.txHash.toLowerCase() as Hex
    const { proof, log } = this.#parts
    // The provider's word is not the money: the chain has to show it.
    if (await proof.holds({ txHash, account: row.account, amountMicros: row.amount_micros }))
      await this.#step(row.id, 'deliver', { txHash })
    else {
      log.warn('the chain does not show a delivery that the provider names', { hash: txHash })
      await this.#step(row.id, 'pay')
    }
  }

  async #step(id: string, step: OnRampStep, facts: { txHash?: Hex; why?: OnRampWhy } = {}): Promise<void> {
    await this.#parts.store.tx(async (tx) => {
      const row = await lockOrder(tx, id)
      const next = row && afterStep(row.state, step)
      if (!next) return
      if (facts.txHash && (await isDeliveryTaken(tx, facts.txHash))) {
        this.#parts.log.warn('the provider names one delivery for two orders', { hash: facts.txHash })
        return
      }
      await moveOrder(tx, id, next, facts)
    })
  }
}
