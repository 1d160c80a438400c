import { broken, isFailure, type Log } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import {
  commitmentToJson,
  cutoffOf,
  type Domain,
  dataHashOf,
  digestOf,
  type EpochCommitment,
  encodeDeltas,
  epochInputsHash,
  eventsRoot,
  leafProofToJson,
  nodeProofToJson,
  POLICY_VERSION,
  type SumTree,
  ZERO_HASH,
} from '@gesim/proofs'
import type { Store, Tx } from '@gesim/store'
import { type Change, changeOf, isWorthARoot, leafOf } from './decide.ts'
import { findEpoch, insertEpoch, moveEpoch } from './epochs.ts'
import { foldFacts } from './facts.ts'
import type { ChainView, Committee, Parameters } from './ports.ts'
import { forgetFacts, readProgress, readStandings, saveDecided, saveFacts } from './table.ts'
import type { Trees } from './trees.ts'

/** Above so many changed leaves the records are left out of the calldata; the hash of the inputs stays. */
const MOST_RECORDS = 4_000

/**
 * Closes an epoch: folds the escrow's logs up to the last block before the cutoff, takes the newest charge of every
 * activated intent, and fixes the root over them. Everything is read from the chain first, then written in one commit.
 * Closes on chain are impossible between the cutoff and the posting (the escrow's lockout), so the tree holds every
 * close that its root must reflect (A14).
 *
 * Returns whether there is a root to sign; an epoch with nothing new needs none.
 */
export async function closeEpoch(
  store: Store,
  chain: ChainView,
  trees: Trees,
  domain: Domain,
  epoch: number,
  parameters: Parameters,
  log: Log,
): Promise<boolean> {
  const cutoff = cutoffOf(epoch, parameters.epochSeconds)
  const toBlock = await chain.lastBlockBefore(cutoff)
  if (toBlock === null) return false
  const [latest, committee] = await Promise.all([chain.latestRoot(), chain.committeeAt(cutoff)])
  const previous = await knownRoot(store, latest)
  const progress = await readProgress(store.db)
  const isFolded = progress.to_block >= 0n && (await chain.hashOf(progress.to_block)) === progress.to_hash
  const fromBlock = previous ? BigInt(previous.commitment.toBlock) + 1n : chain.firstBlock
  const foldFrom = isFolded ? progress.to_block + 1n : chain.firstBlock
  // One reading serves both: the root over this epoch's logs, and what was not folded yet.
  const logs = await chain.logs(foldFrom < fromBlock ? foldFrom : fromBlock, toBlock.number)
  const commitmentLogs = logs.filter((one) => one.blockNumber >= fromBlock)
  const facts = foldFacts(logs.filter((one) => one.blockNumber >= foldFrom))

  const closed = await store.tx(async (tx) => {
    if (!isFolded) await forgetFacts(tx)
    await saveFacts(tx, facts, toBlock)
    await saveDecided(tx, epoch)
    if (previous) await moveEpoch(tx, previous.epoch, ['collecting', 'wanted', 'missed'], 'posted')
    const tree = await trees.take(tx, previous?.epoch ?? null)
    const changes = await changesTo(tx, tree, log)
    if (!isWorthARoot(changes)) {
      if (previous) trees.keep(previous.epoch, tree)
      return null
    }
    if (committee.members.length === 0) {
      log.warn('there is no committee of attestors, so no root can be posted', { epoch })
      return null
    }
    for (const { leaf } of changes) tree.set(leaf)
    const root = tree.root()
    const leaves = tree.leaves()
    const inputsHash = epochInputsHash(epoch, leaves)
    const records = changes.map(({ leaf, before }) => ({
      book: leaf.book,
      index: leaf.index,
      increase: leaf.amount - (before?.amount ?? 0n),
    }))
    const deltas = encodeDeltas(inputsHash, records.length > MOST_RECORDS ? [] : records)
    const commitment: EpochCommitment = {
      epoch,
      cutoff,
      root: root.hash,
      total: root.total,
      coSigned: root.coSigned,
      prevRoot: previous?.commitment.root ?? ZERO_HASH,
      dataHash: dataHashOf(deltas),
      fromBlock,
      toBlock: toBlock.number,
      eventsRoot: eventsRoot(chain.escrow, commitmentLogs),
      policyVersion: POLICY_VERSION,
      committeeVersion: committee.version,
    }
    await record(store, tx, domain, commitment, deltas, previous?.epoch ?? null, committee, tree, changes)
    log.info('closed an epoch', {
      epoch,
      count: leaves.length,
      amountMicros: root.total,
      block: toBlock.number,
    })
    return tree
  })
  // Only what was committed is kept: after a failure the next attempt begins from the stored leaves.
  if (closed) trees.keep(epoch, closed)
  return closed !== null
}

async function record(
  store: Store,
  tx: Tx,
  domain: Domain,
  commitment: EpochCommitment,
  deltas: Hex,
  previous: number | null,
  committee: Committee,
  tree: SumTree,
  changes: readonly Change[],
): Promise<void> {
  const nodes = new Map(
    [...new Set(changes.map(({ leaf }) => leaf.book))].map((book) => [
      book,
      nodeProofToJson(tree.nodeProof(book)),
    ]),
  )
  await insertEpoch(
    tx,
    {
      epoch: commitment.epoch,
      commitment: commitmentToJson(commitment),
      digest: digestOf('EpochCommitment', domain, commitment),
      deltas,
      previous,
      leaves: tree.size,
      changed: changes.length,
      committee: {
        version: committee.version,
        members: committee.members.map((one) => ({ ...one, weight: one.weight.toString() })),
      },
    },
    changes.map(({ leaf }) => ({
      leaf,
      proof: leafProofToJson(tree.leafProof(leaf.book, leaf.index)),
      node: nodes.get(leaf.book)!,
    })),
  )
  await store.append(tx, 'epoch.closed', null, {
    epoch: commitment.epoch,
    cutoff: commitment.cutoff,
    root: commitment.root,
    totalMicros: commitment.total.toString(),
    coSignedMicros: commitment.coSigned.toString(),
    leaves: tree.size,
    dataHash: commitment.dataHash,
  })
}

/** Our row of the newest root on chain. A root that we do not know stops us: we would contradict it. */
async function knownRoot(store: Store, latest: Awaited<ReturnType<ChainView['latestRoot']>>) {
  if (latest === null) return null
  const row = await findEpoch(store.db, latest.epoch)
  if (row?.commitment.root !== latest.root)
    throw broken('settlement.foreign-root', { epoch: latest.epoch, root: latest.root })
  return row
}

async function changesTo(tx: Tx, tree: SumTree, log: Log): Promise<Change[]> {
  const changes: Change[] = []
  for (const standing of await readStandings(tx)) {
    const leaf = leafOf(standing)
    if (leaf === null) continue
    const before = tree.get(leaf.book, leaf.index) ?? null
    try {
      const change = changeOf(before, leaf, standing.state === 'closed')
      if (change) changes.push(change)
    } catch (error) {
      if (!isFailure(error, 'settlement.leaf-fell')) throw error
      // Its last leaf stands; the other intents and their carriers do not wait for the repair of one.
      log.error('a leaf would fall and stays as it is', {
        intentId: leaf.intentId,
        code: error.code,
        why: error.message,
      })
    }
  }
  return changes
}
