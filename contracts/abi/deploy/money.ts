import {
  type Abi,
  type Address,
  encodeAbiParameters,
  getContractAddress,
  keccak256,
  parseAbiItem,
} from 'viem'
import * as abis from '../generated/index.ts'
import type { DeployParameters } from './parameters.ts'
import { call, ensure, initCodeOf, isDeployed, type Ship, settleAll } from './ship.ts'

interface Partners {
  readonly usdc: Address
  readonly carriers: Address
  readonly attestors: Address
  readonly compliance: Address
  readonly treasury: Address
}

/**
 * Escrow, settlement and pay-on-usage name each other as immutables: a creator of their own makes them at addresses that
 * are computed first. Its salt follows from code and parameters, so that other money contracts get another creator.
 */
export async function deployMoney(ship: Ship, parameters: DeployParameters, partners: Partners) {
  const bare = ['IntentEscrow', 'Settlement', 'PayOnUsage'].map((name) => initCodeOf(name, []))
  const salt = keccak256(
    encodeAbiParameters(
      [{ type: 'bytes32[]' }, { type: 'string' }],
      [bare.map((code) => keccak256(code)), fingerprint({ ...parameters, ...partners })],
    ),
  )
  const creator = await ensure(
    ship,
    initCodeOf('CreateInOrder', abis.createInOrderAbi, [ship.account.address]),
    salt,
  )
  await settleAll(ship)
  const [escrow, settlement, payOnUsage] = [1n, 2n, 3n].map((nonce) =>
    getContractAddress({ from: creator, nonce }),
  ) as [Address, Address, Address]

  const wanted: [Address, string, Abi, readonly unknown[]][] = [
    [
      escrow,
      'IntentEscrow',
      abis.intentEscrowAbi,
      [
        {
          ...partners,
          settlement,
          payOnUsage,
          feeBps: parameters.feeBps,
          depositLimit: parameters.depositLimitMicros,
          exitSeconds: parameters.exitSeconds,
          counterSeconds: parameters.counterSeconds,
          outflowSeconds: parameters.outflowSeconds,
          outflowBps: parameters.outflowBps,
          outflowFloor: parameters.outflowFloorMicros,
        },
      ],
    ],
    [
      settlement,
      'Settlement',
      abis.settlementAbi,
      [
        {
          escrow,
          payOnUsage,
          attestors: partners.attestors,
          epochSeconds: parameters.epochSeconds,
          postingSeconds: parameters.postingSeconds,
          fastSeconds: parameters.fastSeconds,
          slowSeconds: parameters.slowSeconds,
          quorumBps: parameters.quorumBps,
          fastShareBps: parameters.fastShareBps,
        },
      ],
    ],
    [payOnUsage, 'PayOnUsage', abis.payOnUsageAbi, [escrow, settlement, partners.attestors]],
  ]
  for (const [address, name, abi, args] of wanted) {
    if (await isDeployed(ship, address)) continue
    const initCode = initCodeOf(name, abi, args)
    await call(ship, creator, abis.createInOrderAbi, 'create', [initCode])
    await settleAll(ship)
    if (!(await isDeployed(ship, address))) throw new Error(`${name} is not at ${address}`)
  }
  const [first] = await ship.client.getLogs({
    address: creator,
    event: parseAbiItem('event Created(uint256 indexed position, address created)'),
    args: { position: 1n },
    fromBlock: 0n,
  })
  return { escrow, settlement, payOnUsage, fromBlock: Number(first!.blockNumber) }
}

function fingerprint(values: object): string {
  return JSON.stringify(values, (_, value) => (typeof value === 'bigint' ? value.toString() : value))
}
