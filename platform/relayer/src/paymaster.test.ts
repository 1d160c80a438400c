import { intentEscrowAbi, testUsdcAbi } from '@gesim/contracts'
import { encodeExecute } from '@gesim/contracts/account'
import type { Hex } from '@gesim/journey'
import { encodeFunctionData } from 'viem'
import { describe, expect, it } from 'vitest'
import type { UserOperation } from './bundler/user-operation.ts'
import { whyNotSponsored } from './paymaster.ts'

const at = (digit: string): Hex => `0x${digit.repeat(40)}`
const addresses = {
  usdc: at('1'),
  escrow: at('2'),
  paymaster: at('3'),
  identity: at('4'),
  accountFactory: at('5'),
} as Parameters<typeof whyNotSponsored>[1]

const sender = at('a')
const withdraw = encodeFunctionData({
  abi: intentEscrowAbi,
  functionName: 'withdrawBalance',
  args: [1n, sender],
})
const operation = (calls: Parameters<typeof encodeExecute>[0], more: Partial<UserOperation> = {}) =>
  ({ sender, callData: encodeExecute(calls), ...more }) as UserOperation

describe('what the operator pays for', () => {
  it('is calls to the escrow, its token and the account itself', () => {
    const approve = encodeFunctionData({
      abi: testUsdcAbi,
      functionName: 'approve',
      args: [addresses.escrow, 1n],
    })
    const calls = [
      { to: addresses.usdc, data: approve },
      { to: addresses.escrow, data: withdraw },
    ]
    expect(whyNotSponsored(operation(calls), addresses, true)).toBeUndefined()
  })

  it('is nothing for accounts that did not sign in here', () => {
    expect(whyNotSponsored(operation([{ to: addresses.escrow, data: withdraw }]), addresses, false)).toMatch(
      /sign in/,
    )
  })

  it('is no other contract, no other function, and no ether', () => {
    expect(whyNotSponsored(operation([{ to: at('9'), data: withdraw }]), addresses, true)).toMatch(/calls to/)
    expect(whyNotSponsored(operation([{ to: addresses.usdc, data: withdraw }]), addresses, true)).toMatch(
      /function/,
    )
    expect(
      whyNotSponsored(operation([{ to: addresses.escrow, data: withdraw, value: 1n }]), addresses, true),
    ).toMatch(/ether/)
  })

  it('is not what cannot be read', () => {
    expect(
      whyNotSponsored({ sender, callData: '0xdeadbeef' } as unknown as UserOperation, addresses, true),
    ).toMatch(/batch/)
    expect(whyNotSponsored(operation([]), addresses, true)).toMatch(/batch/)
  })

  it('is only the deployment of our own accounts', () => {
    const calls = [{ to: addresses.escrow, data: withdraw }]
    const foreign = operation(calls, { factory: at('8'), factoryData: '0x' })
    expect(whyNotSponsored(foreign, addresses, true)).toMatch(/another factory/)
    const odd = operation(calls, { factory: addresses.accountFactory, factoryData: '0xdeadbeef' })
    expect(whyNotSponsored(odd, addresses, true)).toMatch(/something else/)
  })
})
