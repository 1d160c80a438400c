import { createLog, systemClock } from '@gesim/base'
import { attestorRegistryAbi, intentEscrowAbi, settlementAbi, testUsdcAbi } from '@gesim/contracts'
import { startLocalChain } from '@gesim/contracts/testing'
import type { EventBodies, EventBody, EventKind, Hex, JourneyEvent } from '@gesim/journey'
import {
  booksHash,
  commitmentToJson,
  cutoffOf,
  dataHashOf,
  digestOf,
  domainOf,
  type EpochCommitment,
  encodeDeltas,
  epochInputsHash,
  eventsRoot,
  type IntentTerms,
  intentIdOf,
  joinedSignatures,
  NO_DEVICE,
  type PlacedLeaf,
  POLICY_VERSION,
  SumTree,
  termsToJson,
  ZERO_HASH,
} from '@gesim/proofs'
import { eventually, testStore } from '@gesim/store/testing'
import type { EpochInputs } from '@gesim/wire'
import { type Abi, createPublicClient, createWalletClient, defineChain, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { watchChain } from './chain.ts'
import type { TreeSource } from './ports.ts'
import { Watcher } from './watcher.ts'

const DEPOSIT = 5_000_000n

/** A watcher on a real chain with the real contracts and a real database; the test is poster, relayer and indexer. */
export async function openWorld(parameters: NonNullable<Parameters<typeof startLocalChain>[0]>) {
  const [local, test] = await Promise.all([startLocalChain(parameters), testStore()])
  const { addresses, keys } = local
  const domain = domainOf(local.chainId, addresses.escrow)
  const chain = defineChain({
    id: local.chainId,
    name: 'local',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [local.rpcUrl] } },
  })
  const client = createPublicClient({ chain, transport: http(), pollingInterval: 50 })
  const view = watchChain(local)
  const published = new Map<number, EpochInputs>()
  const source: TreeSource = {
    name: 'test',
    inputs: async (epoch) => published.get(epoch) ?? null,
    opening: async () => null,
    signedOf: async () => [],
  }
  const challenger = privateKeyToAccount(keys.poster).address.toLowerCase() as Hex
  const watcher = new Watcher({
    store: test.store,
    chain: view,
    sources: [source],
    domain,
    payOnUsage: addresses.payOnUsage,
    clock: systemClock,
    log: createLog('test', 'silent'),
    settings: {
      sources: [],
      challenger,
      pollMs: 100,
      dueSeconds: 1,
      dailyMicros: 10_000_000,
      demandsPerRoot: 2,
      retrySeconds: 1,
    },
  })
  const follower = watcher.follow()
  let fromBlock = 0n
  let previous: { epoch: number; root: Hex } | null = null
  let sentSeq = 0n

  async function send(key: Hex, address: Hex, abi: Abi, functionName: string, args: readonly unknown[]) {
    const wallet = createWalletClient({ account: privateKeyToAccount(key), chain, transport: http() })
    const hash = await wallet.writeContract({ address, abi, functionName, args, gas: 2_000_000n })
    const receipt = await client.waitForTransactionReceipt({ hash })
    if (receipt.status !== 'success') throw new Error(`${functionName} was not taken`)
    return receipt
  }

  async function say<Kind extends EventKind>(kind: Kind, intentId: Hex | null, body: EventBodies[Kind]) {
    await test.store.tx((tx) => test.store.append(tx, kind, intentId, body))
  }

  return {
    local,
    view,
    client,
    store: test.store,
    watcher,
    published,
    challenger,
    send,
    say,
    /** A funded and activated intent of a carrier's book. */
    async activated(at: 0 | 1, salt: bigint) {
      const payer = privateKeyToAccount(keys.executors[0])
      const carrier = privateKeyToAccount(keys.carriers[at].provisioning)
      const { book } = local.parties.carriers[at]!
      const nowSeconds = Math.floor(Date.now() / 1000)
      const terms: IntentTerms = {
        payer: payer.address,
        booksHash: booksHash([book]),
        planCommit: ZERO_HASH,
        pricePerGB: 3_000_000n,
        activationFee: 100_000n,
        includedBytes: 0n,
        blockBytes: 0n,
        maxDeposit: DEPOSIT,
        provisionBy: nowSeconds + 600,
        deadline: nowSeconds + 3600,
        flags: 0,
        unsignedCredit: 0n,
        salt,
      }
      const intentId = intentIdOf(terms)
      const blank = {
        eidCommit: ZERO_HASH,
        iccidCommit: ZERO_HASH,
        profileHash: ZERO_HASH,
        evidence: ZERO_HASH,
      }
      const receipt = { intentId, book, ...blank, installedAt: nowSeconds }
      const receiptDigest = digestOf('ProvisioningReceipt', domain, receipt)
      const receiptSignature = await carrier.sign({ hash: receiptDigest })
      const consent = { intentId, book, receiptDigest, validUntil: nowSeconds + 600 }
      const consentSignature = await payer.sign({ hash: digestOf('ActivationConsent', domain, consent) })
      const { escrow, usdc } = addresses
      await send(keys.operator, usdc, testUsdcAbi, 'mint', [payer.address, DEPOSIT])
      await send(keys.executors[0], usdc, testUsdcAbi, 'approve', [escrow, DEPOSIT])
      await send(keys.executors[0], escrow, intentEscrowAbi, 'createIntent', [terms])
      await send(keys.executors[0], escrow, intentEscrowAbi, 'fundIntent', [terms, DEPOSIT])
      await send(keys.poster, escrow, intentEscrowAbi, 'activate', [
        ...[terms, [book], book, receipt, carrier.address, receiptSignature, consent, consentSignature],
        NO_DEVICE,
      ])
      const leaf: PlacedLeaf = {
        intentId,
        book,
        index: 0,
        amount: 400_000n,
        coSigned: 400_000n,
        bytesUsed: 100_000_000n,
        seq: 1,
        flags: 0,
        evidence: receiptDigest,
      }
      return { terms, leaf }
    },
    /** The committee signs a root with these leaves, it is posted, and the indexer tells of it. */
    async post(leaves: readonly PlacedLeaf[], terms: readonly IntentTerms[], isPublished: boolean) {
      const { epochSeconds } = await view.parameters()
      const epoch = Math.floor((await view.head()).timestamp / epochSeconds)
      const cutoff = cutoffOf(epoch, epochSeconds)
      const last = await eventually(() => view.lastBlockBefore(cutoff), 40_000)
      const tree = new SumTree(leaves)
      const root = tree.root()
      const deltas = encodeDeltas(epochInputsHash(epoch, tree.leaves()), [])
      if (fromBlock === 0n) fromBlock = view.firstBlock
      const commitment: EpochCommitment = {
        epoch,
        cutoff,
        root: root.hash,
        total: root.total,
        coSigned: root.coSigned,
        prevRoot: previous?.root ?? ZERO_HASH,
        dataHash: dataHashOf(deltas),
        fromBlock,
        toBlock: last.number,
        eventsRoot: eventsRoot(view.escrow, await view.logs(fromBlock, last.number)),
        policyVersion: POLICY_VERSION,
        // A slash makes a new committee.
        committeeVersion: await client.readContract({
          abi: attestorRegistryAbi,
          address: addresses.attestorRegistry,
          functionName: 'committeeVersionAt',
          args: [cutoff],
        }),
      }
      const hash = digestOf('EpochCommitment', domain, commitment)
      const signatures = await Promise.all(
        keys.attestors.map(async (key) => {
          const attestor = privateKeyToAccount(key)
          return { attestor: attestor.address, signature: await attestor.sign({ hash }) }
        }),
      )
      const args = [commitment, joinedSignatures(signatures), deltas]
      const posted = await send(keys.poster, addresses.settlement, settlementAbi, 'postEpoch', args)
      const { timestamp } = await client.getBlock({ blockNumber: posted.blockNumber })
      if (isPublished)
        published.set(epoch, {
          commitment: commitmentToJson(commitment),
          deltas,
          previous: previous?.epoch ?? null,
          inputs: tree.leaves().map(({ intentId, book, index, ...leaf }) => ({
            intentId,
            book,
            index,
            leaf: {
              ...leaf,
              amount: leaf.amount.toString(),
              coSigned: leaf.coSigned.toString(),
              bytesUsed: leaf.bytesUsed.toString(),
            },
            terms: termsToJson(terms.find((one) => intentIdOf(one) === intentId)!),
          })),
        })
      await say('root.posted', null, {
        epoch,
        root: root.hash,
        totalMicros: root.total.toString(),
        coSignedMicros: root.coSigned.toString(),
        postedAt: Number(timestamp),
        weight: 10_000,
        txHash: posted.transactionHash,
        gasUsed: '1',
      })
      fromBlock = last.number + 1n
      previous = { epoch, root: root.hash }
      return epoch
    },
    /** Steps the watcher and sends what it wished for, as the relayer does, until something holds. */
    async watchUntil<T>(holds: () => Promise<T | null | undefined | false>, withinMs = 30_000): Promise<T> {
      return await eventually(async () => {
        await watcher.step()
        for (const event of await test.store.read({ kinds: ['watch.wanted'], after: sentSeq })) {
          const { contract, data } = event.body as EventBody<'watch.wanted'>
          const wallet = createWalletClient({
            account: privateKeyToAccount(keys.poster),
            chain,
            transport: http(),
          })
          const hash = await wallet.sendTransaction({ to: addresses[contract], data, gas: 2_000_000n })
          const { status } = await client.waitForTransactionReceipt({ hash })
          if (status !== 'success') throw new Error('a wish of the watcher reverted')
          sentSeq = event.seq
        }
        return await holds()
      }, withinMs)
    },
    wishes: async () =>
      (await test.store.read({ kinds: ['watch.wanted'] })).map(
        (event) => (event as JourneyEvent<'watch.wanted'>).body.act,
      ),
    async close() {
      await follower.stop()
      await Promise.all([local.stop(), test.close()])
    },
  }
}
