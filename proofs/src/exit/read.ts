import { refuse } from '@gesim/base'
import {
  gesimPaymasterAbi,
  intentEscrowAbi,
  payOnUsageAbi,
  settlementAbi,
  testUsdcAbi,
} from '@gesim/contracts'
import type { Address, Hex } from 'viem'
import { positionOf, verifyLeafProof } from '../sum-node.ts'
import type { LeafProof } from '../words.ts'
import type { ExitChain } from './chain.ts'
import { joinKept, type Kept, leavesInCalldata, NOTHING_KEPT, termsInCalldata } from './kept.ts'
import { type Found, type MadeDemand, type SearchOptions, searchChain } from './search.ts'
import { INTENT_STATES, type IntentStanding, type Purse, type RootStanding } from './standing.ts'

/** All that is a payer's on the chain. */
export interface Belongings {
  readonly intents: readonly IntentStanding[]
  readonly purse: Purse
  /** Chain time, in seconds, and when it was read. */
  readonly chainNow: number
}

/** Exits have a window of their own in each book (`WINDOW_OF_EXITS` of the escrow). */
const WINDOW_OF_EXITS = 2 ** 31

/** `closeBasis` names the newest root, the newest final one and the claimed one: never more. */
const MOST_ROOTS = 3

/** What was found on the chain and in files. A later search goes on where this one ended. */
export interface Search {
  readonly found: Found
  readonly kept: Kept
}

/** Finds a payer's intents, their terms and the leaves that were shown. `files` are what the payer kept. */
export async function search(
  chain: ExitChain,
  payer: Address,
  files: Kept = NOTHING_KEPT,
  options: SearchOptions = {},
): Promise<Search> {
  const found = await searchChain(chain, payer, options)
  const terms: [Hex, NonNullable<ReturnType<typeof termsInCalldata>>][] = []
  for (const { intentId, txHash } of found.created) {
    if (files.terms.has(intentId.toLowerCase() as Hex)) continue
    if (terms.some(([id]) => id === intentId.toLowerCase())) continue
    const input = await inputOf(chain, txHash)
    const own = input && termsInCalldata(input, payer, intentId)
    if (own) terms.push([intentId.toLowerCase() as Hex, own])
  }
  const ours = new Set([
    ...found.created.map(({ intentId }) => intentId.toLowerCase()),
    ...files.terms.keys(),
  ])
  const leaves: LeafProof[] = []
  for (const { intentId, txHash } of found.shown) {
    if (!ours.has(intentId.toLowerCase())) continue
    const input = await inputOf(chain, txHash)
    if (input) leaves.push(...leavesInCalldata(input))
  }
  return { found, kept: joinKept(files, { terms: new Map(terms), leaves }) }
}

/** Data of a transaction; null where the node keeps none so old. */
async function inputOf({ client }: ExitChain, hash: Hex): Promise<Hex | null> {
  try {
    return (await client.getTransaction({ hash })).input
  } catch {
    return null
  }
}

/** Reads where everything found stands now. Throws `proofs.exit-rpc-silent`, `proofs.exit-rpc-no-contracts`. */
export async function readBelongings(
  chain: ExitChain,
  payer: Address,
  { found, kept }: Search,
): Promise<Belongings> {
  const ofFiles = [...kept.terms].filter(([, terms]) => terms.payer.toLowerCase() === payer.toLowerCase())
  const ids = new Set([
    ...found.created.map(({ intentId }) => intentId.toLowerCase()),
    ...ofFiles.map(([id]) => id),
  ])
  const { timestamp } = await chain.asked(chain.client.getBlock())
  const intents: IntentStanding[] = []
  for (const id of ids) intents.push(await readIntent(chain, id as Hex, payer, kept, found.demands))
  return { intents, purse: await readPurse(chain, payer), chainNow: Number(timestamp) }
}

async function readPurse({ client, network, asked }: ExitChain, account: Address): Promise<Purse> {
  const { usdc, escrow, payOnUsage, paymaster } = network.addresses
  const args = [account] as const
  const [walletMicros, escrowMicros, owedMicros, purse] = await asked(
    Promise.all([
      client.readContract({ address: usdc, abi: testUsdcAbi, functionName: 'balanceOf', args }),
      client.readContract({ address: escrow, abi: intentEscrowAbi, functionName: 'balanceOf', args }),
      client.readContract({ address: payOnUsage, abi: payOnUsageAbi, functionName: 'owedTo', args }),
      client.readContract({ address: paymaster, abi: gesimPaymasterAbi, functionName: 'purseOf', args }),
    ]),
  )
  return { walletMicros, escrowMicros, owedMicros, creditMicros: purse.creditMicros }
}

