import { type Failure, isFailure, type Log, refuse, sleepMs } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import {
  commitmentFromJson,
  cutoffOf,
  type Domain,
  digestOf,
  type EpochCommitment,
  eventsRoot,
  POLICY_VERSION,
  SumTree,
  ZERO_HASH,
} from '@gesim/proofs'
import type { EpochInputs } from '@gesim/wire'
import { metrics } from '@opentelemetry/api'
import type { PrivateKeyAccount } from 'viem/accounts'
import { checkLeaf, checkMonotone, checkTree, leafFrom } from './check.ts'
import { EscrowIndex } from './escrow-index.ts'
import type { AttestorChain, EpochSource } from './ports.ts'
import type { SignedFile } from './signed-file.ts'

const meter = metrics.getMeter('gesim.attestor')
const signedCount = meter.createCounter('gesim_attestor_signed_total')
const refusedCount = meter.createCounter('gesim_attestor_refused_total')

/** Signatures that were found good, remembered by evidence; above so many the memory begins anew. */
const MOST_KNOWN = 1_000_000
/** A refused epoch is looked at again after so long: the chain node may have been behind. After some times more seldom. */
const RETRY_MS = 1_000
const RETRIES_SOON = 5
const RETRY_MOST_MS = 60_000
/** Refused epochs that are remembered; the node shows ten. */
const MOST_REFUSED = 100

/** What became of an epoch. */
export type Outcome =
  | { readonly did: 'signed'; readonly signature: Hex }
  | { readonly did: 'refused'; readonly failure: Failure }
  | { readonly did: 'waited' }

/** One attestor: recomputes an epoch from signed inputs and its own reading of the chain, and signs when all agrees. */
export class Attestor {
  readonly #account: PrivateKeyAccount
  readonly #domain: Domain
  readonly #chain: AttestorChain
  readonly #source: EpochSource
  readonly #signed: SignedFile
  readonly #log: Log
  readonly #index: EscrowIndex
  readonly #known = new Set<string>()
  /** Epochs whose signature the node has taken from this process. */
  readonly #done = new Set<number>()
  readonly #refused = new Map<number, { nextMs: number; times: number; code: string }>()
  #previous: { root: Hex; tree: SumTree } | null = null

  constructor(parts: {
    account: PrivateKeyAccount
    domain: Domain
    chain: AttestorChain
    source: EpochSource
    signed: SignedFile
    log: Log
  }) {
    this.#account = parts.account
    this.#domain = parts.domain
    this.#chain = parts.chain
    this.#source = parts.source
    this.#signed = parts.signed
    this.#log = parts.log
    this.#index = new EscrowIndex(parts.chain)
  }

