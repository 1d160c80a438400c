// The stage as the node runs it, on a chain and a database of its own, for the tests.
import { createLog, type FailureText, fromHex, isFailure, type SettingsOf, systemClock } from '@gesim/base'
import { type LocalChain, startLocalChain } from '@gesim/contracts/testing'
import type { StageContext } from '@gesim/store'
import { type TestStore, testStore } from '@gesim/store/testing'
import Fastify, { type FastifyInstance } from 'fastify'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { identityFailures } from './failures.ts'
import { identityAccess, identityStage } from './index.ts'
import type { identitySettings } from './settings.ts'

export const ORIGIN = 'http://localhost:3999'

/** A running stage and what a browser does with it. */
export interface TestIdentity {
  readonly app: FastifyInstance
  readonly own: TestStore
  readonly chain: LocalChain
  browser(): TestBrowser
  close(): Promise<void>
}

export type TestBrowser = ReturnType<typeof browserOf>

/** Starts it. `providerIssuer`: a sign-in provider that is there. */
export async function startIdentity(providerIssuer: string): Promise<TestIdentity> {
  const [own, chain] = await Promise.all([testStore(), startLocalChain()])
  const settings: SettingsOf<typeof identitySettings> = {
    webOrigins: [ORIGIN],
    providers: [{ id: 'local', name: 'Local', issuer: providerIssuer, clientId: 'gesim-web' }],
    peppers: [{ version: 'v1', key: fromHex('11'.repeat(32)) }],
    sealKey: fromHex('22'.repeat(32)),
    sessionDays: 30,
    seedKeys: [{ key: 'gs_test_carrier0000000000000000', role: 'carrier', carrierId: 7, books: [3] }],
  }
  const app = Fastify()
  app.setErrorHandler((error, _request, reply) => {
    if (!isFailure(error))
      return reply.code(error instanceof Error && 'validation' in error ? 400 : 500).send(error)
    const text = (identityFailures as Record<string, FailureText>)[error.code]!
    return reply.code(text.httpStatus ?? 500).send({ code: error.code, facts: error.facts })
  })
  const access = identityAccess(own.store, settings, false)
  app.addHook('onRequest', async (request) => access.requireOwnOrigin(request))
  const context = {
    store: own.store,
    log: createLog('test', 'silent'),
    clock: systemClock,
    signal: new AbortController().signal,
    chain: { rpcUrl: chain.rpcUrl, chainId: chain.chainId, addresses: chain.addresses },
    settings,
    access: { ...access, device: async () => null },
  } satisfies StageContext<typeof identitySettings>
  const running = await identityStage.start(context)
  await identityStage.routes?.(app, context)
  app.get('/whoami', async (request) => ({
    traveller: await access.traveller(request),
    carrier: await access.carrier(request),
    operator: await access.operator(request),
  }))
  return {
    app,
    own,
    chain,
    browser: () => browserOf(app),
    async close() {
      await app.close()
      await running.stop()
      await Promise.allSettled([own.close(), chain.stop()])
    },
  }
}

/** A browser of one's own: cookies are kept, redirects are followed by hand. */
function browserOf(app: FastifyInstance) {
  const jar = new Map<string, string>()
  const header = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const take = (cookies: readonly string[]) => {
    for (const cookie of cookies) {
      const [pair] = cookie.split(';') as [string]
      const at = pair.indexOf('=')
      if (/Max-Age=0/.test(cookie)) jar.delete(pair.slice(0, at))
      else jar.set(pair.slice(0, at), pair.slice(at + 1))
    }
  }
  const call = async (method: string, url: string, body?: object, headers: Record<string, string> = {}) => {
    const answer = await app.inject({
      method: method as 'GET',
      url,
      headers: { cookie: header(), ...(method === 'GET' ? {} : { origin: ORIGIN }), ...headers },
      ...(body ? { payload: body } : {}),
    })
    take([answer.headers['set-cookie'] ?? []].flat())
    return answer
  }
  return { jar, call, header }
}

/** Signs in with the key of a wallet. */
export async function walletSignIn(page: TestBrowser, key = generatePrivateKey()) {
  const owner = privateKeyToAccount(key)
  const challenge = (await page.call('GET', `/v1/auth/challenge?address=${owner.address}`)).json()
  const signature = await owner.signMessage({ message: challenge.text })
  const body = { address: owner.address, issuedAt: challenge.issuedAt, signature }
  const answer = await page.call('POST', '/v1/auth/wallet', body)
  return { page, owner, body, answer }
}
