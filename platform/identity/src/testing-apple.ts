// Apple's side of a sign-in on loopback, as strict as its documentation: for the tests.
import { generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const SIX_MONTHS_SECONDS = 15_777_000

export interface TestApple {
  readonly issuer: string
  /** The client secrets that came, as they came. */
  readonly secrets: string[]
  /** Paths that were asked for. */
  readonly asked: string[]
  close(): Promise<void>
}

interface Client {
  readonly clientId: string
  readonly teamId: string
  readonly keyId: string
  readonly publicKey: KeyObject
}

interface Begun {
  readonly nonce: string
  readonly challenge: string
  readonly redirectUri: string
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const read = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString())

/** What is wrong with a secret, by "Creating a client secret" of Sign in with Apple. */
function secretFault(secret: string, client: Client, issuer: string): string | undefined {
  const [header, claims, signature, more] = secret.split('.')
  if (!header || !claims || !signature || more !== undefined) return 'not a token'
  const { alg, kid } = read(header)
  if (alg !== 'ES256' || kid !== client.keyId) return 'header'
  const { iss, sub, aud, iat, exp } = read(claims)
  const now = Date.now() / 1000
  if (iss !== client.teamId || sub !== client.clientId || aud !== issuer) return 'claims'
  if (!(iat <= now && exp > now && exp <= iat + SIX_MONTHS_SECONDS)) return 'times'
  const good = verify(
    'sha256',
    Buffer.from(`${header}.${claims}`),
    { key: client.publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  return good ? undefined : 'signature'
}

/** Starts it for one client. It says yes to whoever comes, as the subject `001234.abcdef.0987`. */
export async function startApple(client: Client): Promise<TestApple> {
  const begun = new Map<string, Begun>()
  const secrets: string[] = []
  const asked: string[] = []
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  let issuer = ''

  function authorize(query: URLSearchParams): { status: number; location?: string; text?: string } {
    const scopes = (query.get('scope') ?? '').split(' ')
    if (query.get('client_id') !== client.clientId || query.get('response_type') !== 'code')
      return { status: 400, text: 'invalid_request' }
    if (scopes.some((one) => one !== 'openid') && query.get('response_mode') !== 'form_post')
      return { status: 400, text: 'response_mode must be form_post when name or email scope is requested' }
    const code = randomBytes(16).toString('hex')
    begun.set(code, {
      nonce: query.get('nonce')!,
      challenge: query.get('code_challenge')!,
      redirectUri: query.get('redirect_uri')!,
    })
    const back = new URL(query.get('redirect_uri')!)
    back.search = new URLSearchParams({ code, state: query.get('state')! }).toString()
    return { status: 303, location: back.href }
  }

  function token(form: URLSearchParams, authorization: string | undefined): [number, object] {
    const secret = form.get('client_secret')
    if (authorization || !secret) return [400, { error: 'invalid_client' }]
    secrets.push(secret)
    if (form.get('client_id') !== client.clientId || secretFault(secret, client, issuer))
      return [400, { error: 'invalid_client' }]
    const one = begun.get(form.get('code') ?? '')
    begun.delete(form.get('code') ?? '')
    if (!one || one.redirectUri !== form.get('redirect_uri') || !form.get('code_verifier'))
      return [400, { error: 'invalid_grant' }]
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer,
      aud: client.clientId,
      sub: '001234.abcdef.0987',
      iat: now,
      exp: now + 86_400,
      nonce: one.nonce,
      nonce_supported: true,
      at_hash: 'x',
      auth_time: now,
    }
    const signed = `${part({ alg: 'RS256', kid: 'k' })}.${part(claims)}`
    const signature = sign('sha256', Buffer.from(signed), privateKey).toString('base64url')
    return [
      200,
      {
        access_token: 'a',
        refresh_token: 'r',
        token_type: 'Bearer',
        expires_in: 3600,
        id_token: `${signed}.${signature}`,
      },
    ]
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, issuer)
    asked.push(url.pathname)
    if (url.pathname === '/auth/authorize') {
      const { status, location, text } = authorize(url.searchParams)
      return response.writeHead(status, location ? { location } : {}).end(text)
    }
    if (url.pathname === '/auth/token' && request.method === 'POST') {
      let body = ''
      for await (const chunk of request) body += chunk
      const [status, answer] = token(new URLSearchParams(body), request.headers.authorization)
      return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    }
    // As in June 2025: the metadata name another issuer than the tokens.
    const metadata = { issuer: 'https://account.apple.example' }
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(metadata))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    issuer,
    secrets,
    asked,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