  /** Looks for epochs to attest until the signal is given. */
  async run(pollMs: number, signal: AbortSignal): Promise<void> {
    let complained = ''
    while (!signal.aborted) {
      try {
        for (const epoch of await this.#source.unsigned()) {
          if (signal.aborted) return
          if (Date.now() >= (this.#refused.get(epoch)?.nextMs ?? 0)) await this.attest(epoch)
        }
        complained = ''
      } catch (error) {
        const code = isFailure(error) ? error.code : String(error)
        if (code !== complained) this.#log.warn('the attestor waits', { code, error })
        complained = code
      }
      await sleepMs(pollMs, signal).catch(() => {})
    }
  }

  /** Attests one epoch. A refusal is logged and counted; what cannot be asked is thrown. */
  async attest(epoch: number): Promise<Outcome> {
    if (this.#done.has(epoch)) return { did: 'waited' }
    const inputs = await this.#source.inputs(epoch)
    if (inputs === null) return { did: 'waited' }
    const commitment = commitmentFromJson(inputs.commitment)
    const digest = digestOf('EpochCommitment', this.#domain, commitment)
    try {
      const isReady = await this.#check(epoch, commitment, digest, inputs)
      if (!isReady) return { did: 'waited' }
    } catch (error) {
      if (!isFailure(error) || error.kind !== 'refused') throw error
      this.#refuse(epoch, error)
      return { did: 'refused', failure: error }
    }
    const place = this.#place(epoch)
    if (this.#signed.find(place) === null) this.#signed.remember({ ...place, digest })
    const signature = await this.#account.sign({ hash: digest })
    await this.#source.attest(epoch, this.#account.address.toLowerCase() as Hex, signature)
    this.#done.add(epoch)
    signedCount.add(1)
    this.#log.info('signed an epoch', { epoch, amountMicros: commitment.total, count: inputs.inputs.length })
    return { did: 'signed', signature }
  }

  /** Throws the reason not to sign; false while the chain is not far enough to judge. */
  async #check(
    epoch: number,
    commitment: EpochCommitment,
    digest: Hex,
    inputs: EpochInputs,
  ): Promise<boolean> {
    const before = this.#signed.find(this.#place(epoch))
    if (before !== null && before !== digest) throw refuse('attestor.already-signed', { epoch })
    const cutoff = cutoffOf(epoch, await this.#chain.epochSeconds())
    const last = await this.#chain.lastBlockBefore(cutoff)
    if (last === null) return false
    if (
      commitment.epoch !== epoch ||
      commitment.cutoff !== cutoff ||
      commitment.toBlock !== last.number ||
      commitment.fromBlock > commitment.toBlock + 1n
    )
      throw refuse('attestor.wrong-times', { epoch, toBlock: commitment.toBlock, last: last.number })
    await this.#checkVersions(commitment)
    const previous = await this.#previousTree(commitment, inputs)
    const logs = await this.#chain.logs(commitment.fromBlock, commitment.toBlock)
    if (eventsRoot(this.#chain.escrow, logs) !== commitment.eventsRoot)
      throw refuse('attestor.wrong-events', { epoch })

    const facts = await this.#index.asOf(last)
    const tree = checkTree(commitment, inputs.deltas, inputs.inputs.map(leafFrom), previous)
    checkMonotone(previous, tree, facts)
    if (this.#known.size > MOST_KNOWN) this.#known.clear()
    const isPreviousAttested = await this.#hadQuorum(inputs.previous)
    const context = {
      domain: this.#domain,
      chain: this.#chain,
      previous,
      isPreviousAttested,
      facts,
      cutoff,
      known: this.#known,
    }
    for (const input of inputs.inputs) await checkLeaf(input, context)
    this.#previous = { root: commitment.root, tree }
    return true
  }

  #refuse(epoch: number, { code, message }: Failure): void {
    const before = this.#refused.get(epoch)
    const times = (before?.times ?? 0) + 1
    const waitMs = Math.min(RETRY_MS * 2 ** Math.max(0, times - RETRIES_SOON), RETRY_MOST_MS)
    this.#refused.set(epoch, { nextMs: Date.now() + waitMs, times, code })
    const [oldest] = this.#refused.keys()
    if (this.#refused.size > MOST_REFUSED) this.#refused.delete(oldest!)
    // Once for a lasting reason.
    if (before?.code === code) return
    refusedCount.add(1, { code })
    this.#log.error('refused to sign an epoch', { epoch, code, why: message })
  }

  async #checkVersions(commitment: EpochCommitment): Promise<void> {
    const version = await this.#chain.committeeVersionAt(commitment.cutoff)
    if (commitment.policyVersion !== POLICY_VERSION || commitment.committeeVersion !== version)
      throw refuse('attestor.wrong-versions', {
        policy: commitment.policyVersion,
        committee: commitment.committeeVersion,
        committeeOnChain: version,
      })
  }

  /**
   * The tree of the newest root on chain before this one: remembered, or recomputed from the node's inputs and checked
   * against it.
   */
  async #previousTree(commitment: EpochCommitment, inputs: EpochInputs): Promise<SumTree> {
    const latest = await this.#rootBefore(commitment, inputs)
    if (commitment.prevRoot !== (latest?.root ?? ZERO_HASH) || inputs.previous !== (latest?.epoch ?? null))
      throw refuse('attestor.wrong-previous', { epoch: commitment.epoch, prevRoot: commitment.prevRoot })
    if (latest === null) return new SumTree()
    if (this.#previous?.root === latest.root) return this.#previous.tree
    const served = await this.#source.inputs(latest.epoch)
    const tree = new SumTree((served?.inputs ?? []).map(leafFrom))
    if (tree.root().hash !== latest.root) throw refuse('attestor.wrong-previous', { epoch: latest.epoch })
    return tree
  }

  async #hadQuorum(epoch: number | null): Promise<boolean> {
    const record = epoch === null ? null : await this.#chain.recordOf(epoch)
    return record !== null && record.weight >= (await this.#chain.quorumBps())
  }

  /** Of a root that is on chain already, the chain itself checked when it took it that `prevRoot` was the one before. */
  async #rootBefore(commitment: EpochCommitment, inputs: EpochInputs) {
    const { epoch, root, prevRoot } = commitment
    if ((await this.#chain.recordOf(epoch))?.root !== root) return await this.#chain.latestRoot()
    return inputs.previous === null ? null : { epoch: inputs.previous, root: prevRoot }
  }

  #place(epoch: number) {
    return { chainId: this.#domain.chainId, escrow: this.#chain.escrow, epoch }
  }
}
