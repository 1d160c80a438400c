import { isFailure, type Log } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Store, Tx } from '@gesim/store'
import { batchOf, nextState, type OffRampStep } from './decide.ts'
import type { ChainRequests, Draft, Ramp, Safes, Transfer } from './ports.ts'
import {
  addBatch,
  type BatchRow,
  lockOffRamp,
  moveBatch,
  moveOffRamp,
  type OffRampRow,
  readBatches,
  readNextBlock,
  readOffRamps,
  readSignatures,
  saveNextBlock,
  saveOrder,
  takeChainRequest,
} from './table.ts'

export interface ClerkParts {
  readonly store: Pick<Store, 'db' | 'tx' | 'append'>
  readonly safes: Safes
  readonly ramp: Ramp
  readonly requests: ChainRequests
  readonly log: Log
  readonly nowMs: () => number
  readonly settings: { readonly retrySeconds: number }
}

/**
 * Carries requests and batches on from where their rows stand. Each step asks the outside first and then writes in one
 * commit, and asks in a way that may be repeated: it can be killed anywhere and goes on, here or in another process.
 */
export class Clerk {
  readonly #parts: ClerkParts

  constructor(parts: ClerkParts) {
    this.#parts = parts
  }

  /** One look at everything. What cannot be asked now is asked the next time; it holds up nothing else. */
  async look(): Promise<void> {
    await this.#try('requests on chain', () => this.#takeRequests())
    for (const row of await readOffRamps(this.#parts.store.db, { states: ['approved'] }))
      if (row.order_id === null) await this.#try('order', () => this.#order(row))
    for (const batch of await readBatches(this.#parts.store.db, { open: true }))
      await this.#try('batch', () => this.followBatch(batch))
    await this.#try('new batches', () => this.#makeBatches())
    for (const row of await readOffRamps(this.#parts.store.db, { states: ['sent'] }))
      await this.#try('status', () => this.#askRamp(row))
  }

  async #takeRequests(): Promise<void> {
    const { store, requests, log } = this.#parts
    const found = await requests.since(await readNextBlock(store.db))
    await store.tx(async (tx) => {
      for (const request of found.requests)
        if ((await takeChainRequest(tx, request)) === null)
          log.warn('a request on chain is passed over: its carrier is not paid in fiat, or it is known', {
            carrierId: request.carrierId,
            count: Number(request.requestId),
          })
      await saveNextBlock(tx, found.upTo + 1n)
    })
  }

  async #order(row: OffRampRow): Promise<void> {
    const { store, ramp } = this.#parts
    const order = await ramp.order({
      key: String(row.id),
      amountMicros: row.amount_micros,
      currency: row.currency,
      beneficiaryRef: row.beneficiary_ref,
    })
    await saveOrder(store.db, row.id, ramp.name, order)
  }

  /** A batch for each Safe that has orders to pay and none open. */
  async #makeBatches(): Promise<void> {
    const { store, safes } = this.#parts
    const waiting = (await readOffRamps(store.db, { states: ['approved'] })).filter(
      (row) => row.deposit_address !== null && row.batch_id === null,
    )
    const busy = new Set((await readBatches(store.db, { open: true })).map((batch) => batch.safe))
    for (const safe of new Set(waiting.map((row) => row.safe))) {
      if (busy.has(safe)) continue
      const payable = waiting
        .filter((row) => row.safe === safe)
        .map((row) => ({
          id: row.id,
          safe,
          depositAddress: row.deposit_address!,
          amountMicros: row.amount_micros,
        }))
      await this.#try('new batch', async () => {
        const facts = await safes.facts(safe)
        const chosen = batchOf(payable, facts.balanceMicros)
        if (chosen.length > 0) await this.#makeBatch(safe, facts.nonce, chosen)
      })
    }
  }

  async #makeBatch(
    safe: Hex,
    nonce: number,
    chosen: readonly { id: bigint; depositAddress: string; amountMicros: bigint }[],
  ): Promise<void> {
    const { store, safes, log } = this.#parts
    const transfers = chosen.map(transferOf)
    const draft = await safes.draft(safe, transfers, nonce)
    const why = await safes.simulate(draft)
    if (why !== null) return await this.#failThoseThatFail(safe, nonce, chosen, why)
    const fromBlock = await safes.head()
    const id = await store.tx((tx) =>
      addBatch(
        tx,
        draft,
        fromBlock,
        chosen.map((one) => one.id),
      ),
    )
    log.info('a batch waits for its owners', { job: String(id), address: safe, count: chosen.length })
  }

