import { gesimAccountAbi, gesimPaymasterAbi, intentEscrowAbi, testUsdcAbi } from '@gesim/contracts'
import { encodeExecute } from '@gesim/contracts/account'
import type { Hex } from '@gesim/journey'
import { encodeFunctionData } from 'viem'
import { describe, expect, it } from 'vitest'
import type { UserOperation } from './bundler/user-operation.ts'
import { DELEGATION_MARKER } from './delegation.ts'
import { whyNotSponsored } from './paymaster.ts'

const at = (digit: string): Hex => `0x${digit.repeat(40)}`
const addresses = {
  usdc: at('1'),
  escrow: at('2'),
  paymaster: at('3'),
  identity: at('4'),
  accountFactory: at('5'),
  accountImplementation: at('6'),
} as Parameters<typeof whyNotSponsored>[1]

const sender = at('a')
const known: ReadonlySet<string> = new Set([sender])
const unknown: ReadonlySet<string> = new Set()
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
    expect(whyNotSponsored(operation(calls), addresses, known)).toBeUndefined()
  })

  it('is paying fees ahead and taking a gift of them, and nothing else at the paymaster', () => {
    const call = (functionName: 'topUp' | 'takePromotion' | 'sweepFees') =>
      encodeFunctionData({
        abi: gesimPaymasterAbi,
        ...(functionName === 'topUp'
          ? { functionName, args: [at('b'), 1n] as const }
          : functionName === 'takePromotion'
            ? { functionName, args: [`0x${'7'.repeat(64)}`, sender] as const }
            : { functionName }),
      })
    const why = (name: Parameters<typeof call>[0]) =>
      whyNotSponsored(operation([{ to: addresses.paymaster, data: call(name) }]), addresses, known)
    expect([why('topUp'), why('takePromotion')]).toEqual([undefined, undefined])
    expect(why('sweepFees')).toMatch(/function/)
  })

  it('is making void what the account itself signed ahead, and nothing of anybody else', () => {
    const nonce = `0x${'7'.repeat(64)}` as const
    const cancel = (of: Hex, split = false) =>
      encodeFunctionData({
        abi: testUsdcAbi,
        functionName: 'cancelAuthorization',
        args: split ? [of, nonce, 27, nonce, nonce] : [of, nonce, '0x01'],
      })
    const why = (data: Hex, to = addresses.usdc) =>
      whyNotSponsored(operation([{ to, data }]), addresses, known)
    expect(why(cancel(sender))).toBeUndefined()
    expect(why(cancel(at('b')))).toMatch(/function/)
    // An account has code, so that only the form with bytes is ever of use to it.
    expect(why(cancel(sender, true))).toMatch(/function/)
    expect(why(cancel(sender), addresses.escrow)).toMatch(/function/)
    expect(why(cancel(sender).slice(0, 40) as Hex)).toMatch(/function/)
    expect(
      whyNotSponsored(operation([{ to: addresses.usdc, data: cancel(sender) }]), addresses, unknown),
    ).toMatch(/sign in/)
  })

  it('is nothing for accounts that did not sign in here', () => {
    expect(
      whyNotSponsored(operation([{ to: addresses.escrow, data: withdraw }]), addresses, unknown),
    ).toMatch(/sign in/)
  })

  it('is no other contract, no other function, and no ether', () => {
    expect(whyNotSponsored(operation([{ to: at('9'), data: withdraw }]), addresses, known)).toMatch(
      /calls to/,
    )
    expect(whyNotSponsored(operation([{ to: addresses.usdc, data: withdraw }]), addresses, known)).toMatch(
      /function/,
    )
    expect(
      whyNotSponsored(operation([{ to: addresses.escrow, data: withdraw, value: 1n }]), addresses, known),
    ).toMatch(/ether/)
  })

  it('is not what cannot be read', () => {
    expect(
      whyNotSponsored({ sender, callData: '0xdeadbeef' } as unknown as UserOperation, addresses, known),
    ).toMatch(/batch/)
    expect(whyNotSponsored(operation([]), addresses, known)).toMatch(/batch/)
  })

  it('is only the deployment of our own accounts', () => {
    const calls = [{ to: addresses.escrow, data: withdraw }]
    const foreign = operation(calls, { factory: at('8'), factoryData: '0x' })
    expect(whyNotSponsored(foreign, addresses, known)).toMatch(/another factory/)
    const odd = operation(calls, { factory: addresses.accountFactory, factoryData: '0xdeadbeef' })
    expect(whyNotSponsored(odd, addresses, known)).toMatch(/something else/)
  })

  it('is only the delegation of an address to the code of our own accounts', () => {
    const calls = [{ to: addresses.escrow, data: withdraw }]
    const delegating = (address: Hex) =>
      operation(calls, {
        factory: DELEGATION_MARKER,
        factoryData: '0x',
        eip7702Auth: { address } as UserOperation['eip7702Auth'],
      })
    expect(whyNotSponsored(delegating(at('6')), addresses, known)).toBeUndefined()
    expect(whyNotSponsored(delegating(at('7')), addresses, known)).toMatch(/foreign code/)
    expect(whyNotSponsored(delegating(at('6')), addresses, unknown)).toMatch(/sign in/)
    // The marker without the authorization is a factory like any other.
    const bare = operation(calls, { factory: DELEGATION_MARKER, factoryData: '0x' })
    expect(whyNotSponsored(bare, addresses, known)).toMatch(/another factory/)
  })
})

