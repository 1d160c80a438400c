import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, type FailureCatalogue, isFailure, readSettings, systemClock } from '@gesim/base'
import { type LocalChain, startLocalChain } from '@gesim/contracts/testing'
import { certificatePem, issueOperator, loadPki, makeTestPki } from '@gesim/crypto'
import { createCard, type SoftwareCard } from '@gesim/euicc'
import { createLpa, type Lpa } from '@gesim/lpa'
import { meteringFailures, meteringSettings, meteringStage } from '@gesim/metering'
import { provisionerFailures, provisionerSettings, provisionerStage } from '@gesim/provisioner'
import { smartSwitchSettings, smartSwitchStage } from '@gesim/smart-switch'
import { memoryState, type Smdp, startSmdp } from '@gesim/smdp'
import type { Running, StageContext } from '@gesim/store'
import { standInIntents, type TestStore, testStore, tokenAccess } from '@gesim/store/testing'
import { type FastifyInstance, fastify } from 'fastify'
import { type RunningCarrier, startCarrier } from '../carrier.ts'
import { carrierSettings } from '../settings.ts'

/** Everything around a carrier that is real: chain, contracts, database, node stages, SM-DP+, cards. */
export interface World {
  readonly chain: LocalChain
  readonly database: TestStore
  readonly carriers: readonly RunningCarrier[]
  readonly nodeUrl: string
  card(): SoftwareCard
  lpa(card: SoftwareCard): Lpa
  /** Stops a carrier and starts it again on the same ports and state. */
  restart(index: number): Promise<void>
  call(method: string, path: string, as: string, body?: object): Promise<{ status: number; json: never }>
  stop(): Promise<void>
}

export const ADMIN_TOKEN = 'a-test-token'

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

export async function startWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'carrier-world-'))
  const pkiDir = join(folder, 'pki')
  const log = createLog('test', (process.env.TEST_LOG as 'info') || 'silent')
  makeTestPki(pkiDir)
  const names = ['aurora', 'borealis']
  issueOperator(pkiDir, { name: 'gesim', registeredId: '2.999.30' })
  for (const [i, name] of names.entries()) issueOperator(pkiDir, { name, registeredId: `2.999.${20 + i}` })
  const [chain, database] = await Promise.all([startLocalChain(), testStore()])
  const pki = loadPki(pkiDir)
  const ca = readFileSync(join(pkiDir, 'Operators', 'CERT_CA_OPERATORS.pem'), 'utf8')
  const ports = await Promise.all(names.map(async () => [await freePort(), await freePort()] as const))
  const smdpPort = await freePort()
  const smdp: Smdp = await startSmdp({
    pki,
    state: memoryState(),
    smdpAddress: `localhost:${smdpPort}`,
    operatorAuthorities: [ca],
    operators: names.map((name, i) => ({
      id: `2.999.${20 + i}`,
      name,
      notifyUrl: `https://127.0.0.1:${ports[i]![0]}`,
    })),
    listeners: [{ host: '127.0.0.1', port: smdpPort, tls: 'nist' }],
    log,
  })

  const books = chain.parties.carriers.map((carrier) => carrier.book)
  const node = await startNode(chain, database, log, {
    PROVISIONER_CARRIERS: JSON.stringify(
      names.map((name, i) => ({
        kind: 'es2plus',
        book: books[i],
        name,
        url: `https://127.0.0.1:${ports[i]![0]}`,
        ca: join(pkiDir, 'Operators', 'CERT_CA_OPERATORS.pem'),
        cert: join(pkiDir, 'Operators', 'CERT_OPERATOR_gesim.pem'),
        key: join(pkiDir, 'Operators', 'SK_OPERATOR_gesim.pem'),
        requester: '2.999.30',
        radioUrl: `http://127.0.0.1:${ports[i]![1]}/radio`,
      })),
    ),
    PROVISIONER_SEALING_KEYS: `k1:${'11'.repeat(32)}`,
    PROVISIONER_COMMITMENT_KEY: '22'.repeat(32),
    PROVISIONER_ISSUERS: pkiDir,
    PROVISIONER_ORDER_SECONDS: '6',
    PROVISIONER_CALL_TIMEOUT_MS: '4000',
    METERING_GRACE_SECONDS: '5',
  })

  const startOne = (i: number): Promise<RunningCarrier> => {
    const keys = chain.keys.carriers[i]!
    return startCarrier(
      readSettings(carrierSettings, {
        CARRIER_NAME: names[i],
        CARRIER_TITLE: names[i],
        CARRIER_ID: `2.999.${20 + i}`,
        CARRIER_BOOK: String(books[i]),
        CARRIER_PROVISIONING_KEY: keys.provisioning,
        CARRIER_USAGE_KEY: keys.usage,
        CARRIER_PKI_DIR: pkiDir,
        CARRIER_CUSTOMER_ID: '2.999.30',
        CARRIER_SMDP_URL: `https://localhost:${smdpPort}`,
        CARRIER_NODE_URL: node.url,
        CARRIER_API_KEY: `carrier/${books[i]}`,
        CARRIER_RPC_URL: chain.rpcUrl,
        CARRIER_CHAIN_ID: String(chain.chainId),
        CARRIER_ESCROW: chain.addresses.escrow,
        CARRIER_STATE_FILE: join(folder, `${names[i]}.json`),
        CARRIER_ES2PLUS_PORT: String(ports[i]![0]),
        CARRIER_RADIO_PORT: String(ports[i]![1]),
        CARRIER_LOOK_MS: '100',
        CARRIER_REPORT_MS: '200',
        CARRIER_TELEMETRY_MS: '500',
        CARRIER_QUALITY_PCT: i === 0 ? '120' : '60',
        CARRIER_ADMIN_TOKEN: ADMIN_TOKEN,
      }),
      log,
    )
  }
  const carriers = await Promise.all(names.map((_, i) => startOne(i)))
  const lpas: Lpa[] = []
  const issuers = pki.issuers.map((issuer) => certificatePem(issuer))

  return {
    chain,
    database,
    carriers,
    nodeUrl: node.url,
    card: () => createCard({ pki, replies: 'chained' }),
    lpa(card) {
      const lpa = createLpa({ card, ca: issuers, blockBytes: 255 })
      lpas.push(lpa)
      return lpa
    },
    async restart(index) {
      await carriers[index]!.close()
      carriers[index] = await startOne(index)
    },
    async call(method, path, as, body) {
      const response = await fetch(`${node.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${as}`, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      const text = await response.text()
      return { status: response.status, json: (text ? JSON.parse(text) : undefined) as never }
    },
    async stop() {
      for (const lpa of lpas) lpa.close()
      await Promise.all(carriers.map((carrier) => carrier.close()))
      await node.stop()
      await Promise.all([smdp.stop(), chain.stop(), database.close()])
      rmSync(folder, { recursive: true })
    },
  }
}

