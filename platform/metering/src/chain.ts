import { unreachable } from '@gesim/base'
import { carrierRegistryAbi } from '@gesim/contracts'
import { openChain, type VoucherSigner, voucherSigners } from '@gesim/contracts/reading'
import { chainVerifier, type Domain, digestOf, isSignedByKey } from '@gesim/proofs'
import type { ChainSettings } from '@gesim/store'
import type { Keys } from './ports.ts'

const USAGE = 2
/** Answers that are remembered; then the memory begins anew. */
const MOST_SIGNERS = 100_000

interface Believed {
  readonly at: number
  readonly untilMs: number
}

/** Answers about keys from the chain. What was true is believed for `cacheSeconds`; what was not is asked again. */
export function chainKeys(chain: ChainSettings, domain: Domain, cacheSeconds: number): Keys {
  const open = openChain(chain.rpcUrl, (cause) => unreachable('metering.chain-unreachable', {}, cause))
  const { client, asked } = open
  const askSigner = voucherSigners(open, chain.addresses.payOnUsage)
  const signers = new Map<string, VoucherSigner>()
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
    async voucherSigner(payer, signer, activatedAt) {
      const name = `${payer}:${signer}:${activatedAt}`
      const known = signers.get(name)
      if (known) return known
      const answer = await askSigner(payer, signer, activatedAt)
      // What was bound before an activation that has been stays so.
      if (signers.size >= MOST_SIGNERS) signers.clear()
      signers.set(name, answer)
      return answer
    },
    // Most records are signed by plain keys, so most batches need no question to the chain about signatures.
    signedBy: async (signer, digest, signature) =>
      (await isSignedByKey(signer, digest, signature)) || (await asked(verify(signer, digest, signature))),
    pairingConsented: (payer, { device, validUntil, payerSignature }) =>
      asked(verify(payer, digestOf('PairingConsent', domain, { payer, device, validUntil }), payerSignature)),
  }
}