  /** One transfer that cannot succeed must not hold up the others for ever. */
  async #failThoseThatFail(
    safe: Hex,
    nonce: number,
    chosen: readonly { id: bigint; depositAddress: string; amountMicros: bigint }[],
    whole: string,
  ): Promise<void> {
    const { safes, store, log } = this.#parts
    for (const one of chosen) {
      const why = await safes.simulate(await safes.draft(safe, [transferOf(one)], nonce))
      if (why !== null) await store.tx((tx) => this.#step(tx, one.id, 'fail', { why }))
    }
    log.warn('a batch would fail: what fails alone is taken out', { address: safe, why: whole })
  }

  /** Wishes for a batch that enough owners signed, and takes note of what the chain did with it. */
  async followBatch(batch: BatchRow): Promise<void> {
    const { store, safes, log, nowMs, settings } = this.#parts
    const draft = draftOf(batch)
    const outcome = await safes.outcome(draft, batch.from_block)
    if (outcome.kind === 'replaced') {
      await store.tx((tx) => moveBatch(tx, batch.id, 'replaced'))
      log.warn('another transaction took the nonce of a batch: it is made anew', { job: String(batch.id) })
      return
    }
    if (outcome.kind === 'executed') {
      await store.tx(async (tx) => {
        if (!(await moveBatch(tx, batch.id, 'executed', outcome.txHash))) return
        for (const row of await readOffRamps(tx, { batchId: batch.id }))
          await this.#step(tx, row.id, 'send', { txHash: outcome.txHash })
      })
      log.info('a batch was executed', { job: String(batch.id), hash: outcome.txHash })
      return
    }
    const isLate =
      batch.wanted_at !== null && nowMs() > batch.wanted_at.getTime() + settings.retrySeconds * 1_000
    if (batch.state === 'wanted' && !isLate) return
    const signatures = await readSignatures(store.db, batch.id)
    const { threshold, owners } = await safes.facts(batch.safe)
    // Owners may have changed since: only those of today count.
    const counting = signatures.filter(({ owner }) => owners.includes(owner)).slice(0, threshold)
    if (counting.length < threshold) return
    const data = await safes.execution(draft, counting)
    await store.tx(async (tx) => {
      if (await moveBatch(tx, batch.id, 'wanted'))
        await store.append(tx, 'batch.wanted', null, { batchId: String(batch.id), safe: batch.safe, data })
    })
  }

  async #askRamp(row: OffRampRow): Promise<void> {
    const { ramp, store } = this.#parts
    const status = await ramp.status(row.order_id!)
    if (status.kind === 'pending') return
    await store.tx((tx) =>
      status.kind === 'paid'
        ? this.#step(tx, row.id, 'confirm', { reference: status.reference })
        : this.#step(tx, row.id, 'fail', { why: status.why }),
    )
  }

  async #step(
    tx: Tx,
    id: bigint,
    step: OffRampStep,
    facts: { txHash?: Hex; reference?: string; why?: string },
  ): Promise<void> {
    const row = await lockOffRamp(tx, id)
    const state = nextState(row!.state, step)
    await moveOffRamp(tx, id, state, facts)
    this.#parts.log.info('an off-ramp request moved', { job: String(id), status: state })
  }

  async #try(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!isFailure(error) || error.kind === 'broken')
        this.#parts.log.error('treasury: a step is broken', { job: what, error })
      else this.#parts.log.warn('treasury: tried again later', { job: what, code: error.code })
    }
  }
}

/** The draft as it was signed. */
export function draftOf(batch: BatchRow): Draft {
  return {
    safe: batch.safe,
    to: batch.call_to,
    data: batch.data,
    operation: batch.operation,
    nonce: Number(batch.nonce),
    safeTxHash: batch.safe_tx_hash,
  }
}

function transferOf(one: { depositAddress: string; amountMicros: bigint }): Transfer {
  return { to: one.depositAddress as Hex, amountMicros: one.amountMicros }
}
