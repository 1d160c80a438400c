import type { GesimSmartAccount } from '@gesim/contracts/account'
import { digestOf, domainOf, type Structs, typedDataOf } from '@gesim/proofs'
import type { Hex } from '../api/shapes.ts'
import { addresses, network } from './network.ts'

type Consent = 'PairingConsent' | 'ActivationConsent'

/** Signs a consent as the traveller's account; the contracts check it by ERC-1271. */
export async function signConsent<Name extends Consent>(
  signer: GesimSmartAccount,
  name: Name,
  message: Structs[Name],
): Promise<{ signature: Hex; digest: Hex }> {
  const [{ chainId }, { escrow }] = await Promise.all([network(), addresses()])
  const domain = domainOf(chainId, escrow)
  // viem's generic over the primary type cannot follow ours; the shape is the same.
  const typedData = typedDataOf(name, domain, message) as unknown as Parameters<
    GesimSmartAccount['signTypedData']
  >[0]
  return { signature: await signer.signTypedData(typedData), digest: digestOf(name, domain, message) }
}
