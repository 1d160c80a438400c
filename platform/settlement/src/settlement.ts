import {
  type Clock,
  Failure,
  isFailure,
  kindOf,
  type Log,
  refuse,
  type SettingsOf,
  sleepMs,
} from '@gesim/base'
import type { Hex, JourneyEvent } from '@gesim/journey'
import { cutoffOf, type Domain } from '@gesim/proofs'
import type { Running, Store, Tx } from '@gesim/store'
import { sql } from 'kysely'
import { recoverAddress } from 'viem'
import { closeEpoch } from './close.ts'
import { decideCollecting, isGivenUp, isWorthAttesting, lastEndedEpoch, weightBps } from './decide.ts'
import { answerDemands, saveDemand } from './demands.ts'
import {
  type Attestation,
  type EpochRow,
  epochsIn,
  findEpoch,
  moveEpoch,
  newestFinal,
  readAttestations,
  refuseRemainder,
  saveAttestation,
  saveLateWish,
  savePayout,
  savePosted,
  savePostedWeight,
  saveQuorumAt,
  saveReturned,
} from './epochs.ts'
import { finishEpoch, returnRemainders, settleBooks } from './finish.ts'
import type { ChainView, Parameters } from './ports.ts'
import { remainderOf } from './remainder.ts'
import type { settlementSettings } from './settings.ts'
import { readProgress, saveCharge, savePapers } from './table.ts'
import { Trees } from './trees.ts'

const KINDS = [
  'activation.wanted',
  'charge.posted',
  'root.posted',
  'payout.claimed',
  'intent.closed',
  'demand.opened',
  'transaction.refused',
] as const
type Event = { [K in (typeof KINDS)[number]]: JourneyEvent<K> }[(typeof KINDS)[number]]

/** How often final epochs are looked at; their windows are minutes at least outside a local chain. */
const FINISH_EVERY_MS = 1_000
/** Settlement allows a slow window of four epochs, so one of the newest five final ones is beyond it. */
const EPOCHS_TO_SLOW_FINALITY = 6
const REMAINDER_KEY = /^remainder\.wanted:(0x[0-9a-f]{64})/i

/**
 * The clerk of settlement. Every state is a row, every step one commit under a lock that one process holds, so it can
 * be killed anywhere and goes on, here or in another process. Its clock is a loop and no job's timer: a posting window
 * can be shorter than a job queue's precision.
 */
export class Settlement {
  readonly #store: Store
  readonly #chain: ChainView
  readonly #trees: Trees
  /** Of demands: old epochs must not push out those that are being signed and paid. */
  readonly #demanded: Trees
  readonly #domain: Domain
  readonly #clock: Clock
  readonly #log: Log
  readonly #settings: SettingsOf<typeof settlementSettings>
  #finishedAtMs = 0
  /** The failure told last, of the steps and of demands: each is told once. */
  readonly #lastFailure = { step: '', demands: '' }

  constructor(parts: {
    store: Store
    chain: ChainView
    domain: Domain
    clock: Clock
    log: Log
    settings: SettingsOf<typeof settlementSettings>
  }) {
    this.#store = parts.store
    this.#chain = parts.chain
    this.#trees = new Trees(parts.store.db)
    this.#demanded = new Trees(parts.store.db)
    this.#domain = parts.domain
    this.#clock = parts.clock
    this.#log = parts.log
    this.#settings = parts.settings
  }

  start(): Running {
    const ending = new AbortController()
    const follower = this.follow()
    const loop = this.#loop(ending.signal)
    return {
      stop: async () => {
        ending.abort()
        await follower.stop()
        await loop
      },
    }
  }

