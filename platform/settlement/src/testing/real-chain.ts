import { createLog, systemClock } from '@gesim/base'
import { intentEscrowAbi, settlementAbi, testUsdcAbi } from '@gesim/contracts'
import { startLocalChain } from '@gesim/contracts/testing'
import type { EventBodies, EventKind, Hex, JourneyEvent } from '@gesim/journey'
import {
  booksHash,
  commitmentFromJson,
  digestOf,
  domainOf,
  evidenceOf,
  type IntentTerms,
  intentIdOf,
  joinedSignatures,
  NO_DEVICE,
  receiptToJson,
  termsToJson,
  ZERO_HASH,
} from '@gesim/proofs'
import { eventually, testStore } from '@gesim/store/testing'
import { type Abi, createPublicClient, createWalletClient, defineChain, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { chainView } from '../chain.ts'
import { findEpoch } from '../epochs.ts'
import { Settlement } from '../settlement.ts'

const DEPOSIT = 5_000_000n

/** The clerk on a real chain with the real contracts and a real database; the test is relayer and indexer. */
export async function openWorld(parameters: Parameters<typeof startLocalChain>[0]) {
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
  const view = chainView(local)
  const settlement = new Settlement({
    store: test.store,
    chain: view,
    domain,
    clock: systemClock,
    log: createLog('test', 'silent'),
    settings: { pollMs: 100, leadSeconds: 1, quorumWaitMs: 300, retrySeconds: 5 },
  })
  const running = settlement.start()
  const book = local.parties.carriers[0]!.book

  /** Whether the chain took the call. */
  async function send(key: Hex, address: Hex, abi: Abi, functionName: string, args: readonly unknown[]) {
    const account = privateKeyToAccount(key)
    const wallet = createWalletClient({ account, chain, transport: http() })
    const hash = await wallet.writeContract({ address, abi, functionName, args, gas: 2_000_000n })
    return (await client.waitForTransactionReceipt({ hash })).status === 'success'
  }

  async function mustSend(...call: Parameters<typeof send>) {
    if (!(await send(...call))) throw new Error(`${call[3]} was not taken`)
  }

  async function say<Kind extends EventKind>(kind: Kind, intentId: Hex | null, body: EventBodies[Kind]) {
    await test.store.tx((tx) => test.store.append(tx, kind, intentId, body))
  }

  /** The first event of a kind, or one after it. */
  async function heard<Kind extends EventKind>(kind: Kind, at = 0): Promise<EventBodies[Kind]> {
    const event = await eventually(async () => (await test.store.read({ kinds: [kind] }))[at], 25_000)
    return (event as JourneyEvent<Kind>).body
  }

  /** Billing says what an intent owes by now. */
  function charge(
    intentId: Hex,
    amountMicros: bigint,
    seq: number,
    final: boolean,
    evidence = evidenceOf(ZERO_HASH, ZERO_HASH, ZERO_HASH),
  ): Promise<void> {
    const amount = amountMicros.toString()
    const of = { book, amountMicros: amount, coSignedMicros: amount, bytesUsed: '500000000', seq }
    return say('charge.posted', intentId, { ...of, evidence, final })
  }

  return {
    local,
    domain,
    store: test.store,
    client,
    view,
    settlement,
    book,
    send,
    mustSend,
    say,
    heard,
    charge,
    read: test.store.read,
    /** An intent that is funded, opened for the book and charged, its service over by default. */
    async charged(chargeMicros: bigint, final = true) {
      const payer = privateKeyToAccount(keys.executors[0])
      const carrier = privateKeyToAccount(keys.carriers[0].provisioning)
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
        salt: BigInt(Date.now()),
      }
      const intentId = intentIdOf(terms)
      const receipt = {
        intentId,
        book,
        eidCommit: ZERO_HASH,
        iccidCommit: ZERO_HASH,
        profileHash: ZERO_HASH,
        evidence: ZERO_HASH,
        installedAt: nowSeconds,
      }
      const receiptDigest = digestOf('ProvisioningReceipt', domain, receipt)
      const receiptSignature = await carrier.sign({ hash: receiptDigest })
      const consent = { intentId, book, receiptDigest, validUntil: nowSeconds + 600 }
      const consentSignature = await payer.sign({ hash: digestOf('ActivationConsent', domain, consent) })

      await mustSend(keys.operator, addresses.usdc, testUsdcAbi, 'mint', [payer.address, DEPOSIT])
      await mustSend(keys.executors[0], addresses.usdc, testUsdcAbi, 'approve', [addresses.escrow, DEPOSIT])
      await mustSend(keys.executors[0], addresses.escrow, intentEscrowAbi, 'createIntent', [terms])
      await mustSend(keys.executors[0], addresses.escrow, intentEscrowAbi, 'fundIntent', [terms, DEPOSIT])
      await mustSend(keys.poster, addresses.escrow, intentEscrowAbi, 'activate', [
        ...[terms, [book], book, receipt, carrier.address, receiptSignature, consent, consentSignature],
        NO_DEVICE,
      ])
      await say('activation.wanted', intentId, {
        terms: termsToJson(terms),
        books: [book],
        book,
        receipt: receiptToJson(receipt),
        carrierKey: carrier.address,
        receiptSignature,
        consent,
        consentSignature,
        binding: NO_DEVICE,
      })
      await charge(intentId, chargeMicros, 1, final)
      return { intentId, terms, receiptDigest }
    },
    /** Some attestors sign an epoch. */
    async sign(epoch: number, by: readonly Hex[]) {
      const { digest } = (await findEpoch(test.store.db, epoch))!
      for (const attestor of by.map((key) => privateKeyToAccount(key))) {
        const signature = await attestor.sign({ hash: digest })
        await settlement.attest(epoch, { attestor: attestor.address, signature })
      }
    },
    /** Posts the wanted root, as the relayer does, and tells it, as the indexer does. */
    async post(wanted: EventBodies['root.wanted'], weight: number) {
      await mustSend(keys.poster, addresses.settlement, settlementAbi, 'postEpoch', [
        commitmentFromJson(wanted.commitment),
        joinedSignatures(wanted.signatures),
        wanted.deltas,
      ])
      await say('root.posted', null, {
        epoch: wanted.epoch,
        root: wanted.commitment.root,
        totalMicros: wanted.commitment.total,
        coSignedMicros: wanted.commitment.coSigned,
        postedAt: Math.floor(Date.now() / 1000),
        weight,
        txHash: ZERO_HASH,
        gasUsed: '1',
      })
    },
    async close() {
      await running.stop()
      await Promise.all([local.stop(), test.close()])
    },
  }
}
