import {
  type Address,
  encodeAbiParameters,
  getContractAddress,
  type Hex,
  keccak256,
  parseAbiItem,
} from 'viem'
import * as abis from '../generated/index.ts'
import type { DeployParameters } from './parameters.ts'
import { addressOf, call, ensure, initCodeOf, isDeployed, type Ship, settleAll } from './ship.ts'

interface Partners {
  readonly usdc: Address
  readonly carriers: Address
  readonly attestors: Address
  readonly compliance: Address
  readonly treasury: Address
}

/** Where escrow, settlement and pay-on-usage come to stand, and how they get there. */
export interface PlannedMoney {
  readonly creator: Address
  readonly creatorCode: Hex
  readonly creatorSalt: Hex
  readonly addresses: { readonly escrow: Address; readonly settlement: Address; readonly payOnUsage: Address }
  /** In the order in which the creator makes them. */
  readonly created: readonly { readonly name: string; readonly address: Address; readonly initCode: Hex }[]
}

/**
 * Escrow, settlement and pay-on-usage name each other as immutables: a creator of their own makes them at addresses that
 * are computed first. Its salt follows from code and parameters, so that other money contracts get another creator.
 */
export function planMoney(deployer: Address, parameters: DeployParameters, partners: Partners): PlannedMoney {
  const bare = ['IntentEscrow', 'Settlement', 'PayOnUsage'].map((name) => initCodeOf(name, []))
  const creatorSalt = keccak256(
    encodeAbiParameters(
      [{ type: 'bytes32[]' }, { type: 'string' }],
      [bare.map((code) => keccak256(code)), fingerprint({ ...parameters, ...partners })],
    ),
  )
  const creatorCode = initCodeOf('CreateInOrder', abis.createInOrderAbi, [deployer])
  const creator = addressOf(creatorCode, creatorSalt)
  const [escrow, settlement, payOnUsage] = [1n, 2n, 3n].map((nonce) =>
    getContractAddress({ from: creator, nonce }),
  ) as [Address, Address, Address]
  const escrowCode = initCodeOf('IntentEscrow', abis.intentEscrowAbi, [
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
  ])
  const settlementCode = initCodeOf('Settlement', abis.settlementAbi, [
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
  ])
  const usageCode = initCodeOf('PayOnUsage', abis.payOnUsageAbi, [escrow, settlement, partners.attestors])
  return {
    creator,
    creatorCode,
    creatorSalt,
    addresses: { escrow, settlement, payOnUsage },
    created: [
      { name: 'IntentEscrow', address: escrow, initCode: escrowCode },
      { name: 'Settlement', address: settlement, initCode: settlementCode },
      { name: 'PayOnUsage', address: payOnUsage, initCode: usageCode },
    ],
  }
}

/** Deploys what is planned unless it is there; gives the block of the first creation. */
export async function deployMoney(ship: Ship, planned: PlannedMoney): Promise<number> {
  const { creator, creatorCode, creatorSalt, created } = planned
  await ensure(ship, creatorCode, creatorSalt)
  await settleAll(ship)
  for (const { name, address, initCode } of created) {
    if (await isDeployed(ship, address)) continue
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
  return Number(first!.blockNumber)
}

function fingerprint(values: object): string {
  return JSON.stringify(values, (_, value) => (typeof value === 'bigint' ? value.toString() : value))
}
