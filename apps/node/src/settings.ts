import type { SettingsOf, SettingsTable } from '@gesim/base'
import type { Addresses } from '@gesim/contracts'

function port(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new TypeError('not a port')
  return value
}

function natural(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new TypeError('not a whole number above 0')
  return value
}

/** Settings of the program itself; each stage adds its own. */
export const nodeSettings = {
  host: { env: 'NODE_HOST', means: 'Address to listen on.', default: '127.0.0.1', parse: String },
  port: { env: 'NODE_PORT', means: 'Port of the API; 0 takes a free one.', default: 4000, parse: port },
  trustProxy: {
    env: 'NODE_TRUST_PROXY',
    means: 'Addresses of proxies whose forwarded headers are believed, separated by commas.',
    default: [] as readonly string[],
    parse: (text: string) => text.split(',').map((one) => one.trim()),
  },
  rpcUrl: {
    env: 'CHAIN_RPC_URL',
    means: 'JSON-RPC of the chain.',
    secret: true,
    parse: (text: string) => new URL(text).href,
  },
  chainId: { env: 'CHAIN_ID', means: 'Id of the chain.', default: 31_337, parse: natural },
  addresses: {
    env: 'CHAIN_ADDRESSES',
    means: 'Addresses of the deployment, as the JSON that the deployment printed.',
    parse: (text: string) => JSON.parse(text) as Addresses,
  },
  epochSeconds: {
    env: 'CHAIN_EPOCH_SECONDS',
    means: 'Length of an epoch, as deployed; told to clients.',
    unit: 's',
    default: 86_400,
    parse: natural,
  },
  phoneUrl: {
    env: 'NODE_PHONE_URL',
    means: 'Where a phone in software is, on a local stack; told to the web app.',
    default: '',
    parse: (text: string) => new URL(text).origin,
  },
  otlpUrl: {
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    means: 'Where traces are sent over OTLP/HTTP; not set: traces are not sent.',
    default: '',
    parse: (text: string) => new URL(text).href,
  },
  metricsPort: {
    env: 'NODE_METRICS_PORT',
    means: 'Port of the Prometheus exporter on loopback; 0: none.',
    default: 0,
    parse: port,
  },
} as const satisfies SettingsTable

export type NodeSettings = SettingsOf<typeof nodeSettings>
