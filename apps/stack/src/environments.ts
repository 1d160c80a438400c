// What each process of the stack is told, in the names of its own settings.
import { join } from 'node:path'
import { privateKeyToAddress } from 'viem/accounts'
import type { Certificates } from './certificates.ts'
import { CARRIERS, GESIM_ID } from './certificates.ts'
import type { Deployment } from './chain.ts'
import type { Ports } from './ports.ts'
import type { LocalSecrets } from './secrets.ts'

export interface StackFacts {
  readonly dataDir: string
  readonly ports: Ports
  readonly secrets: LocalSecrets
  readonly certificates: Certificates
  readonly deployment: Deployment
  readonly databaseUrl: string
  readonly smdpDatabaseUrl: string
  readonly smdsDatabaseUrl: string
}

type Environment = Record<string, string>

export const urlsOf = (ports: Ports) => ({
  web: `http://localhost:${ports.web}`,
  node: `http://127.0.0.1:${ports.node}`,
  rpc: `http://127.0.0.1:${ports.chain}`,
  smdp: `https://localhost:${ports.smdp}`,
  phone: `http://127.0.0.1:${ports.phone}`,
  signIn: `http://localhost:${ports.signIn}`,
  cardRamp: `http://localhost:${ports.cardRamp}`,
})

const operatorFile = (facts: StackFacts, file: string) => join(facts.certificates.pkiDir, 'Operators', file)

function chainEnvironment({ ports, deployment }: StackFacts): Environment {
  return {
    CHAIN_RPC_URL: urlsOf(ports).rpc,
    CHAIN_ID: '31337',
    CHAIN_ADDRESSES: JSON.stringify(deployment.addresses),
    CHAIN_EPOCH_SECONDS: String(deployment.epochSeconds),
  }
}

export function nodeEnvironment(facts: StackFacts): Environment {
  const { ports, secrets, certificates, deployment } = facts
  const urls = urlsOf(ports)
  return {
    ...chainEnvironment(facts),
    DATABASE_URL: facts.databaseUrl,
    NODE_PORT: String(ports.node),
    NODE_PHONE_URL: urls.phone,
    WEB_ORIGINS: urls.web,
    IDENTITY_PROVIDERS: JSON.stringify([
      { id: 'local', name: 'your local account', issuer: urls.signIn, clientId: 'gesim-web' },
    ]),
    IDENTITY_PEPPERS: `v1:${secrets.pepper}`,
    IDENTITY_SEAL_KEY: secrets.identitySeal,
    IDENTITY_API_KEYS_SEED: JSON.stringify(
      deployment.carriers.map(({ name, carrierId, book }, at) => ({
        key: secrets.carriers[at]!.apiKey,
        role: 'carrier',
        carrierId,
        books: [book],
        name,
      })),
    ),
    // Long enough to install a profile by hand; a test that waits for the refund says less.
    INTENTS_PROVISION_SECONDS: process.env.INTENTS_PROVISION_SECONDS ?? '900',
    INTENTS_BOOKS: deployment.carriers.map(({ book }) => book).join(','),
    INDEXER_CONFIRMATIONS: '0',
    INDEXER_POLL_MS: '100',
    RELAYER_OPERATOR_KEY: secrets.operator,
    RELAYER_POSTER_KEY: secrets.poster,
    RELAYER_EXECUTOR_KEYS: secrets.executors.join(','),
    RELAYER_SPONSOR_KEY: secrets.sponsor,
    // A purchase costs about a dollar at this chain's gas price, a hundred times Base's: whoever tries things out buys often.
    RELAYER_BUDGET_MICROS: '250000000',
    PROVISIONER_CARRIERS: JSON.stringify(
      CARRIERS.map(({ title, es2plus, radio }, at) => ({
        kind: 'es2plus',
        book: deployment.carriers[at]!.book,
        name: title,
        url: `https://localhost:${ports[es2plus]}`,
        ca: operatorFile(facts, 'CERT_CA_OPERATORS.pem'),
        cert: operatorFile(facts, 'CERT_OPERATOR_gesim.pem'),
        key: operatorFile(facts, 'SK_OPERATOR_gesim.pem'),
        requester: GESIM_ID,
        radioUrl: `http://127.0.0.1:${ports[radio]}/radio`,
      })),
    ),
    PROVISIONER_SEALING_KEYS: `k1:${secrets.provisionerSeal}`,
    PROVISIONER_COMMITMENT_KEY: secrets.commitment,
    PROVISIONER_ISSUERS: certificates.pkiDir,
    PROVISIONER_ORDER_SECONDS: '8',
    METERING_GRACE_SECONDS: '5',
    SETTLEMENT_RETRY_SECONDS: '15',
    // The slow window of this chain is 15 seconds.
    WATCHER_SOURCES: urls.node,
    WATCHER_CHALLENGER: privateKeyToAddress(secrets.poster),
    WATCHER_POLL_MS: '1000',
    WATCHER_DUE_SECONDS: '5',
    WATCHER_RETRY_SECONDS: '2',
    TRANSPARENCY_KEY: secrets.logSeed,
    WEB_PUSH_KEY: secrets.webPush,
    TREASURY_ON_RAMP_URL: urls.cardRamp,
    TREASURY_ON_RAMP_KEY: secrets.cardRampKey,
    TREASURY_ON_RAMP_RETURN_URL: `${urls.web}/wallet/top-up`,
    TREASURY_ON_RAMP_NOTICE_URL: `${urls.node}/v1/on-ramp/notices`,
    ORACLES_EVERY_SECONDS: '15',
    ADVISOR_PREWARM_EVERY_SECONDS: '60',
  }
}

