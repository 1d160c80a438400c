import { gesimAccountAbi, testUsdcAbi } from '@gesim/contracts'
import { type GesimSmartAccount, recoveryTypedData, toGesimAccount } from '@gesim/contracts/account'
import type { Hex } from '@gesim/journey'
import {
  createTestClient,
  createWalletClient,
  encodeFunctionData,
  http,
  parseErc6492Signature,
  parseEther,
} from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { anvil } from 'viem/chains'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Rig, startRig } from './harness.ts'
import { register, traveller } from './travellers.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
}, 60_000)
afterAll(() => rig?.stop())

type Bundler = Awaited<ReturnType<typeof traveller>>['bundler']

async function send(bundler: Bundler, calls: { to: Hex; data: Hex }[]) {
  const hash = await bundler.sendUserOperation({ calls })
  return bundler.waitForUserOperationReceipt({ hash, timeout: 20_000 })
}

const naming = (to: Hex, recoverer: Hex) => ({
  to,
  data: encodeFunctionData({ abi: gesimAccountAbi, functionName: 'setRecoverer', args: [recoverer] }),
})
const cancelling = (to: Hex) => ({
  to,
  data: encodeFunctionData({ abi: gesimAccountAbi, functionName: 'cancelRecovery' }),
})
const approving = () => ({
  to: rig.chain.addresses.usdc,
  data: encodeFunctionData({
    abi: testUsdcAbi,
    functionName: 'approve',
    args: [rig.chain.addresses.escrow, 1n],
  }),
})

const dueAt = (address: Hex) =>
  rig.client.readContract({ address, abi: gesimAccountAbi, functionName: 'recoveryDueAt' })

/** What a recoverer signs now. */
async function recoveryOf(account: Hex, newSigner: Hex) {
  const nonce = await rig.client.readContract({
    address: account,
    abi: gesimAccountAbi,
    functionName: 'recoveryNonce',
  })
  return recoveryTypedData(31337, account, newSigner, nonce)
}

/** Somebody with an ordinary wallet and a little ether, who never heard of GeSIM. */
async function friend() {
  const account = privateKeyToAccount(generatePrivateKey())
  const chain = createTestClient({ mode: 'anvil', chain: anvil, transport: http(rig.chain.rpcUrl) })
  await chain.setBalance({ address: account.address, value: parseEther('1') })
  const wallet = createWalletClient({ account, chain: anvil, transport: http(rig.chain.rpcUrl) })
  const mined = async (hash: Hex) => {
    const receipt = await rig.client.waitForTransactionReceipt({ hash, timeout: 20_000 })
    expect(receipt.status).toBe('success')
  }
  return {
    address: account.address.toLowerCase() as Hex,
    sign: async (of: Hex, newSigner: Hex) => account.signTypedData(await recoveryOf(of, newSigner)),
    async request(of: Hex, newSigner: Hex, recoverer: Hex, signature: Hex) {
      await mined(
        await wallet.writeContract({
          address: of,
          abi: gesimAccountAbi,
          functionName: 'requestRecovery',
          args: [newSigner, recoverer, signature],
        }),
      )
    },
    async finish(of: Hex, newSigner: Hex) {
      await mined(
        await wallet.writeContract({
          address: of,
          abi: gesimAccountAbi,
          functionName: 'finishRecovery',
          args: [newSigner],
        }),
      )
    },
  }
}

async function passDelay() {
  const chain = createTestClient({ mode: 'anvil', chain: anvil, transport: http(rig.chain.rpcUrl) })
  const { accountImplementation } = rig.chain.addresses
  const seconds = await rig.client.readContract({
    address: accountImplementation,
    abi: gesimAccountAbi,
    functionName: 'recoveryDelay',
  })
  await chain.increaseTime({ seconds: seconds + 1 })
  await chain.mine({ blocks: 1 })
}