describe('what the operator pays for a way back into the account', () => {
  const name = (recoverer: Hex) =>
    encodeFunctionData({ abi: gesimAccountAbi, functionName: 'setRecoverer', args: [recoverer] })
  const cancel = encodeFunctionData({ abi: gesimAccountAbi, functionName: 'cancelRecovery' })
  const finish = encodeFunctionData({
    abi: gesimAccountAbi,
    functionName: 'finishRecovery',
    args: [at('b')],
  })
  const why = (calls: Parameters<typeof encodeExecute>[0], of = known) =>
    whyNotSponsored(operation(calls), addresses, of)

  it('is naming a recoverer, naming nobody, and stopping a recovery, alone or together', () => {
    expect(why([{ to: sender, data: name(at('b')) }])).toBeUndefined()
    expect(why([{ to: sender, data: name('0x') }])).toBeUndefined()
    expect(why([{ to: sender, data: cancel }])).toBeUndefined()
    expect(
      why([
        { to: sender, data: cancel },
        { to: sender, data: name('0x') },
      ]),
    ).toBeUndefined()
  })

  it('is not the recoverer of another account, nor a recovery by anybody', () => {
    expect(why([{ to: at('c'), data: name(at('b')) }])).toMatch(/calls to 0xc+$/)
    // ERC-7821 reads the zero address as the account itself; our own clients never write it so.
    expect(why([{ to: at('0'), data: name(at('b')) }])).toMatch(/calls to 0x0+$/)
    expect(why([{ to: sender, data: finish }])).toMatch(/this function/)
    expect(why([{ to: sender, data: name(at('b')) }], unknown)).toMatch(/sign in/)
  })

  it('is asking for the recovery of another account that signed in here, and finishing it, and nothing else with it', () => {
    const friends = new Set([sender, at('c')])
    const request = encodeFunctionData({
      abi: gesimAccountAbi,
      functionName: 'requestRecovery',
      args: [at('b'), sender, '0x'],
    })
    for (const data of [request, finish]) {
      expect(why([{ to: at('c'), data }], friends)).toBeUndefined()
      expect(why([{ to: at('c'), data }])).toMatch(/calls to 0xc+$/)
      expect(why([{ to: sender, data }], friends)).toMatch(/this function/)
      expect(why([{ to: at('c'), data, value: 1n }], friends)).toMatch(/ether/)
    }
    for (const data of [cancel, name(at('b')), encodeExecute([{ to: at('c'), data: request }])])
      expect(why([{ to: at('c'), data }], friends)).toMatch(/this function/)
    // Helping somebody needs to have signed in as much as anything else.
    expect(why([{ to: at('c'), data: request }], new Set([at('c')]))).toMatch(/sign in/)
  })

  it('is not what hides behind it in a batch, in a call within a call, or after half a selector', () => {
    const hidden = [
      { to: sender, data: cancel },
      { to: at('9'), data: withdraw },
    ]
    expect(why(hidden)).toMatch(/calls to 0x9+$/)
    expect(why([...hidden].reverse())).toMatch(/calls to 0x9+$/)
    expect(why([{ to: sender, data: encodeExecute(hidden) }])).toMatch(/this function/)
    expect(why([{ to: sender, data: cancel, value: 1n }])).toMatch(/ether/)
    expect(why([{ to: sender, data: cancel.slice(0, 8) as Hex }])).toMatch(/this function/)
    expect(why([{ to: sender }])).toMatch(/this function/)
    expect(why([{ to: addresses.escrow, data: cancel }])).toMatch(/this function/)
  })

  it('is not the account called by the EntryPoint itself, without a batch', () => {
    const bare = { sender, callData: cancel } as unknown as UserOperation
    expect(whyNotSponsored(bare, addresses, known)).toMatch(/batch/)
  })
})