  /** Follows the journal only: papers, charges, and what became of wishes. */
  follow(): Running {
    return this.#store.follow({ reader: 'settlement', kinds: KINDS }, (event, tx) =>
      this.#onEvent(event as Event, tx),
    )
  }

  async #loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.step()
        this.#lastFailure.step = ''
      } catch (error) {
        this.#complain(error, 'step')
      }
      await sleepMs(this.#settings.pollMs, signal).catch(() => {})
    }
  }

  #complain(error: unknown, of: 'step' | 'demands'): void {
    const code = error instanceof Failure ? error.code : String(error)
    // Once for a lasting cause: the loop meets it four times a second.
    if (code === this.#lastFailure[of]) return
    this.#lastFailure[of] = code
    const stack = error instanceof Error ? error.stack : undefined
    const fields = { code, kind: kindOf(error), error, stack }
    if (isFailure(error) && error.kind === 'unreachable') this.#log.warn('the clerk waits', fields)
    else this.#log.error('the clerk cannot go on', fields)
  }

  /** Looks once at everything that could be next. One process of all does it at a time. */
  async step(): Promise<void> {
    await this.#store.db.connection().execute(async (connection) => {
      const { rows } = await sql<{ mine: boolean }>`
        select pg_try_advisory_lock(hashtextextended('gesim.settlement', 0)) as mine`.execute(connection)
      if (!rows[0]!.mine) return
      try {
        const parameters = await this.#chain.parameters()
        await this.#closeDue(parameters)
        for (const row of await epochsIn(this.#store.db, ['collecting'])) await this.#collect(row, parameters)
        for (const row of await epochsIn(this.#store.db, ['wanted'])) await this.#watch(row, parameters)
        const nowMs = this.#clock.nowMs()
        const times = { nowMs, retryMs: this.#settings.retrySeconds * 1000 }
        // A demand that cannot be looked at keeps nothing else from being done.
        await answerDemands(this.#store, this.#chain, this.#demanded, times, this.#log).then(
          () => {
            this.#lastFailure.demands = ''
          },
          (error) => this.#complain(error, 'demands'),
        )
        if (nowMs - this.#finishedAtMs >= FINISH_EVERY_MS) {
          await this.#finish(parameters)
          this.#finishedAtMs = nowMs
        }
      } finally {
        await sql`select pg_advisory_unlock(hashtextextended('gesim.settlement', 0))`.execute(connection)
      }
    })
  }

  /** Closes the epoch that just ended. Older ones are passed over: charges are cumulative. */
  async #closeDue(parameters: Parameters): Promise<void> {
    const head = await this.#chain.head()
    const ended = lastEndedEpoch(head.timestamp, parameters.epochSeconds)
    if (ended === null) return
    const progress = await readProgress(this.#store.db)
    if (BigInt(ended) <= progress.decided_epoch) return
    const endMs = (cutoffOf(ended, parameters.epochSeconds) + parameters.postingSeconds) * 1000
    // Too late to be signed and posted: the next epoch will say all of it.
    if (this.#clock.nowMs() >= endMs) return
    await closeEpoch(this.#store, this.#chain, this.#trees, this.#domain, ended, parameters, this.#log)
  }

  async #collect(row: EpochRow, parameters: Parameters): Promise<void> {
    const signatures = await readAttestations(this.#store.db, row.epoch)
    const weight = this.#weight(row, signatures)
    const nowMs = this.#clock.nowMs()
    if (weight >= parameters.quorumBps && row.quorum_at === null)
      await saveQuorumAt(this.#store.db, row.epoch, nowMs)
    const decision = decideCollecting({
      nowMs,
      cutoffMs: row.commitment.cutoff * 1000,
      postingMs: parameters.postingSeconds * 1000,
      leadMs: this.#settings.leadSeconds * 1000,
      quorumWaitMs: this.#settings.quorumWaitMs,
      quorumAtMs: row.quorum_at?.getTime() ?? null,
      signers: signatures.length,
      members: row.committee.members.length,
    })
    if (decision === 'wait') return
    await this.#store.tx(async (tx) => {
      if (decision === 'miss') {
        await moveEpoch(tx, row.epoch, ['collecting'], 'missed')
        this.#log.warn('nobody signed an epoch in its window', { epoch: row.epoch })
        return
      }
      if (!(await moveEpoch(tx, row.epoch, ['collecting'], 'wanted'))) return
      await this.#store.append(tx, 'root.wanted', null, {
        epoch: row.epoch,
        commitment: row.commitment,
        signatures,
        deltas: row.deltas,
      })
      this.#log.info('a root shall be posted', { epoch: row.epoch, count: signatures.length })
    })
  }

  async #watch(row: EpochRow, parameters: Parameters): Promise<void> {
    const times = {
      nowMs: this.#clock.nowMs(),
      cutoffMs: row.commitment.cutoff * 1000,
      postingMs: parameters.postingSeconds * 1000,
    }
    // Asked of the chain only when the answer could decide something.
    if (!isGivenUp({ ...times, isOnChain: false })) return
    const isOnChain = (await this.#chain.latestRoot())?.epoch === row.epoch
    const to = isOnChain ? 'posted' : 'missed'
    await this.#store.tx(async (tx) => {
      await moveEpoch(tx, row.epoch, ['wanted'], to)
    })
    if (!isOnChain) this.#log.warn('a root did not reach the chain in its window', { epoch: row.epoch })
  }

  async #finish(parameters: Parameters): Promise<void> {
    for (const row of await epochsIn(this.#store.db, ['posted']))
      if (!(await finishEpoch(this.#store, this.#chain, this.#trees, row, this.#log)))
        await this.#bringLate(row, parameters)
    const finals = await newestFinal(this.#store.db, EPOCHS_TO_SLOW_FINALITY)
    if (finals.length === 0) return
    const times = { nowMs: this.#clock.nowMs(), retryMs: this.#settings.retrySeconds * 1000 }
    await settleBooks(this.#store, this.#chain, this.#trees, finals[0]!, times, this.#log)
    const { slowSeconds } = parameters
    const windows = { nowMs: times.nowMs, slowSeconds }
    await returnRemainders(this.#store, this.#chain, this.#trees, finals, windows, this.#log)
  }

  /** Sends signatures after a root that went on chain without a quorum, once they give it one. */
  async #bringLate(row: EpochRow, { quorumBps }: Parameters): Promise<void> {
    if (row.posted_weight === null || row.posted_weight >= quorumBps) return
    const signatures = await readAttestations(this.#store.db, row.epoch)
    const nowMs = this.#clock.nowMs()
    const isWorth = isWorthAttesting({
      postedWeightBps: row.posted_weight,
      signedWeightBps: this.#weight(row, signatures),
      quorumBps,
      wishedAtMs: row.late_wished_at?.getTime() ?? null,
      nowMs,
      retryMs: this.#settings.retrySeconds * 1000,
    })
    if (!isWorth) return
    const record = await this.#chain.recordOf(row.epoch)
    if (record?.root !== row.commitment.root) return
    // Anyone may have brought them.
    if (record.weight >= quorumBps) return await savePostedWeight(this.#store.db, row.epoch, record.weight)
    await this.#store.tx(async (tx) => {
      await saveLateWish(tx, row.epoch, nowMs)
      await this.#store.append(tx, 'attest.wanted', null, {
        epoch: row.epoch,
        commitment: row.commitment,
        signatures,
      })
    })
    this.#log.info('late signatures shall follow a root', { epoch: row.epoch, count: signatures.length })
  }

  #weight(row: EpochRow, signatures: readonly Attestation[]): number {
    return weightBps(
      row.committee.members.map((one) => ({ attestor: one.attestor, weight: BigInt(one.weight) })),
      new Set(signatures.map((one) => one.attestor)),
    )
  }

  /** Takes an attestor's signature. Returns the weight that has signed now, in basis points. */
  async attest(epoch: number, attestation: { attestor: string; signature: string }): Promise<number> {
    const row = await findEpoch(this.#store.db, epoch)
    if (!row) throw refuse('settlement.unknown-epoch', { epoch })
    const attestor = attestation.attestor.toLowerCase() as Hex
    const signature = attestation.signature.toLowerCase() as Hex
    if (!row.committee.members.some((one) => one.attestor === attestor))
      throw refuse('settlement.not-in-committee', { epoch, attestor })
    const signer = await recoverAddress({ hash: row.digest, signature }).catch(() => null)
    if (signer?.toLowerCase() !== attestor) throw refuse('settlement.bad-attestation', { epoch, attestor })
    if (row.state === 'missed') throw refuse('settlement.too-late', { epoch })
    await saveAttestation(this.#store.db, epoch, { attestor, signature })
    return this.#weight(row, await readAttestations(this.#store.db, epoch))
  }

  /** See `remainder.ts`. */
  remainderOf(intentId: string) {
    return remainderOf(this.#store, this.#chain, this.#trees, intentId)
  }

  async #onEvent(event: Event, tx: Tx): Promise<void> {
    switch (event.kind) {
      case 'activation.wanted':
        return await savePapers(tx, event.intentId!, event.body)
      case 'charge.posted':
        return await saveCharge(tx, event.intentId!, event.body)
      case 'root.posted':
        return await savePosted(tx, event.body)
      case 'payout.claimed':
        return await savePayout(tx, event.body)
      case 'intent.closed':
        return await saveReturned(tx, event.intentId!)
      case 'demand.opened':
        return await saveDemand(tx, event.intentId!, event.body)
      case 'transaction.refused': {
        const match = REMAINDER_KEY.exec(event.body.key)
        if (match) await refuseRemainder(tx, match[1]!.toLowerCase())
        return
      }
    }
  }
}
