import { unreachable } from '@gesim/base'
import { attestorRegistryAbi, intentEscrowAbi, payOnUsageAbi, settlementAbi } from '@gesim/contracts'
import { epochReading, openChain } from '@gesim/contracts/reading'
import type { Hex } from '@gesim/journey'
import type { ChainSettings } from '@gesim/store'
import type { ChainView, Parameters } from './ports.ts'

/** The chain as settlement reads it. It sends nothing: only the relayer does. */
export function chainView(chain: ChainSettings): ChainView {
  const open = openChain(chain.rpcUrl, (cause) => unreachable('settlement.chain-unreachable', {}, cause))
  const { client, asked } = open
  const { escrow, settlement, payOnUsage, attestorRegistry } = chain.addresses
  const read = { abi: settlementAbi, address: settlement } as const
  let constants: Promise<Parameters> | undefined

  return {
    ...epochReading(open, chain.addresses),
    parameters() {
      constants ??= asked(client.readContract({ ...read, functionName: 'parameters' })).catch((error) => {
        constants = undefined
        throw error
      })
      return constants
    },
    async committeeAt(cutoff) {
      const registry = { abi: attestorRegistryAbi, address: attestorRegistry } as const
      const version = await asked(
        client.readContract({ ...registry, functionName: 'committeeVersionAt', args: [cutoff] }),
      )
      if (version === 0) return { version, members: [] }
      const [attestors, weights] = await asked(
        client.readContract({ ...registry, functionName: 'committeeOf', args: [version] }),
      )
      return {
        version,
        members: attestors.map((attestor, i) => ({
          attestor: attestor.toLowerCase() as Hex,
          weight: weights[i]!,
        })),
      }
    },
    isFinal: (epoch, book) =>
      asked(client.readContract({ ...read, functionName: 'isFinal', args: [epoch, book] })),
    isOpenDemand: (demandId) =>
      asked(
        client.readContract({
          abi: payOnUsageAbi,
          address: payOnUsage,
          functionName: 'isOpenDemand',
          args: [demandId],
        }),
      ),
    async claimBasis(epoch, book) {
      const [[, coSignedFinal, totalFinal], record] = await Promise.all([
        asked(client.readContract({ ...read, functionName: 'claimBasis', args: [epoch, book] })),
        asked(
          client.readContract({
            abi: intentEscrowAbi,
            address: escrow,
            functionName: 'bookOf',
            args: [book],
          }),
        ),
      ])
      return {
        coSignedFinal,
        totalFinal,
        claimedMicros: record.claimed,
        claimedEpoch: record.claimedEpoch,
      }
    },
  }
}
