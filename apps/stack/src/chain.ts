// The local chain: anvil with its state kept in a file, the contracts deployed once, the parties made known.
import type { Addresses } from '@gesim/contracts'
import {
  type DeploymentPlan,
  deployAll,
  fundWithTestUsdc,
  LOCAL_PARAMETERS,
  planDeployment,
  registerLocalParties,
} from '@gesim/contracts/deploy'
import { privateKeyToAddress } from 'viem/accounts'
import { CARRIERS } from './certificates.ts'
import type { LocalSecrets } from './secrets.ts'

/** The first account of the mnemonic that every anvil has: it pays for the deployment and has no role afterwards. */
const ANVIL_FIRST_KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

/** What the card sandbox has to give away; filled up at a start when half of it is gone. */
const SANDBOX_STOCK_MICROS = 100_000_000_000n

export interface Deployment {
  readonly addresses: Addresses
  readonly epochSeconds: number
  readonly carriers: readonly { name: string; carrierId: number; book: number }[]
}

/** Who deploys, and whose keys may do what afterwards: with the code it decides where contracts stand. */
export function deployOptions(secrets: LocalSecrets) {
  const address = privateKeyToAddress
  const [first, second, third] = secrets.safeOwners
  return {
    deployerKey: ANVIL_FIRST_KEY,
    operators: {
      operator: address(secrets.operator),
      sponsorSigner: address(secrets.sponsor),
      gasPayers: [secrets.operator, secrets.poster, ...secrets.executors, secrets.cardRamp].map((key) =>
        address(key),
      ),
      treasuryOwners: [address(first), address(second), address(third)],
    },
  } as const
}

/** What `deploy` puts on a chain, and where. */
export function planOf(secrets: LocalSecrets): DeploymentPlan {
  return planDeployment(deployOptions(secrets))
}

/** Deploys what is not there yet and registers carriers and attestors; a second start finds everything. */
export async function deploy(rpcUrl: string, secrets: LocalSecrets): Promise<Deployment> {
  const address = privateKeyToAddress
  const addresses = await deployAll({ rpcUrl, ...deployOptions(secrets) })
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
  await fundWithTestUsdc({
    rpcUrl,
    addresses,
    operatorKey: secrets.operator,
    to: address(secrets.cardRamp),
    amountMicros: SANDBOX_STOCK_MICROS,
  })
  return { addresses, epochSeconds: LOCAL_PARAMETERS.epochSeconds, carriers }
}
