import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createLog, type LogLevel, refuse } from '@gesim/base'
import { type Curve, issueOperator, loadPki, makeTestPki } from '@gesim/crypto'
import { type ServedSmdp, type SmdpSettings, serveSmdp, smdpSettings } from '@gesim/smdp'
import { type ServedSmds, type SmdsSettings, serveSmds, smdsSettings } from '@gesim/smds'
import { command, notUnderstood } from '../command.ts'
import { reading, writing } from '../files.ts'
import { operatorCertificate } from '../operator.ts'
import { HOME_OPTION, placesOf, TEST_OPERATOR } from '../places.ts'
import { settingsOptions } from '../settings-options.ts'
import type { Terminal } from '../terminal.ts'
import { ensureTls } from '../tls.ts'

const SMDP = settingsOptions(smdpSettings, '', {
  pkiDir: null,
  uppDir: 'profiles',
  ordersFile: 'orders',
  operatorsFile: 'operators',
  databaseUrl: 'database',
})
const SMDS = settingsOptions(smdsSettings, 'smds-', {
  pkiDir: null,
  host: null,
  databaseUrl: 'database',
  rootAddress: 'root',
})

const OPTIONS = {
  pki: {
    type: 'string',
    value: 'DIR',
    means: 'certificates and keys; default pki in the home folder, which is made when it is not there',
  },
  ...SMDP.options,
  'tls-days': {
    type: 'string',
    value: 'DAYS',
    means: 'life of TLS certificates that are made on start; default 30',
  },
  smds: { type: 'boolean', means: 'run an SM-DS too; the options below are for it' },
  ...SMDS.options,
  ...HOME_OPTION,
} as const

/** Host names of a server: those of its addresses without ports, then this machine. */
function hostsOf(fqdn: string | undefined): string[] {
  const named = (fqdn ?? '').split(',').flatMap((address) => address.trim().replace(/:\d+$/, '') || [])
  return [...new Set([...named, 'localhost', '127.0.0.1'])]
}

interface Preparation {
  readonly directory: string
  readonly smdp: SmdpSettings
  readonly smds: SmdsSettings | undefined
  readonly lifeMs: number
}

const curvesOf = ({ brainpoolPort }: { readonly brainpoolPort: number | undefined }): Curve[] =>
  brainpoolPort === undefined ? ['nist'] : ['nist', 'brainpool']

/** Makes what a server needs and the directory lacks: a test PKI, TLS certificates, an operator. */
function prepare(terminal: Terminal, { directory, smdp, smds, lifeMs }: Preparation): void {
  const isEmpty =
    !existsSync(directory) || reading(directory, () => loadPki(directory)).certificates.length === 0
  if (isEmpty) {
    writing(directory, () =>
      makeTestPki(directory, {
        curves: ['nist', 'brainpool'],
        smdpHosts: hostsOf(smdp.fqdn),
        smdsHosts: hostsOf(smds?.fqdn),
        tlsLifeMs: lifeMs,
      }),
    )
    terminal.note(`Made a test PKI in ${directory}: for tests only.`)
  }
  const pki = reading(directory, () => loadPki(directory))
  const wishes = [
    { role: 'dp-tls' as const, curves: curvesOf(smdp), hosts: hostsOf(smdp.fqdn), lifeMs },
    ...(smds ? [{ role: 'ds-tls' as const, curves: curvesOf(smds), hosts: hostsOf(smds.fqdn), lifeMs }] : []),
  ]
  for (const wish of wishes)
    for (const { curve, path, authorityPath } of ensureTls(directory, pki, wish)) {
      terminal.note(`Made a TLS certificate (${curve}) for ${wish.hosts.join(', ')}: ${path}`)
      if (authorityPath) terminal.note(`  No key of its issuer is there: clients must trust ${authorityPath}`)
    }
  if (smdp.operatorCa === undefined && operatorCertificate(directory) === undefined) {
    writing(directory, () => issueOperator(directory, TEST_OPERATOR))
    terminal.note(`Made an operator for ES2+ in ${join(directory, 'Operators')}`)
  }
}

const LISTENERS = ['TLS, NIST', 'TLS, Brainpool', 'plain HTTP'] as const