/** The stages of the node that a carrier meets, on real HTTP. */
async function startNode(
  chain: LocalChain,
  database: TestStore,
  log: ReturnType<typeof createLog>,
  env: Record<string, string>,
): Promise<{ url: string; stop(): Promise<void> }> {
  const { store } = database
  await standInIntents(store)
  const common = {
    store,
    access: tokenAccess({ isOperator: true }),
    log,
    clock: systemClock,
    signal: new AbortController().signal,
    chain: { rpcUrl: chain.rpcUrl, chainId: chain.chainId, addresses: chain.addresses },
  }
  const app: FastifyInstance = fastify({ forceCloseConnections: true })
  const texts: FailureCatalogue = {
    ...provisionerFailures,
    ...meteringFailures,
    ...smartSwitchStage.failures,
  }
  app.setErrorHandler((error, _request, reply) => {
    if (!isFailure(error))
      return reply.code(400).send({ code: 'validation', message: (error as Error).message })
    const text = texts[error.code as keyof typeof texts]
    return reply
      .code(text?.httpStatus ?? (error.kind === 'unreachable' ? 503 : 409))
      .send({ code: error.code })
  })
  const running: Running[] = []
  const play = async (stage: typeof provisionerStage, context: StageContext<typeof provisionerSettings>) => {
    running.push(await stage.start(context))
    await stage.routes?.(app, context)
  }
  await play(provisionerStage, { ...common, settings: readSettings(provisionerSettings, env) })
  await play(
    smartSwitchStage as never,
    { ...common, settings: readSettings(smartSwitchSettings, env) } as never,
  )
  await play(meteringStage as never, { ...common, settings: readSettings(meteringSettings, env) } as never)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url,
    async stop() {
      await app.close()
      await Promise.all(running.map((one) => one.stop()))
    },
  }
}
