import { createHmac, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { SettingsOf } from '@gesim/base'
import Provider from 'oidc-provider'
import { providerKeys } from './keys.ts'
import { PERSONAS, pickPage } from './page.ts'
import type { signInSettings } from './settings.ts'

const FORM_LIMIT_BYTES = 1_024
const PICK = /^\/pick\/([A-Za-z0-9_-]{1,64})$/

export interface SignInServer {
  readonly issuer: string
  close(): Promise<void>
}

/** Starts the local sign-in provider: OpenID Connect, two personas, pairwise subjects, scope `openid` only. */
export async function startSignIn(settings: SettingsOf<typeof signInSettings>): Promise<SignInServer> {
  const keys = providerKeys(settings.stateDir)
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port, settings.host, resolve)
  })
  const { port } = server.address() as { port: number }
  const issuer = settings.issuer || `http://localhost:${port}`
  const provider = createProvider(issuer, settings, keys)
  const oidc = provider.callback()
  server.on('request', (request, response) => {
    const uid = PICK.exec(new URL(request.url ?? '/', issuer).pathname)?.[1]
    if (uid)
      pick(provider, uid, request, response).catch(() =>
        sayNo(response, 500, 'Something broke. Go back and sign in again.'),
      )
    else oidc(request, response)
  })
  return { issuer, close: () => closeServer(server) }
}

function createProvider(
  issuer: string,
  settings: SettingsOf<typeof signInSettings>,
  keys: ReturnType<typeof providerKeys>,
): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: settings.clientId,
        redirect_uris: [...settings.redirectUris],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        subject_type: 'pairwise',
        require_auth_time: true,
      },
    ],
    jwks: keys.jwks as never,
    cookies: { keys: [keys.cookieKey] },
    subjectTypes: ['pairwise'],
    pairwiseIdentifier: (_context, accountId, client) =>
      createHmac('sha256', keys.subjectSalt).update(`${client.clientId}\0${accountId}`).digest('hex'),
    scopes: ['openid'],
    claims: { openid: ['sub'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/pick/${interaction.uid}` },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    // The client is the operator's own: signing in is consent to the identifier it asks for.
    loadExistingGrant: async (context) => {
      const { client, session } = context.oidc
      const known = session?.grantIdFor(client!.clientId)
      if (known) return provider_(context).Grant.find(known)
      const grant = new (provider_(context).Grant)({
        accountId: session!.accountId!,
        clientId: client!.clientId,
      })
      grant.addOIDCScope('openid')
      await grant.save()
      return grant
    },
    ttl: {
      Interaction: 600,
      Session: 86_400,
      Grant: 86_400,
      AccessToken: 600,
      IdToken: 600,
      AuthorizationCode: 60,
    },
  })
}

const provider_ = (context: { oidc: { provider: Provider } }) => context.oidc.provider

async function pick(
  provider: Provider,
  uid: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const details = await provider.interactionDetails(request, response).catch(() => null)
  if (!details || details.uid !== uid)
    return sayNo(response, 410, 'This sign-in is over. Go back and start again.')
  if (request.method === 'GET') {
    const nonce = randomBytes(16).toString('base64')
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'`,
    })
    response.end(pickPage(uid, nonce))
    return
  }
  if (request.method !== 'POST') return sayNo(response, 405, 'Choose a person on the page.')
  const form = new URLSearchParams(await readForm(request))
  const persona = PERSONAS.find(({ id }) => id === form.get('persona'))
  if (!persona) return sayNo(response, 400, 'There is no such person here. Go back and choose one.')
  await provider.interactionFinished(
    request,
    response,
    { login: { accountId: persona.id, remember: true, ts: Math.floor(Date.now() / 1000) } },
    { mergeWithLastSubmission: false },
  )
}

async function readForm(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    if (length > FORM_LIMIT_BYTES) return ''
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function sayNo(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return void response.end()
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
  response.end(text)
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
