import { testUsdcAbi } from '@gesim/contracts'
import { encodeExecute, sponsoredClient, toDelegatedAccount } from '@gesim/contracts/account'
import type { Hex } from '@gesim/journey'
import { eventually } from '@gesim/store/testing'
import { encodeFunctionData, keccak256, parseTransaction, type SignedAuthorization } from 'viem'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  packUserOperation,
  preVerificationGasOf,
  readUserOperation,
  type UserOperation,
  writeUserOperation,
} from './bundler/user-operation.ts'
import { DELEGATION_MARKER, delegatedCode, delegationsIn, writeDelegation } from './delegation.ts'
import { type Rig, startRig } from './harness.ts'
import { signSponsorship } from './paymaster.ts'
import { localSigner } from './signers.ts'
import { rows } from './table.ts'
import { register } from './travellers.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
}, 60_000)
afterAll(() => rig?.stop())

/** Somebody who brings a key of their own, with a client on the rig's routes. */
async function bringer() {
  const owner = privateKeyToAccount(generatePrivateKey())
  const account = await toDelegatedAccount({ client: rig.client, addresses: rig.chain.addresses, owner })
  const bundler = sponsoredClient({
    account: account as never,
    client: rig.client,
    bundlerUrl: `${rig.url}/rpc/bundler`,
    paymasterUrl: `${rig.url}/rpc/paymaster`,
  })
  await register(rig, owner.address)
  return { owner, account, bundler }
}

const approving = () => ({
  to: rig.chain.addresses.usdc,
  data: encodeFunctionData({
    abi: testUsdcAbi,
    functionName: 'approve',
    args: [rig.chain.addresses.escrow, 7n],
  }),
})

const authorize = (
  owner: PrivateKeyAccount,
  change: { address?: Hex; chainId?: number; nonce?: number } = {},
) =>
  owner.signAuthorization({
    address: rig.chain.addresses.accountImplementation,
    chainId: 31337,
    nonce: 0,
    ...change,
  })

async function submit(json: unknown): Promise<{ result?: Hex; error?: { code: number; message: string } }> {
  const response = await fetch(`${rig.url}/rpc/bundler`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'eth_sendUserOperation',
      params: [json, rig.chain.addresses.entryPoint],
    }),
  })
  return (await response.json()) as { result?: Hex; error?: { code: number; message: string } }
}

/** A whole operation with the authorization given, signed and sponsored. */
async function operation(
  of: Awaited<ReturnType<typeof bringer>>,
  authorization: SignedAuthorization,
): Promise<UserOperation> {
  const { address, chainId, nonce, r, s, yParity } = authorization
  const bare: UserOperation = {
    sender: of.owner.address.toLowerCase() as Hex,
    nonce: 0n,
    factory: DELEGATION_MARKER,
    factoryData: '0x',
    eip7702Auth: { address: address.toLowerCase() as Hex, chainId, nonce, r, s, yParity: yParity ?? 0 },
    callData: encodeExecute([approving()]),
    callGasLimit: 90_000n,
    verificationGasLimit: 150_000n,
    preVerificationGas: 0n,
    maxFeePerGas: 3_000_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
    paymaster: rig.chain.addresses.paymaster.toLowerCase() as Hex,
    paymasterVerificationGasLimit: 80_000n,
    paymasterPostOpGasLimit: 40_000n,
    paymasterData: `0x${'ff'.repeat(78)}`,
    signature: `0x${'ff'.repeat(65)}`,
  }
  const sized = { ...bare, preVerificationGas: preVerificationGasOf(packUserOperation(bare)) }
  const context = {
    ...rig.context,
    ...rig.parts,
    chainId: 31337,
    nowSeconds: () => Math.floor(Date.now() / 1_000),
  }
  const paid = { ...sized, paymasterData: await signSponsorship(context, sized) }
  const { eip7702Auth: _, ...fields } = paid
  return { ...paid, signature: await of.account.signUserOperation({ ...fields, authorization } as never) }
}

