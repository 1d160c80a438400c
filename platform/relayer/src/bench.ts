import { testUsdcAbi } from '@gesim/contracts'
import { encodeExecute, type GesimSmartAccount, toGesimAccount } from '@gesim/contracts/account'
import type { Hex } from '@gesim/journey'
import { eventually } from '@gesim/store/testing'
import { encodeFunctionData } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { bundlerMethods, type RpcMethod } from './bundler/rpc.ts'
import {
  packUserOperation,
  preVerificationGasOf,
  type UserOperation,
  writeUserOperation,
} from './bundler/user-operation.ts'
import { append, type Rig, startRig } from './harness.ts'
import { signSponsorship } from './paymaster.ts'
import { rows } from './table.ts'

/** What a run of sponsored operations measured. */
export interface SponsoredRun {
  readonly operations: number
  /** From the first submission to the last receipt noted. */
  readonly seconds: number
  readonly operationsPerSecond: number
  /** Processor time of this process alone: comparable on a machine that does other things too. */
  readonly cpuMsPerOperation: number
  readonly bundles: number
  readonly gasPerOperation: number
  /** Submission until the hash is answered, which is after validation and storing. */
  readonly submitMedianMs: number
}

const COMMITMENT: Hex = `0x${'5a'.repeat(32)}`
const FEE = 3_000_000_000n

/**
 * Sponsored operations per second through our bundler, on a chain and a database of its own: each of so many distinct
 * accounts sends one (an approval), after a first one that deployed it. Signing is done before the clock starts; HTTP is
 * not part of it, everything behind the JSON-RPC methods is.
 */
export async function benchSponsored(operations = 200): Promise<SponsoredRun> {
  const rig = await startRig({ bundleSize: 25 })
  try {
    const accounts = await Promise.all(Array.from({ length: operations }, () => newAccount(rig)))
    for (const { address } of accounts) {
      await append(rig.store, 'account.registered', null, { account: address, commitment: COMMITMENT })
    }
    await eventually(async () => {
      const { count } = await rows(rig.store)
        .selectFrom('relayer_transactions')
        .select(({ fn }) => fn.countAll<bigint>().as('count'))
        .where('kind', '=', 'account.registered')
        .where('state', 'in', ['mined', 'final'])
        .executeTakeFirstOrThrow()
      return Number(count) === 2 * operations
    }, 300_000)
    const { chain, pool, addresses } = rig.parts
    const { accountImplementation } = addresses
    const methods = bundlerMethods({ store: rig.store, chain, pool, accountImplementation })
    await submitAll(rig, methods, await signAll(rig, accounts, true))
    return await submitAll(rig, methods, await signAll(rig, accounts, false))
  } finally {
    await rig.stop()
  }
}

function newAccount(rig: Rig): Promise<GesimSmartAccount> {
  return toGesimAccount({
    client: rig.client,
    addresses: rig.chain.addresses,
    owner: privateKeyToAccount(generatePrivateKey()),
  })
}

async function signAll(
  rig: Rig,
  accounts: readonly GesimSmartAccount[],
  first: boolean,
): Promise<UserOperation[]> {
  const { addresses } = rig.chain
  const approve = encodeFunctionData({
    abi: testUsdcAbi,
    functionName: 'approve',
    args: [addresses.escrow, 1n],
  })
  const signed: UserOperation[] = []
  for (const account of accounts) {
    const { factory, factoryData } = first ? await account.getFactoryArgs() : {}
    const bare: UserOperation = {
      sender: account.address.toLowerCase() as Hex,
      nonce: first ? 0n : 1n,
      ...(factory && factoryData ? { factory: factory.toLowerCase() as Hex, factoryData } : {}),
      callData: encodeExecute([{ to: addresses.usdc, data: approve }]),
      callGasLimit: 80_000n,
      verificationGasLimit: first ? 400_000n : 100_000n,
      preVerificationGas: 0n,
      maxFeePerGas: FEE,
      maxPriorityFeePerGas: 1_000_000_000n,
      paymaster: addresses.paymaster.toLowerCase() as Hex,
      paymasterVerificationGasLimit: 80_000n,
      paymasterPostOpGasLimit: 40_000n,
      paymasterData: `0x${'ff'.repeat(78)}`,
      signature: `0x${'ff'.repeat(416)}`,
    }
    const sized = { ...bare, preVerificationGas: preVerificationGasOf(packUserOperation(bare)) }
    const context = {
      ...rig.context,
      ...rig.parts,
      chainId: 31337,
      nowSeconds: () => Math.floor(Date.now() / 1_000),
    }
    const sponsored = { ...sized, paymasterData: await signSponsorship(context, sized) }
    signed.push({ ...sponsored, signature: await account.signUserOperation(sponsored as never) })
  }
  return signed
}

async function submitAll(
  rig: Rig,
  methods: Readonly<Record<string, RpcMethod>>,
  operations: readonly UserOperation[],
): Promise<SponsoredRun> {
  const cpuBefore = process.cpuUsage()
  const startedMs = performance.now()
  const took: number[] = []
  const hashes = await Promise.all(
    operations.map(async (operation) => {
      const hash = await methods.eth_sendUserOperation!([
        writeUserOperation(operation),
        rig.chain.addresses.entryPoint,
      ])
      took.push(performance.now() - startedMs)
      return hash as Hex
    }),
  )
  const included = await eventually(async () => {
    const done = await rows(rig.store)
      .selectFrom('relayer_operations')
      .select(['state', 'success', 'gas_used', 'transaction_id', 'why'])
      .where('hash', 'in', hashes)
      .where('state', 'in', ['included', 'dropped'])
      .execute()
    return done.length === hashes.length && done
  }, 120_000)
  const seconds = (performance.now() - startedMs) / 1_000
  const cpu = process.cpuUsage(cpuBefore)
  const bad = included.find(({ success }) => !success)
  if (bad) throw new Error(`an operation failed: ${bad.why ?? 'reverted'}`)
  const gas = included.reduce((sum, { gas_used }) => sum + gas_used!, 0n)
  return {
    operations: operations.length,
    seconds,
    operationsPerSecond: operations.length / seconds,
    cpuMsPerOperation: (cpu.user + cpu.system) / 1_000 / operations.length,
    bundles: new Set(included.map(({ transaction_id }) => transaction_id)).size,
    gasPerOperation: Number(gas) / operations.length,
    submitMedianMs: took.sort((a, b) => a - b)[Math.floor(took.length / 2)]!,
  }
}
