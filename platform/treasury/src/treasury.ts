import { type Log, refuse } from '@gesim/base'
import { carrierRegistryAbi } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import type { Running, Store } from '@gesim/store'
import type { PayoutChoice } from '@gesim/wire'
import { encodeFunctionData, parseSignature, recoverAddress, serializeSignature } from 'viem'
import { Clerk, type ClerkParts } from './clerk.ts'
import { freeMicros, isSharedSafe, nextState } from './decide.ts'
import {
  addOffRamp,
  addSignature,
  askedOf,
  type BatchRow,
  isSafeOfAnother,
  lockOffRamp,
  lockSafe,
  moveOffRamp,
  type OffRampRow,
  readAllOffRamps,
  readBatches,
  readCarrier,
  readOffRamps,
  readSignatures,
  saveCarrier,
} from './table.ts'

export interface TreasuryParts extends ClerkParts {
  readonly store: Pick<Store, 'db' | 'tx' | 'append' | 'schedule'>
  readonly carrierRegistry: Hex
  /** The treasury's Safe, which no carrier is paid from. */
  readonly ownSafe: Hex
  readonly log: Log
  readonly settings: { readonly retrySeconds: number; readonly everySeconds: number }
}

/** A transaction that the carrier itself sends. */
interface ToSend {
  readonly to: Hex
  readonly data: Hex
  readonly why: string
}

/** Payouts through Safes: who is paid how, off-ramp requests, batches and their signatures. */
export class Treasury {
  readonly #parts: TreasuryParts
  readonly #clerk: Clerk

  constructor(parts: TreasuryParts) {
    this.#parts = parts
    this.#clerk = new Clerk(parts)
  }

