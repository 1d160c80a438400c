import { intentEscrowAbi } from '@gesim/contracts'
import type { VoucherSigner } from '@gesim/contracts/reading'
import type { Hex } from '@gesim/journey'
import {
  type ChainLog,
  chargeMicros,
  commitmentToJson,
  cutoffOf,
  dataHashOf,
  digestOf,
  domainOf,
  type EpochCommitment,
  encodeDeltas,
  epochInputsHash,
  eventsRoot,
  evidenceOf,
  type IntentTerms,
  intentIdOf,
  type PlacedLeaf,
  POLICY_VERSION,
  receiptToJson,
  SumTree,
  termsToJson,
  usageReceiptToJson,
  voucherToJson,
  ZERO_HASH,
} from '@gesim/proofs'
import type { EpochInput, EpochInputs } from '@gesim/wire'
import { encodeAbiParameters, encodeEventTopics, recoverAddress } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { leafFrom } from './check.ts'
import type { AttestorChain } from './ports.ts'

const ESCROW: Hex = '0x00000000000000000000000000000000000000e5'
export const domain = domainOf(31337, ESCROW)
const EPOCH_SECONDS = 30
const EPOCH = 1_000
const BOOK = 2
const INDEX = 0
const FUNDED = 5_000_000n
const USED = 200_000_000n

/** How a test bends an epoch before it is served. */
interface Bend {
  readonly commitment?: Partial<EpochCommitment>
  readonly leaf?: (leaf: PlacedLeaf) => PlacedLeaf
  readonly input?: (input: EpochInput) => EpochInput
  readonly increase?: bigint
  /** The leaf is left out, another stands in its stead elsewhere. */
  readonly without?: boolean
}

/** A chain with one activated intent, kept in memory, and the papers of that intent with real signatures. */
export interface World {
  readonly chain: AttestorChain
  head: 'past' | 'behind'
  isUsageKey: boolean
  /** Signed weight of posted roots, in basis points. */
  weight: number
  voucherSigner: VoucherSigner
  hash(n: number): Hex
  inputs(bend?: Bend): EpochInputs
  /** The epoch after, with the same leaf. */
  next(bend?: Bend): EpochInputs
  /** The root is on chain. */
  post(inputs: EpochInputs): void
  /** What the node serves of the epoch on chain. */
  posted(epoch: number): EpochInputs | null
  close(chargedMicros: bigint): void
  /** Somebody pays in: the deposit is this much now. */
  topUp(fundedMicros: bigint): void
  /** A voucher was released up to this watermark. */
  release(watermarkMicros: bigint): void
  reorganise(): void
}

