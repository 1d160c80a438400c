import { createLog, systemClock } from '@gesim/base'
import { intentEscrowAbi, settlementAbi, testUsdcAbi } from '@gesim/contracts'
import { type LocalChain, startLocalChain } from '@gesim/contracts/testing'
import type { EventBodies, EventKind, Hex, JourneyEvent } from '@gesim/journey'
import {
  booksHash,
  commitmentFromJson,
  digestOf,
  domainOf,
  evidenceOf,
  type IntentTerms,
  intentIdOf,
  leafProofFromJson,
  NO_DEVICE,
  nodeProofFromJson,
  receiptToJson,
  termsToJson,
  ZERO_HASH,
} from '@gesim/proofs'
import type { Running } from '@gesim/store'
import { type TestStore, testStore } from '@gesim/store/testing'
import { type Abi, createPublicClient, createWalletClient, defineChain, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { chainView } from './chain.ts'
import { findEpoch } from './epochs.ts'
import { Settlement } from './settlement.ts'

const DEPOSIT = 5_000_000n
const CHARGE = 1_600_000n

let local: LocalChain
let test: TestStore
let running: Running
let settlement: Settlement

beforeAll(async () => {
  const parameters = { epochSeconds: 5, postingSeconds: 3, fastSeconds: 1, slowSeconds: 2 }
  ;[local, test] = await Promise.all([startLocalChain(parameters), testStore()])
  settlement = new Settlement({
    store: test.store,
    chain: chainView(local),
    domain: domainOf(local.chainId, local.addresses.escrow),
    clock: systemClock,
    log: createLog('test', 'silent'),
    settings: { pollMs: 100, leadSeconds: 1, quorumWaitMs: 300, retrySeconds: 5 },
  })
  running = settlement.start()
}, 60_000)
afterAll(async () => {
  await running?.stop()
  await Promise.all([local?.stop(), test?.close()])
})

async function send(key: Hex, address: Hex, abi: Abi, functionName: string, args: readonly unknown[]) {
  const chain = defineChain({
    id: local.chainId,
    name: 'local',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [local.rpcUrl] } },
  })
  const account = privateKeyToAccount(key)
  const wallet = createWalletClient({ account, chain, transport: http() })
  const hash = await wallet.writeContract({ address, abi, functionName, args, gas: 2_000_000n })
  const client = createPublicClient({ chain, transport: http(), pollingInterval: 50 })
  return (await client.waitForTransactionReceipt({ hash })).status === 'success'
}

async function mustSend(...call: Parameters<typeof send>) {
  expect([call[3], await send(...call)]).toEqual([call[3], true])
}

/** Again while the escrow is locked for a posting, as the relayer does it. */
async function sendInTime(...call: Parameters<typeof send>) {
  for (let attempt = 0; attempt < 20; attempt++) {
    if (await send(...call)) return
    await new Promise((resolve) => setTimeout(resolve, 400))
  }
  throw new Error(`${call[3]} was never taken`)
}

async function say<Kind extends EventKind>(kind: Kind, intentId: Hex | null, body: EventBodies[Kind]) {
  await test.store.tx((tx) => test.store.append(tx, kind, intentId, body))
}

async function heard<Kind extends EventKind>(kind: Kind): Promise<EventBodies[Kind]> {
  const endMs = Date.now() + 25_000
  while (Date.now() < endMs) {
    const [event] = await test.store.read({ kinds: [kind] })
    if (event) return (event as JourneyEvent<Kind>).body
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${kind} was not heard`)
}

it('takes an epoch through the real contracts: posted, final, carrier paid, remainder returned', async () => {
  const { addresses, keys } = local
  const domain = domainOf(local.chainId, addresses.escrow)
  const payer = privateKeyToAccount(keys.executors[0])
  const carrier = privateKeyToAccount(keys.carriers[0].provisioning)
  const book = local.parties.carriers[0]!.book
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
  await say('charge.posted', intentId, {
    book,
    amountMicros: CHARGE.toString(),
    coSignedMicros: CHARGE.toString(),
    bytesUsed: '500000000',
    seq: 1,
    evidence: evidenceOf(ZERO_HASH, ZERO_HASH, receiptDigest),
    final: true,
  })

  const { epoch } = await heard('epoch.closed')
  const { digest } = (await findEpoch(test.store.db, epoch))!
  for (const key of keys.attestors) {
    const attestor = privateKeyToAccount(key)
    const signature = await attestor.sign({ hash: digest })
    await settlement.attest(epoch, { attestor: attestor.address, signature })
  }
  const wanted = await heard('root.wanted')
  await mustSend(keys.poster, addresses.settlement, settlementAbi, 'postEpoch', [
    commitmentFromJson(wanted.commitment),
    wanted.signatures.map((one) => one.attestor),
    wanted.signatures.map((one) => one.signature),
    wanted.deltas,
  ])
  await say('root.posted', null, {
    epoch,
    root: wanted.commitment.root,
    totalMicros: wanted.commitment.total,
    coSignedMicros: wanted.commitment.coSigned,
    postedAt: Math.floor(Date.now() / 1000),
    weight: 10_000,
    txHash: ZERO_HASH,
    gasUsed: '1',
  })

  const settle = await heard('settle.wanted')
  await mustSend(keys.poster, addresses.settlement, settlementAbi, 'settle', [
    settle.epoch,
    settle.books,
    settle.proofs.map(nodeProofFromJson),
  ])
  const remainder = await heard('remainder.wanted')
  await sendInTime(keys.poster, addresses.escrow, intentEscrowAbi, 'refundFinal', [
    terms,
    remainder.epoch,
    leafProofFromJson(remainder.proof),
    false,
  ])

  const client = createPublicClient({ transport: http(local.rpcUrl) })
  const read = { address: addresses.escrow, abi: intentEscrowAbi } as const
  expect(await client.readContract({ ...read, functionName: 'bookOf', args: [book] })).toMatchObject({
    claimed: CHARGE,
  })
  expect(await client.readContract({ ...read, functionName: 'intentOf', args: [intentId] })).toMatchObject({
    settled: CHARGE,
    state: 5,
  })
}, 60_000)
