import type { Log } from '@gesim/base'
import { leafProofToJson, nodeProofToJson, type SumTree } from '@gesim/proofs'
import type { Store } from '@gesim/store'
import { claimable } from './decide.ts'
import {
  booksWithRemainders,
  type EpochRow,
  moveEpoch,
  openRemainders,
  saveRemainder,
  saveSettled,
  saveWish,
} from './epochs.ts'
import type { ChainView, ClaimBasis } from './ports.ts'
import type { Trees } from './trees.ts'

/** Books paid by one transaction: each may need 250,000 gas, and a transaction has less than 2^24 (EIP-7825). */
const BOOKS_AT_ONCE = 40
/** The chain keeps so many epochs, and refuses to speak of others (SettlementRoots.RING). */
const ROOTS_KEPT = 64
/** Remainders wished for in one commit; the rest come with the next look. */
const REMAINDERS_AT_ONCE = 500

/** A posted epoch that the chain calls final: books can be paid, remainders go back. */
export async function finishEpoch(
  store: Store,
  chain: ChainView,
  trees: Trees,
  row: EpochRow,
  log: Log,
): Promise<boolean> {
  const tree = await trees.of(row.epoch)
  const books = booksOf(tree)
  const isFinal = await Promise.all(books.map((book) => chain.isFinal(row.epoch, book)))
  if (!isFinal.includes(true)) return false
  const moved = await store.tx(async (tx) => {
    if (!(await moveEpoch(tx, row.epoch, ['posted'], 'final'))) return false
    await store.append(tx, 'root.final', null, { epoch: row.epoch })
    return true
  })
  if (moved) log.info('an epoch is final', { epoch: row.epoch })
  return moved
}

/**
 * Wishes for the payment of the books of a final epoch: first of the lane that devices signed for, and of the rest when
 * the slow window has made it final. The chain's own figure of what a book has claimed decides: a payment that did not
 * come through is wished for again.
 */
export async function settleBooks(
  store: Store,
  chain: ChainView,
  trees: Trees,
  row: EpochRow,
  times: { nowMs: number; retryMs: number },
  log: Log,
): Promise<void> {
  if (row.settled) return
  const tree = await trees.of(row.epoch)
  const bases = new Map<number, ClaimBasis>()
  for (const book of booksOf(tree)) bases.set(book, await chain.claimBasis(row.epoch, book))
  const books = [...bases]
    .filter(([book, basis]) => claimable(tree.bookNode(book), basis))
    .map(([book]) => book)
  const lane = [...bases.values()].every((basis) => basis.totalFinal) ? 'total' : 'co-signed'
  if (books.length === 0) {
    if (lane === 'total') await saveSettled(store.db, row.epoch)
    return
  }
  const isNew = row.lane !== lane || row.wished_at === null
  if (!isNew && times.nowMs < row.wished_at!.getTime() + times.retryMs) return
  await store.tx(async (tx) => {
    await saveWish(tx, row.epoch, lane, times.nowMs)
    for (let at = 0; at < books.length; at += BOOKS_AT_ONCE) {
      const some = books.slice(at, at + BOOKS_AT_ONCE)
      await store.append(tx, 'settle.wanted', null, {
        epoch: row.epoch,
        books: some,
        proofs: some.map((book) => nodeProofToJson(tree.nodeProof(book))),
      })
    }
  })
  log.info('books shall be paid', { epoch: row.epoch, count: books.length, why: lane })
}

/**
 * Wishes for the remainders of intents whose FINAL leaf is beyond every challenge; before, the contract takes such an end
 * from the payer only. `finals` are the newest final epochs, newest first: the proof is of the newest, since a leaf must
 * not be older than the book's last claim, and where that one can still be challenged, also of the newest that cannot. A
 * refusal (the book has claimed from a newer epoch meanwhile) is answered with the proof of the next epoch.
 */
export async function returnRemainders(
  store: Store,
  chain: ChainView,
  trees: Trees,
  finals: readonly EpochRow[],
  times: { nowMs: number; slowSeconds: number },
  log: Log,
): Promise<void> {
  const newest = finals[0]
  // Two days long there is none for a purchase that has just ended: the chain is asked only about those that can be.
  const old = finals.filter(
    ({ posted_at: postedAt }) =>
      postedAt !== null && (Number(postedAt) + times.slowSeconds) * 1000 <= times.nowMs,
  )
  if (!newest || !old[0]) return
  const kept = finals.filter(({ epoch }) => epoch > newest.epoch - ROOTS_KEPT)
  const pairs = new Map<string, { epoch: number; beyond: number; books: number[] }>()
  for (const book of await booksWithRemainders(store.db, newest.epoch, old[0].epoch)) {
    const pair = await rootsFor(chain, kept, old, book)
    if (!pair) continue
    const key = `${pair.epoch}:${pair.beyond}`
    pairs.set(key, { ...pair, books: [...(pairs.get(key)?.books ?? []), book] })
  }
  for (const { epoch, beyond, books } of pairs.values())
    await wishRemainders(store, trees, epoch, beyond, books, log)
}

/**
 * The newest root that is final for a book, and the newest that is beyond challenge for it: both are older than others for a
 * book that a fault froze. Nothing while the book has claimed from a newer one.
 */
async function rootsFor(
  chain: ChainView,
  kept: readonly EpochRow[],
  old: readonly EpochRow[],
  book: number,
): Promise<{ epoch: number; beyond: number } | undefined> {
  for (const { epoch } of kept) {
    const basis = await chain.claimBasis(epoch, book)
    if (!basis.coSignedFinal) continue
    if (basis.claimedEpoch > epoch) return undefined
    if (basis.totalFinal) return { epoch, beyond: epoch }
    for (const older of old.filter((row) => row.epoch < epoch && kept.includes(row)))
      if ((await chain.claimBasis(older.epoch, book)).totalFinal) return { epoch, beyond: older.epoch }
    return undefined
  }
  return undefined
}

async function wishRemainders(
  store: Store,
  trees: Trees,
  epoch: number,
  beyond: number,
  books: readonly number[],
  log: Log,
): Promise<void> {
  const open = await openRemainders(store.db, epoch, beyond, books, REMAINDERS_AT_ONCE)
  if (open.length === 0) return
  const [tree, older] = [await trees.of(epoch), await trees.of(beyond)]
  const payable = open.filter(({ book, idx }) => tree.get(book, idx)?.amount === older.get(book, idx)?.amount)
  if (payable.length === 0) return
  await store.tx(async (tx) => {
    for (const { intent_id: intentId, terms, book, idx } of payable) {
      await saveRemainder(tx, intentId, epoch)
      const proof = leafProofToJson(tree.leafProof(book, idx))
      const confirmed = { epoch: beyond, proof: leafProofToJson(older.leafProof(book, idx)) }
      const body = beyond === epoch ? { terms, epoch, proof } : { terms, epoch, proof, confirmed }
      await store.append(tx, 'remainder.wanted', intentId, body)
    }
  })
  log.info('remainders shall go back', { epoch, count: payable.length })
}

function booksOf(tree: SumTree): number[] {
  return [...new Set(tree.leaves().map((leaf) => leaf.book))].sort((a, b) => a - b)
}