/** `known` is the deposit that the signers of the records knew. */
export async function makeWorld(funded = FUNDED, known = funded): Promise<World> {
  const payer = privateKeyToAccount(generatePrivateKey())
  const device = privateKeyToAccount(generatePrivateKey())
  const usageKey = privateKeyToAccount(generatePrivateKey())
  const cutoff = cutoffOf(EPOCH, EPOCH_SECONDS)
  const terms: IntentTerms = {
    payer: payer.address,
    booksHash: ZERO_HASH,
    planCommit: ZERO_HASH,
    pricePerGB: 3_000_000n,
    activationFee: 100_000n,
    includedBytes: 0n,
    blockBytes: 0n,
    maxDeposit: 10n * FUNDED,
    provisionBy: cutoff,
    deadline: cutoff,
    flags: 0,
    unsignedCredit: 0n,
    salt: 1n,
  }
  const intentId = intentIdOf(terms)
  const receipt = {
    intentId,
    book: BOOK,
    eidCommit: ZERO_HASH,
    iccidCommit: ZERO_HASH,
    profileHash: ZERO_HASH,
    evidence: ZERO_HASH,
    installedAt: 1,
  }
  const receiptDigest = digestOf('ProvisioningReceipt', domain, receipt)
  const said = {
    intentId,
    cumBytes: USED,
    cumAmount: chargeMicros(terms, USED, true, known),
    asOf: cutoff - 2,
  }
  const voucher = { ...said, seq: 3, sessionRoot: ZERO_HASH }
  const usage = { ...said, seq: 4, cdrRoot: ZERO_HASH }
  const voucherDigest = digestOf('UsageVoucher', domain, voucher)
  const usageDigest = digestOf('CarrierUsageReceipt', domain, usage)
  const pairing = { payer: payer.address, device: device.address, validUntil: cutoff + 1000 }
  const signedLeaf: PlacedLeaf = {
    intentId,
    book: BOOK,
    index: INDEX,
    amount: said.cumAmount,
    coSigned: said.cumAmount,
    bytesUsed: USED,
    seq: 4,
    flags: 0,
    evidence: evidenceOf(voucherDigest, usageDigest, receiptDigest),
  }
  const papers = {
    terms: termsToJson(terms),
    receipt: receiptToJson(receipt),
    carrierKey: usageKey.address,
    receiptSignature: '0x' as Hex,
    voucher: {
      voucher: voucherToJson(voucher),
      signature: await device.sign({ hash: voucherDigest }),
      binding: {
        device: device.address,
        validUntil: pairing.validUntil,
        payerSignature: await payer.sign({ hash: digestOf('PairingConsent', domain, pairing) }),
      },
    },
    usageReceipt: {
      receipt: usageReceiptToJson(usage),
      key: usageKey.address,
      signature: await usageKey.sign({ hash: usageDigest }),
    },
  }

  let logs: ChainLog[] = [
    log(4n, 'IntentFunded', { intentId, payer: payer.address }, ['uint64', 'uint64'], [funded, funded]),
    log(
      6n,
      'IntentActivated',
      { intentId, book: BOOK },
      ['uint32', 'bytes32', 'uint40'],
      [INDEX, receiptDigest, cutoff - 100],
    ),
  ]
  let latest: { epoch: number; root: Hex } | null = null
  let posted: EpochInputs | null = null
  const posts = new Map<number, EpochInputs>()
  let branch = 1

  const hash = (n: number): Hex => `0x${n.toString(16).padStart(2, '0').repeat(32)}`
  const toBlockOf = (epoch: number) => 10n + BigInt(epoch - EPOCH)

  function build(epoch: number, fromBlock: bigint, bend: Bend): EpochInputs {
    const leaf = bend.leaf ? bend.leaf(signedLeaf) : signedLeaf
    const leaves = bend.without ? [{ ...leaf, index: 9, intentId: hash(7) }] : [leaf]
    const tree = new SumTree(leaves)
    const root = tree.root()
    const before = posted ? leafFrom(posted.inputs[0]!).amount : 0n
    const increase = bend.increase ?? leaf.amount - before
    const deltas = encodeDeltas(
      epochInputsHash(epoch, leaves),
      increase > 0n ? [{ book: leaf.book, index: bend.without ? 9 : leaf.index, increase }] : [],
    )
    const toBlock = toBlockOf(epoch)
    const commitment: EpochCommitment = {
      epoch,
      cutoff: cutoffOf(epoch, EPOCH_SECONDS),
      root: root.hash,
      total: root.total,
      coSigned: root.coSigned,
      prevRoot: latest?.root ?? ZERO_HASH,
      dataHash: dataHashOf(deltas),
      fromBlock,
      toBlock,
      eventsRoot: eventsRoot(ESCROW, between(fromBlock, toBlock)),
      policyVersion: POLICY_VERSION,
      committeeVersion: 1,
      ...bend.commitment,
    }
    const inputs = leaves.map((one) => {
      const input: EpochInput = {
        ...papers,
        intentId: one.intentId,
        book: one.book,
        index: one.index,
        leaf: json(one),
      }
      return bend.input ? bend.input(input) : input
    })
    return { commitment: commitmentToJson(commitment), deltas, previous: latest?.epoch ?? null, inputs }
  }

  function between(from: bigint, to: bigint): ChainLog[] {
    return logs.filter((one) => one.blockNumber >= from && one.blockNumber <= to)
  }

  const world: World = {
    head: 'past',
    isUsageKey: true,
    weight: 3_334,
    voucherSigner: 'any',
    hash,
    inputs: (bend = {}) => build(EPOCH, 1n, bend),
    next: (bend = {}) => build(EPOCH + 1, toBlockOf(EPOCH) + 1n, bend),
    post(inputs) {
      posted = inputs
      posts.set(inputs.commitment.epoch, inputs)
      latest = { epoch: inputs.commitment.epoch, root: inputs.commitment.root }
    },
    posted: (epoch) => posts.get(epoch) ?? null,
    close(charged) {
      logs.push(
        log(8n, 'IntentClosed', { intentId }, ['uint64', 'uint64', 'uint8'], [charged, funded - charged, 1]),
      )
    },
    topUp(to) {
      const { payer } = terms
      logs.push(log(9n, 'IntentFunded', { intentId, payer }, ['uint64', 'uint64'], [to - funded, to]))
    },
    release(watermark) {
      const types = ['uint64', 'uint64', 'uint64', 'address']
      logs.push(log(9n, 'VoucherReleased', { intentId }, types, [watermark, 1n, 0n, ESCROW]))
    },
    reorganise() {
      branch += 1
      logs = logs.filter((one) => one.blockNumber < 6n)
    },
    chain: {
      escrow: ESCROW,
      firstBlock: 1n,
      epochSeconds: async () => EPOCH_SECONDS,
      lastBlockBefore: async (seconds) => {
        if (world.head === 'behind') return null
        const number = toBlockOf(Math.floor(seconds / EPOCH_SECONDS) - 1)
        return { number, hash: hash(branch * 16 + Number(number % 16n)), timestamp: seconds - 1 }
      },
      hashOf: async (number) => hash(branch * 16 + Number(number % 16n)),
      logs: async (from, to) => between(from, to),
      latestRoot: async () => latest,
      recordOf: async (epoch) => {
        const commitment = posts.get(epoch)?.commitment
        return commitment ? { root: commitment.root, weight: world.weight } : null
      },
      committeeVersionAt: async () => 1,
      weightOf: async () => 1n,
      wasUsageKey: async (book, key) => world.isUsageKey && book === BOOK && key === usageKey.address,
      quorumBps: async () => 6_667,
      voucherSigner: async () => world.voucherSigner,
      verify: async (signer, digest, signature) => {
        const recovered = await recoverAddress({ hash: digest, signature }).catch(() => null)
        return recovered?.toLowerCase() === signer.toLowerCase()
      },
    },
  }
  return world
}

function json(leaf: PlacedLeaf): EpochInput['leaf'] {
  return {
    amount: leaf.amount.toString(),
    coSigned: leaf.coSigned.toString(),
    bytesUsed: leaf.bytesUsed.toString(),
    seq: leaf.seq,
    flags: leaf.flags,
    evidence: leaf.evidence,
  }
}

function log(
  blockNumber: bigint,
  eventName: 'IntentFunded' | 'IntentActivated' | 'IntentClosed' | 'VoucherReleased',
  args: Record<string, unknown>,
  types: readonly string[],
  values: readonly unknown[],
): ChainLog {
  return {
    address: ESCROW,
    blockNumber,
    logIndex: 0,
    topics: encodeEventTopics({ abi: intentEscrowAbi, eventName, args: args as never }) as Hex[],
    data: encodeAbiParameters(
      types.map((type) => ({ type })),
      values,
    ),
  }
}
