import { isFailure, type Log } from '@gesim/base'
import type { Hex, TermsJson } from '@gesim/journey'
import { cutoffOf, type Domain, INDEX_LEVELS, type IntentTerms, SumTree } from '@gesim/proofs'
import type { Store } from '@gesim/store'
import type { EpochInputs } from '@gesim/wire'
import { leafFrom } from '../check.ts'
import { EscrowIndex, type IntentFacts } from '../escrow-index.ts'
import { calls } from './calls.ts'
import { equivocations, type Standing } from './decide.ts'
import { type Finding, inspect, type Published } from './inspect.ts'
import type { Call, PostedRoot, SignedCommitment, TreeSource, WatchChain } from './ports.ts'
import { type FalseSum, findFalseSum } from './sums.ts'
import { type RootRow, rootsBefore } from './table.ts'
import { TermsMemory } from './terms.ts'

/** Intents whose terms are asked for, when a leaf is to be demanded. */
const MOST_ASKED = 50

export interface Look {
  readonly state: 'honest' | 'false' | 'hidden'
  readonly leaves: number | null
  readonly source: string | null
  readonly findings: readonly Finding[]
  readonly equivocations: readonly [SignedCommitment, SignedCommitment][]
}

/** Looks at one root: finds its data, recomputes it, and compares it with the chain and with what was signed. */
export class Looker {
  readonly #store: Store
  readonly #chain: WatchChain
  readonly #sources: readonly TreeSource[]
  readonly #domain: Domain
  readonly #log: Log
  readonly #index: EscrowIndex
  readonly #terms = new TermsMemory()
  #last: { root: Hex; tree: SumTree } | null = null

  constructor(parts: {
    store: Store
    chain: WatchChain
    sources: readonly TreeSource[]
    domain: Domain
    log: Log
  }) {
    this.#store = parts.store
    this.#chain = parts.chain
    this.#sources = parts.sources
    this.#domain = parts.domain
    this.#log = parts.log
    this.#index = new EscrowIndex(parts.chain)
  }

  async look(row: Pick<RootRow, 'epoch' | 'root'>, posted: PostedRoot): Promise<Look> {
    const { epoch } = row
    const doubles = equivocations(await this.#signed(epoch))
    const found = await this.#publish(epoch, posted)
    if (found === null) {
      const finding = await this.#falseSum(epoch, posted)
      const findings = finding ? [finding] : []
      return {
        state: finding ? 'false' : 'hidden',
        leaves: null,
        source: null,
        findings,
        equivocations: doubles,
      }
    }
    const { cutoff, facts, lastBlock } = await this.#facts(epoch)
    const previous = await this.#previous(epoch)
    this.#terms.remember(found.inputs)
    const published: Published = { epoch, cutoff, tree: found.tree, inputs: found.inputs.inputs, previous }
    const wrong = await inspect(published, {
      domain: this.#domain,
      chain: this.#chain,
      standingOf: (intentId) => standingIn(facts, intentId, lastBlock),
      termsOf: (intentId) => this.#terms.get(intentId),
    })
    const findings: Finding[] = []
    // What a frozen book holds is carried along as it is: nobody vouches for it, nobody is paid from it.
    for (const finding of wrong) if (!(await this.#isFrozen(finding.book, epoch))) findings.push(finding)
    this.#last = { root: row.root, tree: found.tree }
    return {
      state: findings.some(({ code }) => code !== 'C2') ? 'false' : 'honest',
      leaves: found.tree.size,
      source: found.source,
      findings,
      equivocations: doubles,
    }
  }

  /**
   * A leaf to demand of a root whose data nobody serves: of the books that still count, the intent with the most money whose
   * terms are known. `skip` were demanded before. Null where none is known.
   */
  async hiddenLeaf(epoch: number, skip: number): Promise<Finding | null> {
    const { cutoff, facts } = await this.#facts(epoch)
    const candidates = [...facts]
      .filter(([, one]) => one.activatedAt !== 0 && one.activatedAt < cutoff)
      .sort(([, a], [, b]) => Number(b.fundedMicros - a.fundedMicros))
    let left = skip
    for (const [intentId, { book }] of candidates.slice(0, MOST_ASKED + skip)) {
      if (await this.#isFrozen(book, epoch)) continue
      const terms = await this.#termsOf(intentId)
      if (terms === null || left-- > 0) continue
      return { code: 'C1', book, intentId, call: calls.demandData(epoch, terms) }
    }
    return null
  }

  async #isFrozen(book: number, epoch: number): Promise<boolean> {
    const frozenFrom = await this.#chain.frozenFrom(book)
    return frozenFrom !== 0 && frozenFrom <= epoch
  }

  async #facts(epoch: number) {
    const { epochSeconds } = await this.#chain.parameters()
    const cutoff = cutoffOf(epoch, epochSeconds)
    const head = await this.#chain.head()
    const [facts, last] = [await this.#index.asOf(head), await this.#chain.lastBlockBefore(cutoff)]
    return { cutoff, facts, lastBlock: last?.number ?? head.number }
  }

  /** The leaves of a root, from the first source whose leaves give it. */
  async #publish(epoch: number, { root, total, coSigned }: Pick<PostedRoot, 'root' | 'total' | 'coSigned'>) {
    for (const source of this.#sources) {
      const inputs = await this.#ask(() => source.inputs(epoch))
      const tree = inputs && treeOf(inputs)
      const node = tree?.root()
      if (!inputs || !tree || node?.hash !== root.toLowerCase()) continue
      if (node.total === total && node.coSigned === coSigned) return { inputs, tree, source: source.name }
    }
    return null
  }

  /** A false sum in a tree that no leaves give, as far as a source opens it. */
  async #falseSum(epoch: number, { root, total, coSigned }: PostedRoot): Promise<Finding | null> {
    for (const source of this.#sources) {
      const inputs = await this.#ask(() => source.inputs(epoch))
      const known = (inputs && treeOf(inputs)) ?? new SumTree()
      const node = { hash: root, total, coSigned }
      const found = await this.#ask(() =>
        findFalseSum(node, known, (level, place) => source.opening(epoch, level, place)),
      )
      const call = found && callOf(epoch, found)
      if (!call) continue
      const { level, place } = found
      const book = level > INDEX_LEVELS ? 0 : Math.floor(place / 2 ** (INDEX_LEVELS - level))
      return { code: 'F1', book, intentId: null, call }
    }
    return null
  }