describe('a way back into an account whose owner has no ether', () => {
  const newKey = privateKeyToAccount(generatePrivateKey())
  const newSigner = newKey.address.toLowerCase() as Hex
  let account: GesimSmartAccount
  let bundler: Bundler
  let helper: Awaited<ReturnType<typeof friend>>

  beforeAll(async () => {
    ;({ account, bundler } = await traveller(rig))
    helper = await friend()
    await register(rig, account.address)
  }, 30_000)

  it('is named by the first operation, which deploys the account, and paid for by the operator', async () => {
    const receipt = await send(bundler, [naming(account.address, helper.address)])
    expect(receipt.success).toBe(true)
    expect(receipt.paymaster?.toLowerCase()).toBe(rig.chain.addresses.paymaster.toLowerCase())
    expect(
      await rig.client.readContract({
        address: account.address,
        abi: gesimAccountAbi,
        functionName: 'isRecoverer',
        args: [helper.address],
      }),
    ).toBe(true)
    expect(await rig.client.getBalance({ address: account.address })).toBe(0n)
  }, 30_000)

  it('is asked for in an ordinary transaction, and stopped and taken away by the owner, free again', async () => {
    const signature = await helper.sign(account.address, newSigner)
    // Sent by another: only the signature counts.
    await (await friend()).request(account.address, newSigner, helper.address, signature)
    expect(await dueAt(account.address)).toBeGreaterThan(0)
    const receipt = await send(bundler, [cancelling(account.address), naming(account.address, '0x')])
    expect(receipt.success).toBe(true)
    expect(await dueAt(account.address)).toBe(0)
    // Neither the old signature nor a new one of somebody who was removed starts it again.
    for (const again of [signature, await helper.sign(account.address, newSigner)])
      await expect(helper.request(account.address, newSigner, helper.address, again)).rejects.toThrow(
        /NotRecoverer/,
      )
  }, 30_000)

  it('may be the account of another traveller, which signs as for any contract (ERC-1271)', async () => {
    const other = await traveller(rig)
    await register(rig, other.account.address)
    // Only an account that exists can be asked on chain whether it signed.
    await send(other.bundler, [approving()])
    await send(bundler, [naming(account.address, other.account.address)])
    const signature = await other.account.signTypedData(await recoveryOf(account.address, newSigner))
    await helper.request(account.address, newSigner, other.account.address, signature)
    expect(await dueAt(account.address)).toBeGreaterThan(0)
    expect((await send(bundler, [cancelling(account.address)])).success).toBe(true)
  }, 30_000)

  it('may be another traveller without ether, whose new account is deployed by asking, and the operator pays', async () => {
    const other = await traveller(rig)
    await register(rig, other.account.address)
    await send(bundler, [naming(account.address, other.account.address)])
    const signed = await other.account.signTypedData(await recoveryOf(account.address, newSigner))
    // An account that is not deployed signs with its birth around it (ERC-6492), which a contract cannot read.
    const { signature } = parseErc6492Signature(signed)
    const data = encodeFunctionData({
      abi: gesimAccountAbi,
      functionName: 'requestRecovery',
      args: [newSigner, other.account.address, signature],
    })
    const receipt = await send(other.bundler, [{ to: account.address, data }])
    expect([receipt.success, receipt.paymaster?.toLowerCase()]).toEqual([
      true,
      rig.chain.addresses.paymaster.toLowerCase(),
    ])
    expect(await dueAt(account.address)).toBeGreaterThan(0)
    expect((await send(bundler, [cancelling(account.address)])).success).toBe(true)
  }, 30_000)

  it('ends, once the delay is over, with a transaction of anybody: then the new key alone signs', async () => {
    await send(bundler, [naming(account.address, helper.address)])
    await helper.request(
      account.address,
      newSigner,
      helper.address,
      await helper.sign(account.address, newSigner),
    )
    await expect(helper.finish(account.address, newSigner)).rejects.toThrow(/RecoveryNotDue/)
    await passDelay()
    await (await friend()).finish(account.address, newSigner)
    const calls = [approving()]
    await expect(send(bundler, calls)).rejects.toThrow(/AA24|signature/)
    const renewed = await traveller(rig, {
      account: await toGesimAccount({
        client: rig.client,
        addresses: rig.chain.addresses,
        owner: newKey,
        firstSigners: account.firstSigners,
      }),
    })
    expect((await send(renewed.bundler, calls)).success).toBe(true)
  }, 60_000)
})
