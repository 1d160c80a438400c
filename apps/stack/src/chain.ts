// The local chain: anvil with its state kept in a file, the contracts deployed once, the parties made known.
import type { Addresses } from '@gesim/contracts'
import { deployAll, LOCAL_PARAMETERS, registerLocalParties } from '@gesim/contracts/deploy'
import { privateKeyToAddress } from 'viem/accounts'
import { CARRIERS } from './certificates.ts'
import type { LocalSecrets } from './secrets.ts'

/** The first account of the mnemonic that every anvil has: it pays for the deployment and has no role afterwards. */
const ANVIL_FIRST_KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

export interface Deployment {
  readonly addresses: Addresses
  readonly epochSeconds: number
  readonly carriers: readonly { name: string; carrierId: number; book: number }[]
}

/** Deploys what is not there yet and registers carriers and attestors; a second start finds everything. */
export async function deploy(rpcUrl: string, secrets: LocalSecrets): Promise<Deployment> {
  const address = privateKeyToAddress
  const addresses = await deployAll({
    rpcUrl,
    deployerKey: ANVIL_FIRST_KEY,
    operators: {
      operator: address(secrets.operator),
      sponsorSigner: address(secrets.sponsor),
      gasPayers: [secrets.operator, secrets.poster, ...secrets.executors].map((key) => address(key)),
      treasuryOwners: [
        address(secrets.safeOwners[0]),
        address(secrets.safeOwners[1]),
        address(secrets.safeOwners[2]),
      ],
    },
  })
  const { carriers } = await registerLocalParties({
    rpcUrl,
    addresses,
    operatorKey: secrets.operator,
    carriers: CARRIERS.map(({ name }, at) => {
      const keys = secrets.carriers[at]!
      return {
        name,
        adminKey: keys.admin,
        payout: address(keys.admin),
        provisioningKey: address(keys.provisioning),
        usageKey: address(keys.usage),
      }
    }),
    attestorKeys: secrets.attestors,
  })
  return { addresses, epochSeconds: LOCAL_PARAMETERS.epochSeconds, carriers }
}
