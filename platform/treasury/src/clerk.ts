import { isFailure, type Log } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Store, Tx } from '@gesim/store'
import { batchOf, nextState, type OffRampStep, TRANSFERS_AT_ONCE } from './decide.ts'
import type { ChainRequests, Draft, Ramp, Safes, Transfer } from './ports.ts'
import {
  addBatch,
  type BatchRow,
  LOOKED_AT_ONCE,
  lockOffRamp,
  moveBatch,
  moveOffRamp,
  type OffRampRow,
  readNextBlock,
  readOffRamps,
  readOpenBatches,
  readPayable,
  readSafesToPay,
  readSent,
  readSignatures,
  readUnordered,
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

  /** How far the last look came in each row of waiting; lost with the process, which then begins with the oldest. */
  readonly #behind = new Map<string, bigint>()

  constructor(parts: ClerkParts) {
    this.#parts = parts
  }

  /** One look at everything. What cannot be asked now is asked the next time; it holds up nothing else. */
  async look(): Promise<void> {
    await this.#try('requests on chain', () => this.#takeRequests())
    await this.#each('order', readUnordered, (row) => this.#order(row))
    await this.#each('batch', readOpenBatches, (batch) => this.followBatch(batch))
    await this.#try('new batches', () => this.#makeBatches())
    await this.#each('status', readSent, (row) => this.#askRamp(row))
  }

  /** The oldest first, and on from there at the next look: what cannot be done for some starves nobody behind them. */
  async #each<Row extends { readonly id: bigint }>(
    what: string,
    read: (db: Store['db'], after: bigint) => Promise<Row[]>,
    work: (row: Row) => Promise<void>,
  ): Promise<void> {
    await this.#try(what, async () => {
      const rows = await read(this.#parts.store.db, this.#behind.get(what) ?? 0n)
      for (const row of rows) await this.#try(what, () => work(row))
      this.#behind.set(what, rows.length < LOOKED_AT_ONCE ? 0n : rows.at(-1)!.id)
    })
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
    for (const safe of await readSafesToPay(store.db)) {
      await this.#try('new batch', async () => {
        const payable = (await readPayable(store.db, safe, TRANSFERS_AT_ONCE)).map((row) => ({
          id: row.id,
          safe,
          depositAddress: row.deposit_address!,
          amountMicros: row.amount_micros,
        }))
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
    // By a final block: what the Safe did since could be taken back, and then nobody could ever send the batch; and what it
    // did before must not be counted when the batch's own log is looked for.
    const final = await safes.finalNonce(safe)
    if (final.nonce !== nonce) return
    const fromBlock = final.block + 1n
    const id = await store.tx((tx) =>
      addBatch(
        tx,
        draft,
        fromBlock,
        chosen.map((one) => one.id),
      ),
    )
    if (id === null) {
      log.warn('a request moved while its batch was made: it is made again with the others', {
        address: safe,
      })
      return
    }
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
      if (why === null) continue
      await store.tx(async (tx) => {
        const row = await lockOffRamp(tx, one.id)
        // What somebody refused, or put in a batch that owners may sign, is no longer ours to end.
        if (row?.state === 'approved' && row.batch_id === null) await this.#step(tx, one.id, 'fail', { why })
      })
    }
    log.warn('a batch would fail: what fails alone is taken out', { address: safe, why: whole })
  }

  /** Wishes for a batch that enough owners signed, and takes note of what the chain did with it. */
  async followBatch(batch: BatchRow): Promise<void> {
    const { store, safes, log, nowMs, settings } = this.#parts
    const draft = draftOf(batch)
    const outcome = await safes.outcome(draft, batch.from_block)
    // Not yet for good: should a reorganisation take it back, the batch waits, or is wished for, as before.
    if (outcome.kind === 'unsettled') return
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