describe('an address that brings its own key', () => {
  it('delegates itself with its first operation, in a transaction of type 4, and needs no ether', async () => {
    const { owner, account, bundler } = await bringer()
    expect(await rig.client.getCode({ address: owner.address })).toBeUndefined()
    const authorization = await authorize(owner)
    const hash = await bundler.sendUserOperation({ calls: [approving()], authorization } as never)
    const receipt = await bundler.waitForUserOperationReceipt({ hash, timeout: 20_000 })
    expect(receipt.success).toBe(true)
    const implementation = rig.chain.addresses.accountImplementation.toLowerCase() as Hex
    expect(await rig.client.getCode({ address: owner.address })).toBe(delegatedCode(implementation))
    const transaction = await rig.client.getTransaction({ hash: receipt.receipt.transactionHash })
    expect(transaction.type).toBe('eip7702')
    expect(transaction.authorizationList).toHaveLength(1)
    expect(
      await rig.client.readContract({
        address: rig.chain.addresses.usdc,
        abi: testUsdcAbi,
        functionName: 'allowance',
        args: [owner.address, rig.chain.addresses.escrow],
      }),
    ).toBe(7n)
    // From then on it is an account like any other: no authorization, an ordinary transaction.
    expect(await account.isDeployed()).toBe(true)
    const next = await bundler.sendUserOperation({ calls: [approving()] })
    const second = await bundler.waitForUserOperationReceipt({ hash: next, timeout: 20_000 })
    expect(second.success).toBe(true)
    expect((await rig.client.getTransaction({ hash: second.receipt.transactionHash })).type).toBe('eip1559')
  }, 40_000)

  it('is known by the same operation when its answer was lost, before and after it was included', async () => {
    const one = await bringer()
    const wanted = await operation(one, await authorize(one.owner))
    const { result: hash } = await submit(writeUserOperation(wanted))
    expect(hash).toMatch(/^0x[0-9a-f]{64}$/)
    expect((await submit(writeUserOperation(wanted))).result).toBe(hash)
    const row = await eventually(async () =>
      rows(rig.store)
        .selectFrom('relayer_operations')
        .select(['operation', 'success'])
        .where('hash', '=', hash!)
        .where('state', '=', 'included')
        .executeTakeFirst(),
    )
    expect(row.success).toBe(true)
    expect(readUserOperation(row.operation)).toEqual(wanted)
    expect((await submit(writeUserOperation(wanted))).result).toBe(hash)
  }, 30_000)

  it('goes alone into its bundle, whatever waits beside it', async () => {
    const people = await Promise.all([bringer(), bringer(), bringer()])
    const wanted = await Promise.all(people.map(async (one) => operation(one, await authorize(one.owner))))
    const answers = await Promise.all(wanted.map((each) => submit(writeUserOperation(each))))
    const hashes = answers.map(({ result }) => result!)
    const included = await eventually(async () => {
      const done = await rows(rig.store)
        .selectFrom('relayer_operations')
        .select(['transaction_id', 'success'])
        .where('hash', 'in', hashes)
        .where('state', '=', 'included')
        .execute()
      return done.length === 3 && done
    })
    expect(included.every(({ success }) => success)).toBe(true)
    expect(new Set(included.map(({ transaction_id }) => transaction_id)).size).toBe(3)
  }, 40_000)

  it('is refused what the chain would pass over in silence, with the reason', async () => {
    const one = await bringer()
    const stranger = privateKeyToAccount(generatePrivateKey())
    const saying = async (authorization: SignedAuthorization) =>
      (await submit(writeUserOperation(await operation(one, authorization)))).error
    expect(await saying(await authorize(one.owner, { address: stranger.address }))).toMatchObject({
      code: -32602,
      message: expect.stringMatching(/^eip7702Auth: delegates to 0x[0-9a-f]{40}, accounts here run/),
    })
    expect((await saying(await authorize(one.owner, { chainId: 0 })))?.message).toMatch(
      /is for chain 0, not 31337/,
    )
    expect((await saying(await authorize(one.owner, { nonce: 5 })))?.message).toMatch(
      /has nonce 5, the sender is at 0/,
    )
    expect((await saying(await authorize(stranger)))?.message).toMatch(
      /is signed by 0x\w+, not by the sender/,
    )
    const good = await authorize(one.owner)
    const high = { ...good, s: `0x${'f'.repeat(64)}` as Hex }
    expect((await saying(high))?.message).toMatch(/s is too large/)
  }, 30_000)

  it('is refused halves of it: an authorization without the marker, a marker without one, and odd members', async () => {
    const one = await bringer()
    const whole = writeUserOperation(await operation(one, await authorize(one.owner)))
    const { factory: _, ...unmarked } = whole
    const saying = async (json: unknown) => (await submit(json)).error?.message
    expect(await saying(unmarked)).toMatch(/goes with the factory 0x7702/)
    expect(await saying({ ...whole, eip7702Auth: undefined })).toMatch(/is missing for the factory/)
    expect(await saying({ ...whole, factoryData: '0x1234' })).toMatch(/^factoryData: .*not initialised/)
    const auth = whole.eip7702Auth as Record<string, Hex>
    expect(await saying({ ...whole, eip7702Auth: [auth] })).toMatch(/^eip7702Auth: not an object/)
    expect(await saying({ ...whole, eip7702Auth: { ...auth, yParity: '0x2' } })).toMatch(
      /yParity is too large/,
    )
    expect(await saying({ ...whole, eip7702Auth: { ...auth, r: undefined } })).toMatch(/r is not a quantity/)
    expect(await saying({ ...whole, eip7702Auth: { ...auth, address: '0x12' } })).toMatch(/address is not/)
    // The short form of the marker is the same operation.
    expect(readUserOperation({ ...whole, factory: '0x7702' })).toEqual(readUserOperation(whole))
  }, 30_000)
})

it('a transaction with a delegation is signed again with the same one', async () => {
  const owner = privateKeyToAccount(generatePrivateKey())
  const authorization = await authorize(owner, { nonce: 3 })
  const { address, chainId, nonce, r, s, yParity } = authorization
  const delegation = { address: address.toLowerCase() as Hex, chainId, nonce, r, s, yParity: yParity ?? 0 }
  const transaction = {
    chainId: 31337,
    nonce: 1,
    to: rig.chain.addresses.entryPoint,
    data: '0x' as Hex,
    value: 0n,
    gas: 100_000n,
    maxFeePerGas: 2n,
    maxPriorityFeePerGas: 1n,
  }
  const signer = localSigner(generatePrivateKey())
  const { raw, hash } = await signer.signTransaction({ ...transaction, delegations: [delegation] })
  expect(hash).toBe(keccak256(raw))
  expect(delegationsIn(raw)).toEqual([delegation])
  const again = await signer.signTransaction({
    ...transaction,
    maxFeePerGas: 4n,
    delegations: delegationsIn(raw),
  })
  expect(parseTransaction(again.raw as `0x04${string}`).authorizationList).toEqual(
    parseTransaction(raw as `0x04${string}`).authorizationList,
  )
  expect(writeDelegation(delegationsIn(again.raw)[0]!)).toEqual(writeDelegation(delegation))
  expect(delegationsIn((await signer.signTransaction(transaction)).raw)).toEqual([])
  expect(delegationsIn(null)).toEqual([])
})
