import { unreachable } from '@gesim/base'
import { complianceHookAbi, complianceSignalsAbi, priceOracleAbi } from '@gesim/contracts'
import type { ChainSettings } from '@gesim/store'
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  http,
  keccak256,
  stringToHex,
} from 'viem'
import { type ChainOracles, type CountrySignal, OPERATIONS } from './ports.ts'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** Every pair of letters: the chain keeps no list, and a list of countries of ours would grow old. */
const COUNTRIES = [...LETTERS].flatMap((first) => [...LETTERS].map((second) => `${first}${second}`))
/** Asked for in one call; each costs a few thousand gas a publisher. */
const COUNTRIES_AT_ONCE = 338
const REQUIREMENTS = [null, 'none', 'registration', 'blocked'] as const

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
    async signals() {
      const registry = { abi: complianceSignalsAbi, address: chain.addresses.complianceSignals } as const
      try {
        const publishers = await client.readContract({ ...registry, functionName: 'publishers' })
        if (publishers.length === 0) return []
        const found: CountrySignal[] = []
        for (let at = 0; at < COUNTRIES.length; at += COUNTRIES_AT_ONCE) {
          const asked = COUNTRIES.slice(at, at + COUNTRIES_AT_ONCE)
          const args = [asked.map((country) => stringToHex(country))] as const
          const answers = await client.readContract({ ...registry, functionName: 'requirementsOf', args })
          for (const [place, country] of asked.entries()) {
            if (!REQUIREMENTS[answers[place]!]) continue
            const [signal, publisher] = await client.readContract({
              ...registry,
              functionName: 'signalOf',
              args: [stringToHex(country)],
            })
            const requirement = REQUIREMENTS[signal.requirement]
            // It may have run out between the two questions.
            if (!requirement) continue
            const { source, validUntil } = signal
            found.push({ country, requirement, publisher, source, validUntil })
          }
        }
        return found
      } catch (error) {
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
