import { type Address, type Hex, keccak256, maxUint256, stringToHex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import type { Addresses } from '../addresses.ts'
import * as abis from '../generated/index.ts'
import { LOCAL_PARAMETERS } from './parameters.ts'
import { board, call, type Ship, send, settleAll } from './ship.ts'
import { fundSponsorPool } from './wire.ts'

/** A carrier to be known on a local chain. It keeps its keys; here are its admin's key and the others' addresses. */
export interface LocalCarrier {
  readonly name: string
  readonly adminKey: Hex
  readonly payout: Address
  readonly provisioningKey: Address
  readonly usageKey: Address
}

export interface LocalParties {
  readonly rpcUrl: string
  readonly addresses: Addresses
  /** Registers carriers and rotates the committee; mints test USDC for stakes. */
  readonly operatorKey: Hex
  readonly carriers: readonly LocalCarrier[]
  readonly attestorKeys: readonly Hex[]
  readonly stakeMicros?: bigint
  readonly sponsorPoolMicros?: bigint
}

export interface RegisteredParties {
  readonly carriers: readonly { readonly name: string; readonly carrierId: number; readonly book: number }[]
  readonly committeeVersion: number
}

const ROLES = { provisioning: 1, usage: 2 } as const
const KEY_LIFE_SECONDS = 10 * 365 * 24 * 3_600
const GAS_MONEY = 10n ** 18n

/**
 * Makes carriers and attestors known: each carrier with one book and a key in each role, the attestors staked and in the
 * committee, the sponsor pool filled. What is there already stays as it is.
 */
export async function registerLocalParties(parties: LocalParties): Promise<RegisteredParties> {
  const { addresses, rpcUrl } = parties
  const operator = await board(rpcUrl, parties.operatorKey)
  await fundSponsorPool(operator, addresses, parties.sponsorPoolMicros ?? LOCAL_PARAMETERS.sponsorPoolMicros)
  const carriers = []
  for (const carrier of parties.carriers)
    carriers.push(await registerCarrier(operator, rpcUrl, addresses, carrier))
  const committeeVersion = await seatAttestors(operator, parties)
  return { carriers, committeeVersion }
}

/** Mints test USDC to somebody who has less than half of an amount. By the operator, who is the test token's minter. */
export async function fundWithTestUsdc(wish: {
  readonly rpcUrl: string
  readonly addresses: Pick<Addresses, 'usdc'>
  readonly operatorKey: Hex
  readonly to: Address
  readonly amountMicros: bigint
}): Promise<void> {
  const ship = await board(wish.rpcUrl, wish.operatorKey)
  const usdc = { address: wish.addresses.usdc, abi: abis.testUsdcAbi } as const
  const has = await ship.client.readContract({ ...usdc, functionName: 'balanceOf', args: [wish.to] })
  if (has >= wish.amountMicros / 2n) return
  await call(ship, usdc.address, usdc.abi, 'mint', [wish.to, wish.amountMicros])
  await settleAll(ship)
}

async function registerCarrier(operator: Ship, rpcUrl: string, addresses: Addresses, carrier: LocalCarrier) {
  const registry = { address: addresses.carrierRegistry, abi: abis.carrierRegistryAbi } as const
  const { client } = operator
  const admin = await board(rpcUrl, carrier.adminKey)
  let carrierId = await findCarrier(operator, addresses, admin.account.address)
  if (carrierId === 0) {
    const metadata = keccak256(stringToHex(carrier.name))
    await call(operator, registry.address, registry.abi, 'registerCarrier', [
      admin.account.address,
      carrier.payout,
      metadata,
    ])
    await settleAll(operator)
    carrierId = await findCarrier(operator, addresses, admin.account.address)
  }
  await fillUp(operator, admin.account.address)
  let [book] = await client.readContract({ ...registry, functionName: 'booksOf', args: [carrierId] })
  if (book === undefined) {
    await call(admin, registry.address, registry.abi, 'openBook', [carrierId])
    await settleAll(admin)
    book = (await client.readContract({ ...registry, functionName: 'booksOf', args: [carrierId] }))[0]!
  }
  const { timestamp } = await client.getBlock()
  const from = Number(timestamp) - 60
  for (const [role, key] of [
    [ROLES.provisioning, carrier.provisioningKey],
    [ROLES.usage, carrier.usageKey],
  ] as const) {
    const known = await client.readContract({
      ...registry,
      functionName: 'keyOf',
      args: [carrierId, role, key],
    })
    if (known.validUntil === 0)
      await call(admin, registry.address, registry.abi, 'addKey', [
        carrierId,
        role,
        key,
        from,
        from + KEY_LIFE_SECONDS,
      ])
  }
  await settleAll(admin)
  return { name: carrier.name, carrierId, book }
}

async function findCarrier(operator: Ship, addresses: Addresses, admin: Address): Promise<number> {
  const registry = { address: addresses.carrierRegistry, abi: abis.carrierRegistryAbi } as const
  const count = await operator.client.readContract({ ...registry, functionName: 'carrierCount' })
  for (let carrierId = 1; carrierId <= count; carrierId++) {
    const known = await operator.client.readContract({
      ...registry,
      functionName: 'carrier',
      args: [carrierId],
    })
    if (known.admin.toLowerCase() === admin.toLowerCase()) return carrierId
  }
  return 0
}

async function seatAttestors(operator: Ship, parties: LocalParties): Promise<number> {
  const { addresses, rpcUrl } = parties
  const registry = { address: addresses.attestorRegistry, abi: abis.attestorRegistryAbi } as const
  const wanted = parties.attestorKeys.map((key) => privateKeyToAddress(key))
  const stakeMicros = parties.stakeMicros ?? LOCAL_PARAMETERS.minimumStakeMicros * 2n
  for (const key of parties.attestorKeys) {
    const attestor = await board(rpcUrl, key)
    const self = attestor.account.address
    if ((await operator.client.readContract({ ...registry, functionName: 'stakeOf', args: [self] })) > 0n)
      continue
    await fillUp(operator, self)
    await call(operator, addresses.usdc, abis.testUsdcAbi, 'mint', [self, stakeMicros])
    await settleAll(operator)
    await call(attestor, addresses.usdc, abis.testUsdcAbi, 'approve', [registry.address, maxUint256])
    await settleAll(attestor)
    await call(attestor, registry.address, registry.abi, 'stake', [stakeMicros])
    await settleAll(attestor)
  }
  const ascending = [...wanted].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
  const version = await operator.client.readContract({ ...registry, functionName: 'committeeVersion' })
  if (version !== 0) {
    const [seated] = await operator.client.readContract({
      ...registry,
      functionName: 'committeeOf',
      args: [version],
    })
    if (seated.join().toLowerCase() === ascending.join().toLowerCase()) return version
  }
  if (ascending.length === 0) return version
  await call(operator, registry.address, registry.abi, 'rotateCommittee', [ascending])
  await settleAll(operator)
  return version + 1
}

async function fillUp(operator: Ship, account: Address) {
  if ((await operator.client.getBalance({ address: account })) >= GAS_MONEY / 2n) return
  await send(operator, account, '0x', GAS_MONEY, 21_000n)
  await settleAll(operator)
}
