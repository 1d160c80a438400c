import { unreachable } from '@gesim/base'
import { carrierRegistryAbi } from '@gesim/contracts'
import { openChain } from '@gesim/contracts/reading'
import type { Hex } from '@gesim/journey'
import { chainVerifier } from '@gesim/proofs'
import type { ChainSettings } from '@gesim/store'
import type { Address } from 'viem'
import type { Keys } from './ports.ts'

const ROLES = { PROVISIONING: 1, USAGE: 2 } as const

/** A key of a carrier as the registry has it. */
interface RegistryKey {
  readonly role: keyof typeof ROLES
  readonly key: Hex
  readonly validFrom: number
  readonly validUntil: number
  readonly revoked: boolean
}

export interface Registry extends Keys {
  /** The carrier of a book, 0 where there is none. */
  carrierOf(book: number): Promise<number>
  /** One key of a carrier, or undefined where the registry does not know it. */
  keyOf(carrierId: number, role: keyof typeof ROLES, key: Hex): Promise<RegistryKey | undefined>
}

/** Answers about keys from the CarrierRegistry. Throws `provisioner.chain-unreachable`. */
export function chainRegistry(chain: ChainSettings): Registry {
  const { client, asked } = openChain(chain.rpcUrl, (cause) =>
    unreachable('provisioner.chain-unreachable', {}, cause),
  )
  const verify = chainVerifier(client)
  const registry = { abi: carrierRegistryAbi, address: chain.addresses.carrierRegistry } as const
  return {
    async isProvisioningKey(book, key) {
      // The chain's own time, because `activate` will ask at the chain's time.
      const block = await asked(client.getBlock())
      return asked(
        client.readContract({
          ...registry,
          functionName: 'isBookKey',
          args: [book, ROLES.PROVISIONING, key as Address, Number(block.timestamp)],
        }),
      )
    },
    signedBy: (signer, digest, signature) => asked(verify(signer, digest, signature)),
    carrierOf: (book) => asked(client.readContract({ ...registry, functionName: 'carrierOf', args: [book] })),
    async keyOf(carrierId, role, key) {
      const found = await asked(
        client.readContract({
          ...registry,
          functionName: 'keyOf',
          args: [carrierId, ROLES[role], key as Address],
        }),
      )
      if (found.validUntil === 0 && found.validFrom === 0) return undefined
      return {
        role,
        key,
        validFrom: found.validFrom,
        validUntil: found.validUntil,
        revoked: found.revokedAt !== 0,
      }
    },
  }
}
