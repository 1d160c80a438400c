import type { SettingsTable } from '@gesim/base'

const text = (value: string): string => value

const natural = (value: string): number => {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 0) throw new TypeError('not a natural number')
  return number
}

const url = (value: string): string => new URL(value).href.replace(/\/$/, '')

const privateKey = (value: string): `0x${string}` => {
  if (!/^0x[0-9a-f]{64}$/.test(value)) throw new TypeError('not 0x and 64 hex digits')
  return value as `0x${string}`
}

const address = (value: string): `0x${string}` => {
  if (!/^0x[0-9a-fA-F]{40}$/.test(value)) throw new TypeError('not an address')
  return value as `0x${string}`
}

export const carrierSettings = {
  name: {
    env: 'CARRIER_NAME',
    means: 'Short name of the carrier, as in its certificate files.',
    parse: text,
  },
  title: { env: 'CARRIER_TITLE', means: 'Name of the carrier as phones show it.', parse: text },
  id: {
    env: 'CARRIER_ID',
    means: 'SGP.22 identifier of the carrier, dotted, as in its certificate.',
    parse: text,
  },
  book: { env: 'CARRIER_BOOK', means: "The carrier's book in the escrow.", parse: natural },
  provisioningKey: {
    env: 'CARRIER_PROVISIONING_KEY',
    means:
      'Private key that signs provisioning receipts; its address has the role PROVISIONING in the CarrierRegistry.',
    secret: true,
    parse: privateKey,
  },
  usageKey: {
    env: 'CARRIER_USAGE_KEY',
    means: 'Private key that signs usage receipts; its address has the role USAGE in the CarrierRegistry.',
    secret: true,
    parse: privateKey,
  },
  pkiDir: {
    env: 'CARRIER_PKI_DIR',
    means: 'Directory of certificates: issuers of cards and of the SM-DP+, and the own ones in Operators/.',
    parse: text,
  },
  customerId: {
    env: 'CARRIER_CUSTOMER_ID',
    means: 'SGP.22 identifier of the GeSIM operator, the only one that may order here.',
    parse: text,
  },
  smdpUrl: { env: 'CARRIER_SMDP_URL', means: 'Where the SM-DP+ answers operators (https).', parse: url },
  nodeUrl: { env: 'CARRIER_NODE_URL', means: 'Where the GeSIM node answers.', parse: url },
  apiKey: {
    env: 'CARRIER_API_KEY',
    means: "The carrier's API key at the GeSIM node.",
    secret: true,
    parse: text,
  },
  rpcUrl: { env: 'CARRIER_RPC_URL', means: 'JSON-RPC of the chain.', parse: url },
  chainId: { env: 'CARRIER_CHAIN_ID', means: 'Id of the chain.', parse: natural },
  escrow: { env: 'CARRIER_ESCROW', means: 'Address of the IntentEscrow.', parse: address },
  fromBlock: {
    env: 'CARRIER_FROM_BLOCK',
    means: 'Block from which a fresh carrier looks for activations.',
    default: 0,
    parse: natural,
  },
  stateFile: {
    env: 'CARRIER_STATE_FILE',
    means: 'File that keeps orders, subscribers and counters.',
    parse: text,
  },
  es2plusPort: {
    env: 'CARRIER_ES2PLUS_PORT',
    means: 'Port of ES2+ (https, mutual TLS) on loopback; 0 takes a free one.',
    default: 0,
    parse: natural,
  },
  radioPort: {
    env: 'CARRIER_RADIO_PORT',
    means: 'Port of the radio and of the admin interface on loopback; 0 takes a free one.',
    default: 0,
    parse: natural,
  },
  plmn: {
    env: 'CARRIER_PLMN',
    means: 'MCC and MNC of the network, 5 digits.',
    default: '00101',
    parse: text,
  },
  regions: {
    env: 'CARRIER_REGIONS',
    means: 'Countries whose radio is measured, ISO alpha-2 separated by commas.',
    default: ['ES', 'FR', 'DE', 'IT', 'PT', 'GB', 'US', 'JP'] as readonly string[],
    parse: (value: string): readonly string[] => value.split(',').map((one) => one.trim()),
  },
  seed: {
    env: 'CARRIER_SEED',
    means: 'Seed of the simulated radio: the same seed gives the same weather at the same time.',
    default: 1,
    parse: natural,
  },
  quality: {
    env: 'CARRIER_QUALITY_PCT',
    means: 'How good the radio is on average.',
    unit: 'percent of a good one',
    default: 100,
    parse: natural,
  },
  lookMs: {
    env: 'CARRIER_LOOK_MS',
    means: 'How often the carrier looks for activations, evidence and what the node knows.',
    unit: 'ms',
    default: 500,
    parse: natural,
  },
  reportMs: {
    env: 'CARRIER_REPORT_MS',
    means: 'How often usage is signed and sent.',
    unit: 'ms',
    default: 2000,
    parse: natural,
  },
  telemetryMs: {
    env: 'CARRIER_TELEMETRY_MS',
    means: 'How often the radio is measured and sent; 0 never.',
    unit: 'ms',
    default: 5000,
    parse: natural,
  },
  templateFile: {
    env: 'CARRIER_TEMPLATE_FILE',
    means:
      'Profile package (DER) to personalise in place of the own one; empty writes a complete USIM profile.',
    default: '',
    parse: text,
  },
  adminToken: {
    env: 'CARRIER_ADMIN_TOKEN',
    means: 'Token of the admin interface (faults, template); empty switches it off.',
    default: '',
    secret: true,
    parse: text,
  },
} as const satisfies SettingsTable
