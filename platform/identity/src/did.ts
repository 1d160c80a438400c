import type { Hex } from '@gesim/journey'
import type { ChainSettings } from '@gesim/store'

/** The did:pkh of an account. It needs no registry: it follows from the address. */
export function didOf(chainId: number, account: Hex): string {
  return `did:pkh:eip155:${chainId}:${account}`
}

/**
 * The DID document by the did:pkh method, with where to find what belongs to it: the operator that serves it, the contract
 * that a carrier asks `isEntitled(account)`, and the soulbound token (CAIP-19) while there is one. The account is a
 * contract: its signature is checked by ERC-1271, so that a changed or recovered key changes nothing here.
 */
export function didDocument(
  chain: Pick<ChainSettings, 'chainId' | 'addresses'>,
  origin: string,
  account: Hex,
  tokenId: string | null,
): Record<string, unknown> {
  const did = didOf(chain.chainId, account)
  const key = `${did}#blockchainAccountId`
  const caip2 = `eip155:${chain.chainId}`
  return {
    '@context': [
      'https://www.w3.org/ns/did/v1',
      {
        blockchainAccountId: 'https://w3id.org/security#blockchainAccountId',
        EcdsaSecp256k1RecoveryMethod2020:
          'https://identity.foundation/EcdsaSecp256k1RecoverySignature2020#EcdsaSecp256k1RecoveryMethod2020',
      },
    ],
    id: did,
    verificationMethod: [
      {
        id: key,
        type: 'EcdsaSecp256k1RecoveryMethod2020',
        controller: did,
        blockchainAccountId: `${caip2}:${account}`,
      },
    ],
    authentication: [key],
    assertionMethod: [key],
    service: [
      // DIF well-known DID configuration names this type.
      { id: `${did}#operator`, type: 'LinkedDomains', serviceEndpoint: origin },
      {
        id: `${did}#entitlement`,
        type: 'EntitlementRegistry',
        serviceEndpoint: `${caip2}:${chain.addresses.identity}`,
      },
      ...(tokenId === null
        ? []
        : [
            {
              id: `${did}#soulbound`,
              type: 'SoulboundToken',
              serviceEndpoint: `${caip2}/erc721:${chain.addresses.identity}/${tokenId}`,
            },
          ]),
    ],
  }
}
