import { testUsdcAbi } from '@gesim/contracts'
import { encodeExecute, type GesimSmartAccount } from '@gesim/contracts/account'
import type { Hex } from '@gesim/journey'
import { eventually } from '@gesim/store/testing'
import { encodeFunctionData, numberToHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Rig, startRig } from '../harness.ts'
import { signSponsorship } from '../paymaster.ts'
import { rows } from '../table.ts'
import { register, traveller } from '../travellers.ts'
import {
  packUserOperation,
  preVerificationGasOf,
  readUserOperation,
  type UserOperation,
  writeUserOperation,
} from './user-operation.ts'

let rig: Rig
let account: GesimSmartAccount

beforeAll(async () => {
  rig = await startRig()
  account = (await traveller(rig)).account
  await register(rig, account.address)
}, 60_000)
afterAll(() => rig?.stop())

interface RpcAnswer {
  result?: unknown
  error?: { code: number; message: string; data?: { code?: string } }
}

async function rpc(door: string, method: string, params: readonly unknown[]): Promise<RpcAnswer> {
  const response = await fetch(`${rig.url}/rpc/${door}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return (await response.json()) as RpcAnswer
}

const approve = () =>
  encodeFunctionData({ abi: testUsdcAbi, functionName: 'approve', args: [rig.chain.addresses.escrow, 1n] })

/** A whole, signed, sponsored operation of the account; `change` is applied before it is signed. */
async function operation(
  change: Partial<UserOperation> = {},
  of: GesimSmartAccount = account,
): Promise<UserOperation> {
  const { factory, factoryData } = await of.getFactoryArgs()
  const bare: UserOperation = {
    sender: of.address.toLowerCase() as Hex,
    nonce: await of.getNonce(),
    ...(factory && factoryData ? { factory: factory.toLowerCase() as Hex, factoryData } : {}),
    callData: encodeExecute([{ to: rig.chain.addresses.usdc, data: approve() }]),
    callGasLimit: 90_000n,
    verificationGasLimit: 450_000n,
    preVerificationGas: 0n,
    maxFeePerGas: 3_000_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
    paymaster: rig.chain.addresses.paymaster.toLowerCase() as Hex,
    paymasterVerificationGasLimit: 80_000n,
    paymasterPostOpGasLimit: 40_000n,
    paymasterData: `0x${'ff'.repeat(78)}`,
    signature: `0x${'ff'.repeat(416)}`,
    ...change,
  }
  const sized = change.preVerificationGas
    ? bare
    : { ...bare, preVerificationGas: preVerificationGasOf(packUserOperation(bare)) }
  const context = {
    ...rig.context,
    ...rig.parts,
    chainId: 31337,
    nowSeconds: () => Math.floor(Date.now() / 1_000),
  }
  const paid =
    sized.paymaster === undefined || change.paymasterData
      ? sized
      : { ...sized, paymasterData: await signSponsorship(context, sized) }
  return { ...paid, signature: await of.signUserOperation(paid as never) }
}

const submit = (wanted: UserOperation) =>
  rpc('bundler', 'eth_sendUserOperation', [writeUserOperation(wanted), rig.chain.addresses.entryPoint])

describe('the bundler', () => {
  it('names its chain, its EntryPoint and a price', async () => {
    expect((await rpc('bundler', 'eth_chainId', [])).result).toBe('0x7a69')
    expect((await rpc('bundler', 'eth_supportedEntryPoints', [])).result).toEqual([
      rig.chain.addresses.entryPoint,
    ])
    expect((await rpc('bundler', 'gesim_userOperationGasPrice', [])).result).toHaveProperty('maxFeePerGas')
  })

  it('includes an operation, and says where it stands all along', async () => {
    const wanted = await operation()
    const { result: hash } = await submit(wanted)
    expect(hash).toMatch(/^0x[0-9a-f]{64}$/)
    const receipt = (await eventually(
      async () => (await rpc('bundler', 'eth_getUserOperationReceipt', [hash])).result,
    )) as { success: boolean; logs: unknown[]; sender: Hex }
    expect(receipt.success).toBe(true)
    expect(receipt.sender).toBe(wanted.sender)
    expect(receipt.logs.length).toBeGreaterThan(2)
    const found = (await rpc('bundler', 'eth_getUserOperationByHash', [hash])).result as {
      userOperation: unknown
      blockNumber: string
    }
    expect(readUserOperation(found.userOperation)).toEqual(wanted)
    expect(BigInt(found.blockNumber)).toBeGreaterThan(0n)
    expect((await rpc('bundler', 'gesim_userOperationStatus', [hash])).result).toMatchObject({
      state: 'included',
    })
    // Sent again after a lost answer: the same hash, and no second operation.
    expect((await submit(wanted)).result).toBe(hash)
  }, 30_000)

  it('rejects what the EntryPoint rejects, with its AA code', async () => {
    const stranger = (await traveller(rig)).account
    const good = await operation()
    const forged = { ...good, signature: await stranger.signUserOperation(good as never) }
    expect((await submit(forged)).error).toMatchObject({
      code: -32507,
      message: expect.stringMatching(/^AA24/),
    })
    const unsponsored = await operation({ paymasterData: `0x00${'00'.repeat(12)}${'11'.repeat(65)}` })
    expect((await submit(unsponsored)).error).toMatchObject({
      code: -32507,
      message: expect.stringMatching(/^AA34/),
    })
    const poor = await operation({}, stranger)
    expect((await submit(poor)).error).toMatchObject({
      code: -32501,
      message: expect.stringMatching(/^AA33.*GesimPaymaster_InsufficientFunds/),
    })
    const skipped = await operation({ nonce: 99n })
    expect((await submit(skipped)).error?.message).toMatch(/^AA25/)
    const penniless = await operation({ paymaster: undefined, paymasterData: undefined })
    expect((await submit(penniless)).error).toMatchObject({
      code: -32500,
      message: expect.stringMatching(/^AA21/),
    })
  }, 30_000)

  it('refuses what is malformed or beyond its limits, naming the field', async () => {
    const good = writeUserOperation(await operation())
    const send = (json: unknown, entryPoint: unknown = rig.chain.addresses.entryPoint) =>
      rpc('bundler', 'eth_sendUserOperation', [json, entryPoint])
    expect((await send({ ...good, sender: '0x12' })).error).toMatchObject({
      code: -32602,
      message: expect.stringMatching(/^sender/),
    })
    expect((await send({ ...good, signature: '0xabc' })).error?.message).toMatch(/^signature: not bytes/)
    expect((await send({ ...good, callData: `0x${'00'.repeat(25_000)}` })).error?.message).toMatch(
      /^callData: more than/,
    )
    expect((await send({ ...good, callGasLimit: numberToHex(20_000_000) })).error?.message).toMatch(
      /^callGasLimit/,
    )
    expect((await send({ ...good, preVerificationGas: '0x1' })).error?.message).toMatch(/is below/)
    expect(
      (await send({ ...good, maxFeePerGas: '0x0', maxPriorityFeePerGas: '0x0' })).error?.message,
    ).toMatch(/^maxFeePerGas/)
    expect((await send({ ...good, eip7702Auth: {} })).error?.message).toMatch(/^eip7702Auth/)
    expect((await send(good, '0x0000000071727De22E5E9d8BAf0edAc6f37da032')).error?.message).toMatch(
      /EntryPoint here/,
    )
    expect((await send(null)).error?.message).toMatch(/^userOperation/)
    expect((await rpc('bundler', 'debug_bundler_clearState', [])).error?.code).toBe(-32601)
  }, 30_000)

  it('tells before sending why a call would fail', async () => {
    const transfer = encodeFunctionData({
      abi: testUsdcAbi,
      functionName: 'transfer',
      args: [rig.chain.addresses.escrow, 1n],
    })
    const wanted = await operation({
      callData: encodeExecute([{ to: rig.chain.addresses.usdc, data: transfer }]),
    })
    const { error } = await rpc('bundler', 'eth_estimateUserOperationGas', [
      writeUserOperation(wanted),
      rig.chain.addresses.entryPoint,
    ])
    expect(error).toMatchObject({ code: -32521, message: expect.stringMatching(/exceeds balance/) })
  })

  it('pays from the account’s own credit without the operator’s signature', async () => {
    const wanted = await operation({ paymasterData: '0x01' })
    expect((await submit(wanted)).error?.message).toMatch(/InsufficientFunds/)
    const stub = await rpc('paymaster', 'pm_getPaymasterStubData', [
      writeUserOperation(wanted),
      rig.chain.addresses.entryPoint,
      '0x7a69',
      { kind: 'credit' },
    ])
    expect(stub.result).toMatchObject({ paymasterData: '0x01', isFinal: true })
  })

  it('keeps what it accepted over a restart', async () => {
    const wanted = await operation()
    const { result: hash } = await submit(wanted)
    await rig.restart()
    const row = await eventually(async () =>
      rows(rig.store)
        .selectFrom('relayer_operations')
        .select(['success', 'transaction_id'])
        .where('hash', '=', hash as Hex)
        .where('state', '=', 'included')
        .executeTakeFirst(),
    )
    expect(row.success).toBe(true)
  }, 30_000)

  it('bundles many accounts together and drops only the one that turned bad', async () => {
    const people = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const { account: one } = await traveller(rig)
        await register(rig, one.address)
        return one
      }),
    )
    const wanted = await Promise.all(people.map((one) => operation({}, one)))
    const forged = { ...(await operation({}, people[0]!)), signature: wanted[1]!.signature }
    const answers = await Promise.all([...wanted.slice(1), forged].map(submit))
    const hashes = answers.flatMap(({ result }) => (result ? [result as Hex] : []))
    expect(hashes).toHaveLength(11)
    expect(answers.at(-1)!.error).toBeDefined()
    const included = await eventually(async () => {
      const done = await rows(rig.store)
        .selectFrom('relayer_operations')
        .select(['transaction_id', 'success'])
        .where('hash', 'in', hashes)
        .where('state', '=', 'included')
        .execute()
      return done.length === 11 && done
    })
    expect(included.every(({ success }) => success)).toBe(true)
    expect(new Set(included.map(({ transaction_id }) => transaction_id)).size).toBeLessThan(11)
  }, 60_000)
})
