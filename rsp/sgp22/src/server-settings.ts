import { createServer } from 'node:net'
import { fromHex, type SettingsOf, type SettingsTable } from '@gesim/base'

const text = (value: string) => value
const optionalText = text as (value: string) => string | undefined

/** Reads a whole number that is not negative. */
export function wholeNumber(value: string): number {
  const parsed = Number(value)
  if (value.trim() === '' || !Number.isSafeInteger(parsed) || parsed < 0)
    throw new TypeError('not a whole number')
  return parsed
}

const optionalPort = wholeNumber as (value: string) => number | undefined

/** The settings that an SM-DP+ and an SM-DS have in common; their variables begin with `prefix`. */
export function serverSettings(prefix: 'SMDP' | 'SMDS', defaultPort: number) {
  return {
    host: { env: `${prefix}_HOST`, means: 'Address to listen on.', default: '127.0.0.1', parse: text },
    port: {
      env: `${prefix}_PORT`,
      means: 'HTTPS port with the NIST certificate; 0 takes a free one.',
      default: defaultPort,
      parse: wholeNumber,
    },
    brainpoolPort: {
      env: `${prefix}_BRAINPOOL_PORT`,
      means: 'HTTPS port with the Brainpool certificate (TLS 1.2); not set: none.',
      default: undefined as number | undefined,
      parse: optionalPort,
    },
    httpPort: {
      env: `${prefix}_HTTP_PORT`,
      means:
        'Plain HTTP port, for a proxy in front and for tests; not set: none. Other servers cannot use it.',
      default: undefined as number | undefined,
      parse: optionalPort,
    },
    fqdn: {
      env: `${prefix}_FQDN`,
      means:
        'The address that others know, with a port when it is not 443; further ones that phones may use follow after commas. Not set: localhost and the port.',
      default: undefined as string | undefined,
      parse: optionalText,
    },
    pkiDir: {
      env: `${prefix}_PKI_DIR`,
      means: 'Directory of certificates and keys, in any layout, such as that of SGP.26.',
      parse: text,
    },
    oid: {
      env: `${prefix}_OID`,
      means: 'Identifier (registeredID) whose certificates are used; not set: those that fit the address.',
      default: undefined as string | undefined,
      parse: optionalText,
    },
    databaseUrl: {
      env: `${prefix}_DATABASE_URL`,
      means: 'Postgres database of its own; not set: everything is kept in memory and lost at the end.',
      default: undefined as string | undefined,
      secret: true,
      parse: optionalText,
    },
    dataKey: {
      env: `${prefix}_DATA_KEY`,
      means:
        'Key that protects what is stored in the database, 64 hex digits. Without it the database is lost.',
      default: undefined as Uint8Array | undefined,
      secret: true,
      parse: (value: string): Uint8Array | undefined => {
        const key = fromHex(value)
        if (key.length !== 32) throw new TypeError('not 64 hex digits')
        return key
      },
    },
    sessionSeconds: {
      env: `${prefix}_SESSION_SECONDS`,
      means: 'Life of a session with a card.',
      unit: 'seconds',
      default: 300,
      parse: wholeNumber,
    },
    maxSessions: {
      env: `${prefix}_MAX_SESSIONS`,
      means: 'Sessions at once; the oldest make room.',
      default: 10_000,
      parse: wholeNumber,
    },
  } as const satisfies SettingsTable
}

export type ServerSettings = SettingsOf<ReturnType<typeof serverSettings>>

/** The listeners that settings mean: NIST, Brainpool and plain HTTP, in this order, as far as they are set. */
export function listenersOf(
  settings: ServerSettings,
): { host: string; port: number; tls?: 'nist' | 'brainpool' }[] {
  const { host, port, brainpoolPort, httpPort } = settings
  return [
    { host, port, tls: 'nist' },
    ...(brainpoolPort === undefined ? [] : [{ host, port: brainpoolPort, tls: 'brainpool' as const }]),
    ...(httpPort === undefined ? [] : [{ host, port: httpPort }]),
  ]
}

/** The same settings with a free port in place of 0, for the port is part of the address. */
export async function withFreePort(settings: ServerSettings): Promise<ServerSettings> {
  return settings.port === 0 ? { ...settings, port: await freePort(settings.host) } : settings
}

/** Own addresses, the one for activation codes first. Without a name, this machine's are meant. */
export function addressesOf({ fqdn, port }: ServerSettings): [string, ...string[]] {
  const [first, ...others] = (fqdn ?? '').split(',').flatMap((address) => address.trim() || [])
  return first === undefined ? [`localhost:${port}`, '127.0.0.1', '[::1]'] : [first, ...others]
}

async function freePort(host: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
