import { intentEscrowAbi, testUsdcAbi } from '@gesim/contracts'
import type { LocalChain } from '@gesim/contracts/testing'
import { booksHash, type IntentTerms, intentIdOf } from '@gesim/proofs'
import {
  type Address,
  createPublicClient,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  type PrivateKeyAccount,
} from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

/** A traveller with an account of its own, who can pay into the escrow and open it. */
export interface Payer {
  readonly account: PrivateKeyAccount
  /** Pays for a fresh purchase; returns its id, terms and books. */
  fund(over?: Partial<IntentTerms>): Promise<{ intentId: Hex; terms: IntentTerms; books: number[] }>
  /** Any call to the escrow, mined. Throws when it reverts. */
  send(functionName: 'activate' | 'refund', args: readonly unknown[]): Promise<void>
}

const DEPOSIT = 2_000_000n

export async function createPayer(chain: LocalChain): Promise<Payer> {
  const definition = defineChain({
    id: chain.chainId,
    name: 'local',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [chain.rpcUrl] } },
  })
  const transport = http(chain.rpcUrl)
  const client = createPublicClient({ chain: definition, transport, pollingInterval: 50 })
  const account = privateKeyToAccount(generatePrivateKey())
  const walletOf = (key: PrivateKeyAccount) =>
    createWalletClient({ chain: definition, transport, account: key })
  const wallet = walletOf(account)
  const operator = walletOf(privateKeyToAccount(chain.keys.operator))
  const { escrow, usdc } = chain.addresses
  const mined = async (hash: Hex) => {
    const receipt = await client.waitForTransactionReceipt({ hash })
    if (receipt.status !== 'success') throw new Error(`transaction ${hash} reverted`)
  }
  await mined(await operator.sendTransaction({ to: account.address, value: 10n ** 18n }))
  const token = { address: usdc, abi: testUsdcAbi } as const
  await mined(
    await operator.writeContract({ ...token, functionName: 'mint', args: [account.address, 10n * DEPOSIT] }),
  )
  await mined(
    await wallet.writeContract({
      ...token,
      functionName: 'approve',
      args: [escrow as Address, 10n * DEPOSIT],
    }),
  )
  return {
    account,
    async fund(over = {}) {
      const books = chain.parties.carriers.map((carrier) => carrier.book)
      const now = Number((await client.getBlock()).timestamp)
      const terms: IntentTerms = {
        payer: account.address.toLowerCase() as Address,
        booksHash: booksHash(books),
        planCommit: `0x${'01'.repeat(32)}`,
        pricePerGB: 1_000_000_000n,
        activationFee: 100_000n,
        includedBytes: 0n,
        blockBytes: 1000n,
        maxDeposit: DEPOSIT,
        provisionBy: now + 300,
        deadline: now + 3600,
        flags: 0,
        unsignedCredit: 300_000n,
        salt: BigInt(generatePrivateKey()),
        ...over,
      }
      const contract = { address: escrow, abi: intentEscrowAbi } as const
      await mined(await wallet.writeContract({ ...contract, functionName: 'createIntent', args: [terms] }))
      await mined(
        await wallet.writeContract({ ...contract, functionName: 'fundIntent', args: [terms, DEPOSIT] }),
      )
      return { intentId: intentIdOf(terms), terms, books }
    },
    async send(functionName, args) {
      const call = { address: escrow, abi: intentEscrowAbi, functionName, args } as Parameters<
        typeof wallet.writeContract
      >[0]
      await mined(await wallet.writeContract(call))
    },
  }
}