  /** The tree of the newest root before that counts on chain; null where there is none, or nobody serves it. */
  async #previous(epoch: number) {
    for (const before of await rootsBefore(this.#store.db, epoch)) {
      const posted = await this.#chain.rootOf(before.epoch)
      if (posted?.root.toLowerCase() !== before.root) continue
      if (this.#last?.root === before.root) return { epoch: before.epoch, tree: this.#last.tree }
      const found = await this.#publish(before.epoch, posted)
      if (found) this.#terms.remember(found.inputs)
      return found && { epoch: before.epoch, tree: found.tree }
    }
    return null
  }

  async #signed(epoch: number): Promise<SignedCommitment[]> {
    const served = await Promise.all(this.#sources.map((source) => this.#ask(() => source.signedOf(epoch))))
    return [...(await this.#chain.signedOf(epoch)), ...served.flatMap((each) => each ?? [])]
  }

  /** What a source answers; null when it does not: the others may. */
  async #ask<T>(question: () => Promise<T | null>): Promise<T | null> {
    try {
      return await question()
    } catch (error) {
      if (!isFailure(error, 'watcher.source-unreachable')) throw error
      this.#log.warn('a source does not answer', { code: error.code, why: error.message })
      return null
    }
  }

  /** Terms that were served with an earlier root, or of a purchase that this operator sold. */
  async #termsOf(intentId: Hex): Promise<IntentTerms | null> {
    const known = this.#terms.get(intentId)
    if (known) return known
    const [wanted] = await this.#store.read({ kinds: ['activation.wanted'], intentId, limit: 1 })
    return wanted?.kind === 'activation.wanted'
      ? this.#terms.keep(intentId, (wanted.body as { terms: TermsJson }).terms)
      : null
  }
}

/** Null for an opening whose figures fit in no call: another source may open the same node. */
function callOf(epoch: number, found: FalseSum): Call | null {
  try {
    return calls.sumMismatch(epoch, found)
  } catch {
    return null
  }
}

function treeOf({ inputs }: EpochInputs): SumTree | null {
  try {
    const tree = new SumTree(inputs.map(leafFrom))
    return tree.size === inputs.length && tree.root() ? tree : null
  } catch {
    // Figures that do not fit, sums that carry: such leaves give no root.
    return null
  }
}

function standingIn(facts: ReadonlyMap<Hex, IntentFacts>, intentId: Hex, lastBlock: bigint): Standing | null {
  const one = facts.get(intentId)
  if (!one) return null
  const { fundedMicros, settledMicros, book, index, activatedAt, closedInBlock } = one
  const isClosedByCutoff = closedInBlock !== null && closedInBlock <= lastBlock
  return { fundedMicros, settledMicros, book, index, activatedAt, isClosedByCutoff }
}
