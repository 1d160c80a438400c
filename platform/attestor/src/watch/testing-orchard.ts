import type { Hex } from '@gesim/journey'
import {
  CARRIER_METERED,
  chargeMicros,
  DEPTH,
  digestOf,
  domainOf,
  evidenceOf,
  type IntentTerms,
  intentIdOf,
  LEAF_FLAGS,
  type LeafValue,
  type PlacedLeaf,
  receiptToJson,
  type SumNode,
  SumTree,
  termsToJson,
  usageReceiptToJson,
  voucherToJson,
  ZERO_HASH,
} from '@gesim/proofs'
import type { EpochInput } from '@gesim/wire'
import { concat, keccak256, numberToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { Standing } from './decide.ts'
import type { Published } from './inspect.ts'
import type { Opening } from './ports.ts'

export const domain = domainOf(31337, '0x00000000000000000000000000000000000000e5')
export const CUTOFF = 30_000
export const EPOCH = 1_000
const DEPOSIT = 5_000_000n
const device = privateKeyToAccount(`0x${'d1'.repeat(32)}`)
export const usageKey = privateKeyToAccount(`0x${'c1'.repeat(32)}`)
export const DEVICE = device.address.toLowerCase() as Hex

/** A number below a limit. */
export type Below = (limit: number) => number

/** An intent with its honest leaves in two roots. */
export interface Plant {
  readonly intentId: Hex
  readonly terms: IntentTerms
  readonly standing: Standing
  readonly older: PlacedLeaf | null
  readonly newer: PlacedLeaf
  readonly input: EpochInput
}

/** Some intents in two books: open, topped up, with vouchers released, closed before and after the cutoff, FINAL or not. */
export async function grow(below: Below, isBound = false): Promise<Plant[]> {
  const plants: Plant[] = []
  const count = 1 + below(6)
  for (let i = 0; i < count; i++) plants.push(await plant(below, 1 + (i % 2), Math.floor(i / 2), isBound))
  return plants
}

async function plant(below: Below, book: number, index: number, isBound: boolean): Promise<Plant> {
  const terms: IntentTerms = {
    payer: `0x${(0xa0 + book * 16 + index).toString(16).padStart(40, '0')}`,
    booksHash: ZERO_HASH,
    planCommit: ZERO_HASH,
    pricePerGB: BigInt(1 + below(4_000_000)),
    activationFee: BigInt(below(500_000)),
    includedBytes: BigInt(below(2) * 100_000_000),
    blockBytes: BigInt(below(2) * 1_000_000),
    maxDeposit: 2n * DEPOSIT,
    provisionBy: CUTOFF,
    deadline: CUTOFF,
    flags: below(2) * CARRIER_METERED,
    unsignedCredit: 0n,
    salt: BigInt(1 + below(1_000_000_000)),
  }
  const intentId = intentIdOf(terms)
  const olderBytes = BigInt(below(400_000_000))
  const bytes = olderBytes + BigInt(below(400_000_000))
  const charge = chargeMicros(terms, bytes, true, DEPOSIT)
  const wasFinal = below(4) === 0
  const isClosedByCutoff = below(4) === 0
  // Both sides may close above the tariff.
  const closedAt = charge + BigInt(below(1_000))
  const receipt = {
    intentId,
    book,
    eidCommit: ZERO_HASH,
    iccidCommit: ZERO_HASH,
    profileHash: ZERO_HASH,
    evidence: ZERO_HASH,
    installedAt: 1,
  }
  const provisioning = digestOf('ProvisioningReceipt', domain, receipt)
  const said = { intentId, cumBytes: bytes, cumAmount: charge, seq: 7, asOf: CUTOFF - 2 }
  const voucher = { ...said, sessionRoot: ZERO_HASH }
  const usage = { ...said, cdrRoot: ZERO_HASH }
  const voucherDigest = digestOf('UsageVoucher', domain, voucher)
  const usageDigest = digestOf('CarrierUsageReceipt', domain, usage)
  const evidence = evidenceOf(voucherDigest, usageDigest, provisioning)
  const olderAmount = chargeMicros(terms, olderBytes, true, DEPOSIT)
  const before = { intentId, book, index, bytesUsed: olderBytes, seq: 3, evidence: ZERO_HASH }
  const older: PlacedLeaf = { ...before, amount: olderAmount, coSigned: olderAmount, flags: 0 }
  const grown = { intentId, book, index, bytesUsed: bytes, seq: 7, evidence }
  const open: PlacedLeaf = { ...grown, amount: charge, coSigned: charge, flags: below(2) * LEAF_FLAGS.final }
  const closed: PlacedLeaf = { ...grown, amount: closedAt, coSigned: charge, flags: LEAF_FLAGS.final }
  const finals = { ...older, flags: LEAF_FLAGS.final }
  const hasOlder = below(4) !== 0
  // A FINAL leaf stays as it is until the close.
  const stays = hasOlder && wasFinal && !isClosedByCutoff
  return {
    intentId,
    terms,
    standing: {
      // Somebody pays in after the cutoff; vouchers are released; an intent is closed after it: none of it is a fault.
      fundedMicros: 2n * DEPOSIT,
      settledMicros: isClosedByCutoff ? closedAt : BigInt(below(Number(charge) + 1)),
      book,
      index,
      activatedAt: 1 + below(CUTOFF - 1),
      isClosedByCutoff,
    },
    older: hasOlder ? (wasFinal ? finals : older) : null,
    newer: isClosedByCutoff ? closed : stays ? finals : open,
    input: {
      intentId,
      book,
      index,
      leaf: { amount: '0', coSigned: '0', bytesUsed: '0', seq: 0, flags: 0, evidence: ZERO_HASH },
      terms: termsToJson(terms),
      receipt: receiptToJson(receipt),
      carrierKey: usageKey.address,
      receiptSignature: '0x',
      ...(isBound
        ? {
            voucher: {
              voucher: voucherToJson(voucher),
              signature: await device.sign({ hash: voucherDigest }),
              binding: { device: DEVICE, validUntil: CUTOFF, payerSignature: '0x' as Hex },
            },
            usageReceipt: {
              receipt: usageReceiptToJson(usage),
              key: usageKey.address,
              signature: await usageKey.sign({ hash: usageDigest }),
            },
          }
        : {}),
    },
  }
}

/** What is published of the two roots, with some leaves of the newer one in place of the honest ones. */
export function publish(plants: readonly Plant[], spoiled: readonly PlacedLeaf[] = [], gone = -1): Published {
  const tree = new SumTree(plants.filter((_, i) => i !== gone).map(({ newer }) => newer))
  for (const leaf of spoiled) tree.set(leaf)
  const older = plants.flatMap((one) => one.older ?? [])
  return {
    epoch: EPOCH,
    cutoff: CUTOFF,
    tree,
    inputs: plants.map(({ input }) => input),
    previous: older.length > 0 ? { epoch: EPOCH - 1, tree: new SumTree(older) } : null,
  }
}

/** Ways to spoil a leaf; each gives none where the plant offers nothing to spoil that way. */
export const SPOILED = {
  aboveDeposit: ({ newer, standing }: Plant, by: bigint) =>
    with_(newer, { amount: standing.fundedMicros + by }),
  coSignedAboveAmount: ({ newer }: Plant, by: bigint) => with_(newer, { coSigned: newer.amount + by }),
  unlikeClose: ({ newer, standing, older }: Plant, by: bigint) =>
    standing.isClosedByCutoff &&
    newer.amount + by <= standing.fundedMicros &&
    (older?.amount ?? 0n) <= newer.amount
      ? with_(newer, { amount: newer.amount + by })
      : null,
  amountFell: ({ newer, older, standing }: Plant) =>
    older && older.amount > 0n && !standing.isClosedByCutoff
      ? with_(newer, { amount: older.amount - 1n, coSigned: 0n })
      : null,
  sequenceFell: ({ newer, older }: Plant) => (older ? with_(newer, { seq: 2 }) : null),
  finalReopened: ({ newer, older, standing }: Plant) =>
    older && older.flags === LEAF_FLAGS.final && !standing.isClosedByCutoff
      ? with_(newer, { flags: 0 })
      : null,
  aboveTariff: ({ newer, terms, standing }: Plant, by: bigint) => {
    const amount = chargeMicros(terms, newer.bytesUsed, true) + by
    const isOpen = !standing.isClosedByCutoff && amount <= standing.fundedMicros && (newer.flags & 1) === 0
    return isOpen && amount > newer.amount ? with_(newer, { amount }) : null
  },
  ofNobody: ({ newer }: Plant) => ({ ...newer, intentId: keccak256('0x01'), index: newer.index + 500 }),
  inAnothersPlace: ({ newer }: Plant) => ({ ...newer, index: newer.index + 77 }),
} as const satisfies Record<string, (plant: Plant, by: bigint) => PlacedLeaf | null>

function with_(leaf: PlacedLeaf, change: Partial<LeafValue>): PlacedLeaf {
  return { ...leaf, ...change }
}

/** A tree of which one node states other sums than its children have: its openings, and the root that was posted. */
export function lyingTree(tree: SumTree, level: number, place: number, more: bigint) {
  const lies = new Map<string, SumNode>()
  const honest = tree.nodeAt(level, place)
  lies.set(`${level}:${place}`, { hash: honest.hash, total: honest.total + more, coSigned: honest.coSigned })
  const nodeAt = (l: number, p: number): SumNode => lies.get(`${l}:${p}`) ?? tree.nodeAt(l, p)
  const childrenOf = (l: number, p: number): Hex =>
    l === 0 ? tree.nodeAt(l, p).children : concat([0, 1].map((side) => bytesOf(nodeAt(l - 1, 2 * p + side))))
  for (let l = level + 1, p = Math.floor(place / 2); l <= DEPTH; l++, p = Math.floor(p / 2)) {
    const [left, right] = [nodeAt(l - 1, 2 * p), nodeAt(l - 1, 2 * p + 1)]
    lies.set(`${l}:${p}`, {
      hash: keccak256(childrenOf(l, p)),
      total: left.total + right.total,
      coSigned: left.coSigned + right.coSigned,
    })
  }
  return {
    root: nodeAt(DEPTH, 0),
    open: async (l: number, p: number): Promise<Opening> => {
      const { hash, total, coSigned } = nodeAt(l, p)
      return { hash, total, coSigned, bitmap: 0n, siblings: '0x', children: childrenOf(l, p) }
    },
  }
}

function bytesOf({ hash, total, coSigned }: SumNode): Hex {
  return concat([hash, numberToHex(total, { size: 8 }), numberToHex(coSigned, { size: 8 })])
}