function tellServer(
  terminal: Terminal,
  kind: string,
  settings: SmdpSettings | SmdsSettings,
  served: ServedSmdp | ServedSmds,
): void {
  const address = 'smdpAddress' in served ? served.smdpAddress : served.smdsAddress
  const kinds = LISTENERS.filter(
    (_, i) => [true, settings.brainpoolPort !== undefined, settings.httpPort !== undefined][i],
  )
  const lines = served.ports.map((port, i) => {
    const what = kinds[i] ?? ''
    return `  ${what.startsWith('TLS') ? 'https' : 'http'}://${settings.host}:${port}  ${what}`
  })
  terminal.note([`${kind} ${address}`, ...lines].join('\n'))
}

/** A server that cannot listen says where. Throws `rsp.port-taken`. */
async function starting<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start()
  } catch (error) {
    const { code, port, address } = error as { code?: unknown; port?: unknown; address?: unknown }
    if (code === 'EADDRINUSE' || code === 'EACCES' || code === 'EADDRNOTAVAIL')
      throw refuse('rsp.port-taken', { address: String(address), port: Number(port), code }, error)
    throw error
  }
}

/** Resolves when the program shall end; a terminal that is closed (SIGHUP) ends it, a service reads its files again. */
function untilEnd(reload: () => void): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    process.on('SIGHUP', () => (process.stdout.isTTY ? resolve() : reload()))
  })
}

export const serve = command({
  name: 'serve',
  usage: ['serve [options]', 'serve --smds [options]          with a discovery server'],
  about: [
    'Without options: an SM-DP+ at localhost:8443 that makes its own test PKI and offers the profiles of .gesim-rsp/profiles (*.der, the file name is the profile type). State is kept in memory unless --database names a Postgres database.',
    'A line "ready {…}" on stdout says that it serves; it ends with SIGTERM or Ctrl-C. Certificates and keys that change in the directory, and the authorities of operators, come into use within seconds or on SIGHUP; a file that is no good is refused and the earlier one stays. Each option may also stand in the environment.',
  ],
  options: OPTIONS,
  examples: [
    ['gesim-rsp serve', 'for a first test'],
    [
      'gesim-rsp serve --pki SGP.26/ --profiles upps/ --orders orders.json --fqdn testsmdpplus1.example.com --brainpool-port 8444 --http-port 8000',
      'TLS on both curves and plain HTTP, foreign certificates, fixtures',
    ],
    ['gesim-rsp serve --smds --smds-port 9444', 'with a discovery server'],
  ],
  async run(values, positionals, terminal) {
    if (positionals.length) throw notUnderstood('serve takes options only')
    const places = placesOf(values.home)
    const directory = values.pki ?? process.env.SMDP_PKI_DIR ?? places.pki
    const days = Number(values['tls-days'] ?? 30)
    if (!(days > 1 && days <= 3650)) throw notUnderstood('--tls-days is a number of days above 1')
    const smdp = SMDP.read(values, {
      pkiDir: directory,
      ...(existsSync(places.profiles) ? { uppDir: places.profiles } : {}),
    })
    const smds = values.smds ? SMDS.read(values, { pkiDir: directory, host: smdp.host }) : undefined
    prepare(terminal, { directory, smdp, smds, lifeMs: days * 86_400_000 })
    const level = (process.env.LOG_LEVEL as LogLevel | undefined) ?? 'warn'
    const running: (ServedSmdp | ServedSmds)[] = []
    const end = untilEnd(() => {
      // What is refused is in the log, and what was in use stays so.
      for (const server of running) void server.reload().catch(() => undefined)
    })
    try {
      const servedDs = smds && (await starting(() => serveSmds(smds, createLog('smds', level))))
      if (smds && servedDs) {
        running.push(servedDs)
        tellServer(terminal, 'SM-DS ', smds, servedDs)
      }
      const servedDp = await starting(() => serveSmdp(smdp, createLog('smdp', level)))
      running.push(servedDp)
      tellServer(terminal, 'SM-DP+', smdp, servedDp)
      const summary = { ...servedDp.summary, ...(servedDs ? { smds: servedDs.summary } : {}) }
      terminal.result(`ready ${JSON.stringify(summary)}`, { ready: summary })
      await end
    } finally {
      for (const server of running.reverse()) await server.stop()
    }
  },
})