async function readIntent(
  chain: ExitChain,
  intentId: Hex,
  payer: Address,
  kept: Kept,
  demands: readonly MadeDemand[],
): Promise<IntentStanding> {
  const { client, network, asked, times } = chain
  const escrow = { address: network.addresses.escrow, abi: intentEscrowAbi } as const
  const record = await asked(client.readContract({ ...escrow, functionName: 'intentOf', args: [intentId] }))
  const state = INTENT_STATES[record.state] ?? 'none'
  const standing: IntentStanding = {
    intentId,
    terms: kept.terms.get(intentId) ?? null,
    state,
    fundedMicros: record.funded,
    settledMicros: record.settled,
    book: record.book,
    index: record.index,
    activatedAt: record.activatedAt,
    closedAt: record.closedAt,
    exit: null,
    bookMicros: 0n,
    claimedEpoch: 0,
    roots: [],
    isLatestFinal: true,
    lockedUntil: 0,
    exitsLeft: null,
  }
  if (state !== 'open' && state !== 'exiting') return standing
  const book = record.book
  const [bucket, leaving, outflow] = await asked(
    Promise.all([
      client.readContract({ ...escrow, functionName: 'bookOf', args: [book] }),
      client.readContract({ ...escrow, functionName: 'exitOf', args: [intentId] }),
      client.readContract({ ...escrow, functionName: 'outflowOf', args: [WINDOW_OF_EXITS + book] }),
    ]),
  )
  const [refs, isLatestFinal, lockedUntil] = await asked(
    client.readContract({
      address: network.addresses.settlement,
      abi: settlementAbi,
      functionName: 'closeBasis',
      args: [book, bucket.claimedEpoch],
    }),
  )
  // Each root may be asked for with a bond, so a node must not name as many as it likes.
  if (refs.length > MOST_ROOTS) throw refuse('proofs.exit-rpc-no-contracts')
  const own = demands.filter((one) => one.intentId.toLowerCase() === intentId)
  const roots = await Promise.all(
    refs.map((ref) => readRoot(chain, ref, { intentId, book, index: record.index, payer }, kept, own)),
  )
  return {
    ...standing,
    exit:
      state === 'exiting'
        ? { chargeMicros: leaving.charge, holdMicros: leaving.hold, finalizeAt: leaving.finalizeAt }
        : null,
    bookMicros: bucket.ceiling - bucket.claimed,
    claimedEpoch: bucket.claimedEpoch,
    roots,
    isLatestFinal,
    lockedUntil,
    exitsLeft: { micros: outflow.cap - outflow.used, renewsAt: outflow.since + times.outflowSeconds },
  }
}

type Ref = Pick<RootStanding, 'epoch' | 'root' | 'total' | 'coSigned'>

async function readRoot(
  { client, network, asked }: ExitChain,
  ref: Ref,
  place: { readonly intentId: Hex; readonly book: number; readonly index: number; readonly payer: Address },
  kept: Kept,
  demands: readonly MadeDemand[],
): Promise<RootStanding> {
  const { settlement, payOnUsage } = network.addresses
  const { intentId, book, index, payer } = place
  const node = { hash: ref.root, total: ref.total, coSigned: ref.coSigned }
  const position = positionOf(book, index)
  const leaf = kept.leaves.find((one) => verifyLeafProof(node, intentId, position, one)) ?? null
  const about = demands.filter(({ demand }) => demand.epoch === ref.epoch)
  const forLeaf = about.filter(({ demand }) => demand.root === ref.root && BigInt(demand.leaf) === 0n)
  const [isExcused, isFinal, open] = await asked(
    Promise.all([
      client.readContract({
        address: payOnUsage,
        abi: payOnUsageAbi,
        functionName: 'isExcused',
        args: [ref, book, index],
      }),
      client.readContract({
        address: settlement,
        abi: settlementAbi,
        functionName: 'isFinal',
        args: [ref.epoch, book],
      }),
      Promise.all(
        forLeaf.map(({ id }) =>
          client.readContract({
            address: payOnUsage,
            abi: payOnUsageAbi,
            functionName: 'isOpenDemand',
            args: [id],
          }),
        ),
      ),
    ]),
  )
  return {
    ...{ epoch: ref.epoch, root: ref.root, total: ref.total, coSigned: ref.coSigned },
    leaf,
    isExcused,
    demand: forLeaf.find((_, at) => open[at])?.demand ?? null,
    isDemandedBefore: about.some(({ demand }) => demand.challenger.toLowerCase() === payer.toLowerCase()),
    isFinal,
  }
}
