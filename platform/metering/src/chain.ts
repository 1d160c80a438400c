import { unreachable } from '@gesim/base'
import { carrierRegistryAbi } from '@gesim/contracts'
import { openChain } from '@gesim/contracts/reading'
import { chainVerifier, type Domain, digestOf } from '@gesim/proofs'
import type { ChainSettings } from '@gesim/store'
import { signedByPlainKey } from './ecdsa.ts'
import type { Keys } from './ports.ts'

const USAGE = 2

interface Believed {
  readonly at: number
  readonly untilMs: number
}

/** Answers about keys from the chain. What was true is believed for `cacheSeconds`; what was not is asked again. */
export function chainKeys(chain: ChainSettings, domain: Domain, cacheSeconds: number): Keys {
  const { client, asked } = openChain(chain.rpcUrl, (cause) =>
    unreachable('metering.chain-unreachable', {}, cause),
  )
  const verify = chainVerifier(client)
  const believed = new Map<string, Believed>()
  return {
    async isUsageKey(book, key, at) {
      const name = `${book}:${key}`
      const known = believed.get(name)
      // A key's life is one window, so a later time within the belief's own age is as good as the time asked about.
      if (known && known.untilMs > Date.now() && at >= known.at && at <= known.at + cacheSeconds) return true
      const valid = await asked(
        client.readContract({
          abi: carrierRegistryAbi,
          address: chain.addresses.carrierRegistry,
          functionName: 'isBookKey',
          args: [book, USAGE, key, at],
        }),
      )
      if (valid) believed.set(name, { at, untilMs: Date.now() + cacheSeconds * 1000 })
      else believed.delete(name)
      return valid
    },
    signedBy: async (signer, digest, signature) =>
      (await signedByPlainKey(signer, digest, signature)) || (await asked(verify(signer, digest, signature))),
    pairingConsented: (payer, { device, validUntil, payerSignature }) =>
      asked(verify(payer, digestOf('PairingConsent', domain, { payer, device, validUntil }), payerSignature)),
  }
}
