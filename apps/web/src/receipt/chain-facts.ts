import {
  type Addresses,
  attestorRegistryAbi,
  carrierRegistryAbi,
  intentEscrowAbi,
  settlementAbi,
} from '@gesim/contracts'
import { chainVerifier, type ReceiptBundle, type ReceiptChain } from '@gesim/proofs'
import { type Hex, type PublicClient, parseEventLogs } from 'viem'
import { network } from '../chain/network.ts'

const STATES = ['None', 'Created', 'Held', 'Open', 'Exiting', 'Closed'] as const

/** What the chain itself says about a purchase: read here, by this browser, and from nobody's summary. */
export async function chainFacts(
  client: PublicClient,
  addresses: Addresses,
  bundle: ReceiptBundle,
): Promise<ReceiptChain> {
  const [intent, epoch, committee] = await Promise.all([
    intentFacts(client, addresses, bundle.intentId),
    epochFacts(client, addresses, bundle),
    committeeFacts(client, addresses, bundle),
  ])
  return {
    intent,
    ...(epoch ? { epoch } : {}),
    ...(committee ? { committee } : {}),
    isCarrierKey: (book, role, key, at) =>
      client.readContract({
        address: addresses.carrierRegistry,
        abi: carrierRegistryAbi,
        functionName: 'isBookKey',
        args: [book, role, key, at],
      }),
    verify: chainVerifier(client),
  }
}

async function intentFacts(client: PublicClient, addresses: Addresses, intentId: Hex) {
  const intent = await client.readContract({
    address: addresses.escrow,
    abi: intentEscrowAbi,
    functionName: 'intentOf',
    args: [intentId],
  })
  return {
    funded: intent.funded,
    settled: intent.settled,
    state: STATES[intent.state] ?? 'None',
    book: intent.book,
    index: intent.index,
    activatedAt: Number(intent.activatedAt),
  }
}

/** The ring keeps recent epochs; an older root is in the event that announced it. */
async function epochFacts(client: PublicClient, addresses: Addresses, bundle: ReceiptBundle) {
  if (!bundle.epoch) return null
  const { epoch } = bundle.epoch.commitment
  const record = await client.readContract({
    address: addresses.settlement,
    abi: settlementAbi,
    functionName: 'epochOf',
    args: [epoch],
  })
  if (record.epoch === epoch && record.postedAt > 0)
    return { root: record.root, total: record.total, coSigned: record.coSigned }
  const logs = await client.getLogs({
    address: addresses.settlement,
    event: settlementAbi.find((item) => item.type === 'event' && item.name === 'UsageCommitted') as never,
    args: { epoch } as never,
    fromBlock: BigInt((await network()).fromBlock),
  })
  const [log] = parseEventLogs({ abi: settlementAbi, eventName: 'UsageCommitted', logs: logs as never })
  return log ? { root: log.args.root, total: log.args.total, coSigned: log.args.coSigned } : null
}

async function committeeFacts(client: PublicClient, addresses: Addresses, bundle: ReceiptBundle) {
  if (!bundle.epoch) return null
  const [attestors, weights] = await client.readContract({
    address: addresses.attestorRegistry,
    abi: attestorRegistryAbi,
    functionName: 'committeeOf',
    args: [bundle.epoch.commitment.committeeVersion],
  })
  return { attestors, weights }
}
