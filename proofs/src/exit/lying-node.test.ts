import { type Hex, parseEther, parseGwei, parseTransaction } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { ZERO_HASH } from '../typed-data.ts'
import { sendAlone } from './alone.ts'
import type { ExitChain } from './chain.ts'
import { NOTHING_KEPT } from './kept.ts'
import { networkFromJson } from './network.ts'
import { readBelongings } from './read.ts'

const NAMES = 'usdc entryPoint escrow settlement payOnUsage paymaster accountFactory accountImplementation'
const addresses = Object.fromEntries(NAMES.split(' ').map((name, at) => [name, `0x${`c${at}`.repeat(20)}`]))
const owner = privateKeyToAccount(generatePrivateKey())
const account = `0x${'aa'.repeat(20)}` as const

/** A chain whose node answers what it likes. */
const chainOf = (client: object): ExitChain => ({
  client: client as ExitChain['client'],
  network: networkFromJson({ chainId: 31337, addresses }),
  times: { exitSeconds: 300, outflowSeconds: 600, demandSeconds: 40 },
  asked: (question) => question,
})

const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: { code?: string }) => error.code ?? String(error),
  )

/** Sends one call by a node that names these prices; gives what was signed and how it ended. */
async function sentBy(told: { tip: string; fee: string; gas?: bigint }) {
  const signed: Hex[] = []
  const chain = chainOf({
    getTransactionCount: async () => 0,
    getCode: async () => '0x01',
    getBalance: async () => parseEther('10'),
    call: async () => ({}),
    readContract: async () => 0n,
    estimateGas: async () => told.gas ?? 500_000n,
    estimateFeesPerGas: async () => ({
      maxFeePerGas: parseGwei(told.fee),
      maxPriorityFeePerGas: parseGwei(told.tip),
    }),
    sendRawTransaction: async ({ serializedTransaction }: { serializedTransaction: Hex }) => {
      signed.push(serializedTransaction)
      return ZERO_HASH
    },
    waitForTransactionReceipt: async () => ({ status: 'reverted', transactionHash: ZERO_HASH, logs: [] }),
  })
  const code = await codeOf(sendAlone(chain, { owner, account }, [{ to: account, data: '0x' }]))
  return { code, signed: signed.map((one) => parseTransaction(one as `0x02${string}`)) }
}

describe('a node that lies', () => {
  it('has no more than three gwei of tip signed for, whatever the key has', async () => {
    const { signed } = await sentBy({ tip: '5000', fee: '5002' })
    expect(signed).toMatchObject([
      { maxFeePerGas: parseGwei('5'), maxPriorityFeePerGas: parseGwei('3'), gas: 600_000n },
    ])
  })

  it('is sent nothing where gas or price are beyond reason', async () => {
    const beyond = { code: 'proofs.exit-fee-too-high', signed: [] }
    expect(await sentBy({ tip: '1', fee: '5002' })).toEqual(beyond)
    expect(await sentBy({ tip: '1', fee: '2', gas: 3_000_001n })).toEqual(beyond)
  })

  it('cannot name more roots than the three that count, each of which would be asked for with a bond', async () => {
    const ref = (epoch: number) => ({ epoch, root: ZERO_HASH, total: 0n, coSigned: 0n })
    const belongings = (count: number) => {
      const answers: Record<string, unknown> = {
        intentOf: { state: 3, funded: 5n, settled: 0n, book: 1, index: 0, activatedAt: 1, closedAt: 0 },
        bookOf: { ceiling: 9n, claimed: 0n, claimedEpoch: 0 },
        exitOf: { charge: 0n, hold: 0n, finalizeAt: 0 },
        outflowOf: { cap: 9n, used: 0n, since: 0 },
        closeBasis: [Array.from({ length: count }, (_, at) => ref(at + 1)), true, 0],
        isExcused: false,
        isFinal: true,
        purseOf: { creditMicros: 0n },
      }
      const chain = chainOf({
        getBlock: async () => ({ timestamp: 10_000n }),
        readContract: async ({ functionName }: { functionName: string }) => answers[functionName] ?? 0n,
      })
      const created = [{ intentId: `0x${'11'.repeat(32)}` as Hex, txHash: ZERO_HASH }]
      const found = { created, shown: [], demands: [], readTo: 1n }
      return readBelongings(chain, account, { found, kept: NOTHING_KEPT })
    }
    expect((await belongings(3)).intents[0]?.roots).toHaveLength(3)
    expect(await codeOf(belongings(4))).toBe('proofs.exit-rpc-no-contracts')
  })
})