export function attestorEnvironment(facts: StackFacts, at: number): Environment {
  return {
    ...chainEnvironment(facts),
    ATTESTOR_KEY: facts.secrets.attestors[at]!,
    ATTESTOR_API_URL: urlsOf(facts.ports).node,
    ATTESTOR_STATE_FILE: join(facts.dataDir, `attestor-${at + 1}.json`),
  }
}

export function smdpEnvironment({ ports, certificates, secrets, smdpDatabaseUrl }: StackFacts): Environment {
  return {
    SMDP_PORT: String(ports.smdp),
    SMDP_FQDN: `localhost:${ports.smdp}`,
    SMDP_PKI_DIR: certificates.pkiDir,
    SMDP_DATABASE_URL: smdpDatabaseUrl,
    SMDP_DATA_KEY: secrets.smdpData,
    SMDP_OPERATORS_FILE: certificates.operatorsFile,
  }
}

export function smdsEnvironment({ ports, certificates, secrets, smdsDatabaseUrl }: StackFacts): Environment {
  return {
    SMDS_PORT: String(ports.smds),
    SMDS_FQDN: `localhost:${ports.smds}`,
    SMDS_PKI_DIR: certificates.pkiDir,
    SMDS_DATABASE_URL: smdsDatabaseUrl,
    SMDS_DATA_KEY: secrets.smdsData,
  }
}

export function carrierEnvironment(facts: StackFacts, at: number): Environment {
  const { ports, secrets, certificates, deployment, dataDir } = facts
  const { name, title, registeredId, es2plus, radio, qualityPct, seed } = CARRIERS[at]!
  const keys = secrets.carriers[at]!
  const urls = urlsOf(ports)
  return {
    CARRIER_NAME: name,
    CARRIER_TITLE: title,
    CARRIER_ID: registeredId,
    CARRIER_BOOK: String(deployment.carriers[at]!.book),
    CARRIER_PROVISIONING_KEY: keys.provisioning,
    CARRIER_USAGE_KEY: keys.usage,
    CARRIER_PKI_DIR: certificates.pkiDir,
    CARRIER_CUSTOMER_ID: GESIM_ID,
    CARRIER_SMDP_URL: urls.smdp,
    CARRIER_NODE_URL: urls.node,
    CARRIER_API_KEY: keys.apiKey,
    CARRIER_RPC_URL: urls.rpc,
    CARRIER_CHAIN_ID: '31337',
    CARRIER_ESCROW: deployment.addresses.escrow,
    CARRIER_FROM_BLOCK: String(deployment.addresses.fromBlock),
    CARRIER_STATE_FILE: join(dataDir, `carrier-${name}.json`),
    CARRIER_ES2PLUS_PORT: String(ports[es2plus]),
    CARRIER_RADIO_PORT: String(ports[radio]),
    CARRIER_ADMIN_TOKEN: keys.adminToken,
    CARRIER_SEED: String(seed),
    CARRIER_QUALITY_PCT: String(qualityPct),
  }
}

export function signInEnvironment({ ports, dataDir }: StackFacts): Environment {
  const urls = urlsOf(ports)
  return {
    SIGN_IN_PORT: String(ports.signIn),
    SIGN_IN_ISSUER: urls.signIn,
    SIGN_IN_STATE_DIR: join(dataDir, 'sign-in'),
    SIGN_IN_REDIRECT_URIS: `${urls.web}/v1/auth/callback`,
  }
}

export function cardRampEnvironment({ ports, dataDir, deployment, secrets }: StackFacts): Environment {
  const urls = urlsOf(ports)
  return {
    CARD_RAMP_PORT: String(ports.cardRamp),
    CARD_RAMP_URL: urls.cardRamp,
    CARD_RAMP_STATE: join(dataDir, 'card-ramp.json'),
    CARD_RAMP_API_KEY: secrets.cardRampKey,
    CARD_RAMP_RETURN_ORIGINS: urls.web,
    CARD_RAMP_RPC_URL: urls.rpc,
    CARD_RAMP_USDC: deployment.addresses.usdc,
    CARD_RAMP_DELIVERY_KEY: secrets.cardRamp,
  }
}

export function phoneEnvironment({ ports, certificates, dataDir }: StackFacts): Environment {
  return {
    PHONE_PORT: String(ports.phone),
    PHONE_STATE_DIR: join(dataDir, 'phone'),
    PHONE_PKI_DIR: certificates.pkiDir,
    PHONE_NODE_URL: urlsOf(ports).node,
    PHONE_SMDS: `localhost:${ports.smds}`,
  }
}

export function webEnvironment({ ports }: StackFacts): Environment {
  return { WEB_PORT: String(ports.web), GESIM_API_URL: urlsOf(ports).node }
}
