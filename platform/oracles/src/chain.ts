import { unreachable } from '@gesim/base'
import { complianceHookAbi, priceOracleAbi } from '@gesim/contracts'
import type { ChainSettings } from '@gesim/store'
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  http,
  keccak256,
  stringToHex,
} from 'viem'
import { type ChainOracles, OPERATIONS } from './ports.ts'

/** Reads PriceOracle and ComplianceHook. */
export function chainOracles(chain: ChainSettings): ChainOracles {
  const client = createPublicClient({ transport: http(chain.rpcUrl, { timeout: 5_000 }) })
  return {
    async rate(pair) {
      try {
        const [price, updatedAt] = await client.readContract({
          abi: priceOracleAbi,
          address: chain.addresses.priceOracle,
          functionName: 'read',
          args: [keccak256(stringToHex(pair))],
        })
        return { pair, price, updatedAt: Number(updatedAt) }
      } catch (error) {
        if (error instanceof BaseError && error.walk((one) => one instanceof ContractFunctionRevertedError))
          return null
        throw unreachable('oracles.chain-unreachable', {}, error)
      }
    },
    async isAllowed(who, operation) {
      try {
        return await client.readContract({
          abi: complianceHookAbi,
          address: chain.addresses.complianceHook,
          functionName: 'check',
          args: [who, OPERATIONS[operation]],
        })
      } catch (error) {
        throw unreachable('oracles.chain-unreachable', {}, error)
      }
    },
  }
}