  start(): Running {
    // The schedule's transaction is only the lock that keeps a second clerk out.
    return this.#parts.store.schedule('treasury.clerk', this.#parts.settings.everySeconds, () =>
      this.#clerk.look(),
    )
  }

  /** One look at everything, out of turn. */
  look(): Promise<void> {
    return this.#clerk.look()
  }

  /**
   * Remembers how a carrier is paid. In fiat, its claims go to a Safe of its own, whose USDC are sold on request; the
   * carrier's admin names that Safe in the registry itself, by the transactions that are answered.
   */
  async choosePayout(
    carrierId: number,
    choice: PayoutChoice,
  ): Promise<{ safe: Hex | null; transactions: ToSend[] }> {
    const { store, safes, carrierRegistry, ownSafe } = this.#parts
    if (choice.payout === 'usdc') {
      await saveCarrier(store.db, carrierId, { payout: 'usdc' })
      return { safe: null, transactions: [] }
    }
    const { currency, beneficiaryRef } = choice
    if (!currency || !beneficiaryRef) throw refuse('treasury.no-beneficiary')
    const transactions: ToSend[] = []
    let safe: Hex
    if (choice.safe) {
      const facts = await safes.facts(choice.safe)
      if (!isSharedSafe(facts.owners, facts.threshold)) throw refuse('treasury.bad-owners')
      safe = choice.safe.toLowerCase() as Hex
    } else {
      const { owners = [], threshold = 0 } = choice
      if (!isSharedSafe(owners, threshold)) throw refuse('treasury.bad-owners')
      const predicted = await safes.predict(owners, threshold, BigInt(carrierId))
      safe = predicted.safe
      transactions.push({ ...predicted.deployment, why: 'Makes the Safe.' })
    }
    const data = encodeFunctionData({
      abi: carrierRegistryAbi,
      functionName: 'setPayout',
      args: [carrierId, safe],
    })
    transactions.push({ to: carrierRegistry, data, why: 'Has claims paid to the Safe, after the delay.' })
    await store.tx(async (tx) => {
      await lockSafe(tx, safe)
      if (safe === ownSafe.toLowerCase() || (await isSafeOfAnother(tx, carrierId, safe)))
        throw refuse('treasury.safe-taken', { safe })
      await saveCarrier(tx, carrierId, { payout: 'fiat', safe, currency, beneficiaryRef })
    })
    return { safe, transactions }
  }

  /** A carrier asks for fiat. At most what its Safe holds and nobody asked for yet. */
  async requestOffRamp(carrierId: number, amountMicros: bigint): Promise<bigint> {
    const { store, safes } = this.#parts
    const carrier = await readCarrier(store.db, carrierId)
    if (carrier?.payout !== 'fiat') throw refuse('treasury.not-fiat', { carrierId })
    const safe = carrier.safe!
    const { balanceMicros } = await safes.facts(safe)
    return await store.tx(async (tx) => {
      // Two requests at once must not both count on the same money.
      await lockSafe(tx, safe)
      const free = freeMicros(balanceMicros, await askedOf(tx, safe))
      if (amountMicros <= 0n || amountMicros > free) throw refuse('treasury.bad-amount', { freeMicros: free })
      return (await addOffRamp(tx, carrier, amountMicros, carrier.beneficiary_ref!, null))!
    })
  }

  /** The operator approves a request, or refuses it as long as nothing was sent. */
  async decide(id: bigint, isApproved: boolean, why?: string): Promise<void> {
    await this.#parts.store.tx(async (tx) => {
      const row = await lockOffRamp(tx, id)
      if (!row) throw refuse('treasury.unknown-request', { id })
      // A transfer that owners may have signed already is no longer ours to stop.
      if (!isApproved && row.batch_id !== null) throw refuse('treasury.wrong-state', { state: row.state })
      const state = nextState(row.state, isApproved ? 'approve' : 'refuse')
      await moveOffRamp(tx, id, state, why === undefined ? {} : { why })
    })
  }

  offRamps(carrierId?: number): Promise<OffRampRow[]> {
    const { db } = this.#parts.store
    return carrierId === undefined ? readAllOffRamps(db) : readOffRamps(db, { carrierId })
  }

  /** Batches that pay a carrier, or all. */
  async batches(carrierId?: number): Promise<{ batch: BatchRow; signers: Hex[]; offRamps: bigint[] }[]> {
    const { db } = this.#parts.store
    const batches = await readBatches(db, carrierId === undefined ? {} : { carrierId })
    return await Promise.all(
      batches.map(async (batch) => ({
        batch,
        signers: (await readSignatures(db, batch.id)).map(({ owner }) => owner),
        offRamps: (await readOffRamps(db, { batchId: batch.id })).map(({ id }) => id),
      })),
    )
  }

  /** Takes an owner's signature; with the one that reaches the threshold the batch is sent. */
  async sign(batchId: bigint, signature: Hex): Promise<{ signatures: number; threshold: number }> {
    const { store, safes } = this.#parts
    const [batch] = await readBatches(store.db, { id: batchId, open: true })
    if (!batch) throw refuse('treasury.unknown-batch', { batchId })
    const plain = packed(signature)
    const owner =
      plain && (await recoverAddress({ hash: batch.safe_tx_hash, signature: plain }).catch(() => null))
    const { owners, threshold } = await safes.facts(batch.safe)
    const signer = owner?.toLowerCase() as Hex | undefined
    if (!plain || !signer || !owners.includes(signer)) throw refuse('treasury.bad-signature', { batchId })
    await addSignature(store.db, batchId, signer, plain)
    // Whoever comes last sees all; should both come at once, the clerk sees them at its next look.
    await this.#clerk.followBatch(batch)
    return { signatures: (await readSignatures(store.db, batchId)).length, threshold }
  }
}

/**
 * A signature as a Safe reads it: r, s, and 27 or 28. Some wallets end theirs in 0 or 1, by which a Safe understands a
 * contract's signature or an approval on chain, and would refuse the whole batch.
 */
function packed(signature: Hex): Hex | null {
  try {
    return serializeSignature(parseSignature(signature))
  } catch {
    return null
  }
}
