import { getAddress } from 'viem'
import { expect, it } from 'vitest'
import { networkFromJson } from './network.ts'
import { receiverFault } from './receiver.ts'

const NAMES = 'usdc entryPoint escrow settlement payOnUsage paymaster accountFactory accountImplementation'
const addresses = Object.fromEntries(NAMES.split(' ').map((name, at) => [name, `0x${`c${at}`.repeat(20)}`]))
const network = networkFromJson({ chainId: 31337, addresses })
const account = `0x${'aa'.repeat(20)}` as const

it('a receiver is neither the own account nor a contract of the network, however its letters are written', () => {
  const fault = (to: string) => receiverFault(to as `0x${string}`, account, network)
  expect(fault(account)).toBe('own')
  expect(fault(getAddress(account))).toBe('own')
  for (const address of Object.values(network.addresses)) {
    expect(fault(address)).toBe('system')
    expect(fault(getAddress(address))).toBe('system')
  }
  expect(fault(`0x${'0'.repeat(40)}`)).toBe('system')
  expect(fault(`0x${'0'.repeat(36)}ffff`)).toBe('system')
  expect(fault(`0x${'bb'.repeat(20)}`)).toBeNull()
})
