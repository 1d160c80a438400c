import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'

const ORIGIN = 'https://gesim.example'
const SOURCE = readFileSync(join(import.meta.dirname, '../../public/worker.js'), 'utf8')
const ID = `0x${'ab'.repeat(32)}`

/** The worker as the browser runs it, with a store and a network of ours. */
function worker(network: (request: Request) => Promise<Response> | Response) {
  const stores = new Map<string, Map<string, Response>>()
  const pathOf = (key: Request | string) => new URL(typeof key === 'string' ? key : key.url, ORIGIN).pathname
  const open = async (name: string) => {
    const entries = stores.get(name) ?? new Map<string, Response>()
    stores.set(name, entries)
    return {
      match: async (key: Request | string) => entries.get(pathOf(key))?.clone(),
      put: async (key: Request | string, answer: Response) => void entries.set(pathOf(key), answer),
      delete: async (key: Request | string) => entries.delete(pathOf(key)),
      keys: async () => [...entries.keys()],
    }
  }
  const caches = {
    open,
    delete: async (name: string) => stores.delete(name),
    match: async (key: string, { cacheName }: { cacheName: string }) =>
      stores.get(cacheName)?.get(pathOf(key))?.clone(),
  }
  const handlers = new Map<string, (event: object) => void>()
  const shown: { title: string; body: string; tag: string; data: { path: string } }[] = []
  const self = {
    location: { origin: ORIGIN },
    registration: {
      showNotification: async (title: string, options: Omit<(typeof shown)[number], 'title'>) =>
        void shown.push({ title, ...options }),
    },
    addEventListener: (kind: string, handler: (event: object) => void) => handlers.set(kind, handler),
  }
  class OwnRequest extends Request {
    constructor(path: string | URL | Request, init?: RequestInit) {
      super(typeof path === 'string' ? new URL(path, ORIGIN) : path, init)
    }
  }
  const scope = createContext({
    self,
    caches,
    URL,
    Headers,
    Response,
    Request: OwnRequest,
    setTimeout,
    // A request of mode navigate cannot be made outside a browser: a plain object stands for it.
    fetch: async (asked: string | { url: string }, init?: RequestInit) =>
      network(
        asked instanceof Request
          ? asked
          : new OwnRequest(typeof asked === 'string' ? asked : asked.url, init),
      ),
  })
  runInContext(SOURCE, scope)
  const settle = async (kind: string, event: Record<string, unknown>) => {
    const waited: Promise<unknown>[] = []
    let answer: Promise<Response> | undefined
    handlers.get(kind)!({
      ...event,
      waitUntil: (work: Promise<unknown>) => waited.push(work),
      respondWith: (given: Promise<Response>) => {
        answer = given
      },
    })
    const response = await answer
    // What is waited for may ask to wait for more.
    for (const work of waited) await work
    return response
  }
  return { scope, stores, settle, shown }
}

describe('what the worker does with a request', () => {
  const { routeOf } = worker(() => Response.error()).scope as {
    routeOf: (request: { method: string; url: string; mode: string }, origin: string) => string
  }
  it.each([
    // Kept.
    ['GET', '/esims', 'navigate', 'seen'],
    ['GET', `/esims/${ID}`, 'navigate', 'seen'],
    ['GET', '/_next/static/chunks/a1b2.js', 'no-cors', 'asset'],
    ['GET', '/_next/static/media/inter.woff2', 'cors', 'asset'],
    ['GET', '/flags/es.svg', 'no-cors', 'asset'],
    ['GET', '/icons/192.png', 'no-cors', 'leave'],
    // From the network or the calm page; never stored.
    ['GET', '/', 'navigate', 'page'],
    ['GET', '/plans/es-5?buy=1', 'navigate', 'page'],
    ['GET', '/wallet', 'navigate', 'page'],
    ['GET', '/wallet/recovery', 'navigate', 'page'],
    ['GET', '/privacy', 'navigate', 'page'],
    ['GET', `/esims/${ID}/receipt`, 'navigate', 'page'],
    ['GET', '/esims?x=1', 'navigate', 'page'],
    ['GET', '/esims/else', 'navigate', 'page'],
    // Not touched at all.
    ['GET', '/wallet/export', 'navigate', 'leave'],
    ['GET', `/esims/${ID}?_rsc=1`, 'cors', 'leave'],
    ['GET', `/v1/intents/${ID}`, 'cors', 'leave'],
    ['GET', `/v1/intents/${ID}/activation`, 'cors', 'leave'],
    ['GET', `/v1/intents/${ID}/events`, 'cors', 'leave'],
    ['GET', '/v1/auth/session', 'cors', 'leave'],
    ['GET', '/v1/wallet/passkey', 'cors', 'leave'],
    ['POST', '/v1/wallet/share/release', 'cors', 'leave'],
    ['POST', '/v1/intents', 'cors', 'leave'],
    ['POST', '/rpc/8453', 'cors', 'leave'],
    ['POST', '/esims', 'navigate', 'leave'],
    ['GET', 'https://elsewhere.example/_next/static/a.js', 'no-cors', 'leave'],
    // The end of a session, or the start of another's.
    ['POST', '/v1/auth/logout', 'cors', 'forget'],
    ['POST', '/v1/auth/wallet', 'cors', 'forget'],
    ['POST', '/v1/privacy/ending', 'cors', 'forget'],
    ['DELETE', '/v1/auth/sessions/1', 'cors', 'forget'],
    ['GET', '/v1/auth/login?provider=local', 'navigate', 'forget'],
    ['GET', '/v1/auth/callback?code=secret', 'navigate', 'forget'],
  ])('%s %s (%s): %s', (method, path, mode, route) => {
    expect(routeOf({ method, url: new URL(path, ORIGIN).href, mode }, ORIGIN)).toBe(route)
  })
})

describe('a purchase page', () => {
  const page = (words: string) =>
    new Response(`<!DOCTYPE html><html lang="en"><body>${words}</body></html>`, {
      headers: { 'content-type': 'text/html', 'content-security-policy': "script-src 'nonce-1'" },
    })
  const visit = (one: ReturnType<typeof worker>, path: string) =>
    one.settle('fetch', { request: { method: 'GET', url: ORIGIN + path, mode: 'navigate' } })
  const good = '<span data-keep="/esims"></span>12 MB'

  it('is shown as it was stored, and says so, once the network is gone', async () => {
    const network = vi.fn<() => Promise<Response>>(async () => page(good))
    const one = worker(network)
    expect(await (await visit(one, '/esims'))!.text()).not.toContain('data-kept-at')
    network.mockRejectedValue(new TypeError('no network'))
    const stored = (await visit(one, '/esims'))!
    expect(await stored.text()).toMatch(/^<!DOCTYPE html><html data-kept-at="\d+" lang="en">.*12 MB/)
    expect(stored.headers.get('content-security-policy')).toBe("script-src 'nonce-1'")
  })

  it('is not stored when it shows a failure, and does not replace a good one', async () => {
    const network = vi.fn<() => Promise<Response>>(async () => page(good))
    const one = worker(network)
    await visit(one, '/esims')
    network.mockResolvedValue(page('GeSIM does not answer'))
    await visit(one, '/esims')
    network.mockRejectedValue(new TypeError('no network'))
    expect(await (await visit(one, '/esims'))!.text()).toContain('12 MB')
  })

  it('is gone after the sign-out, also when its answer was still on the way', async () => {
    let deliver: (answer: Response) => void = () => undefined
    const network = vi.fn<(request: Request) => Promise<Response>>(async () => page(good))
    const one = worker(network)
    await visit(one, '/esims')
    expect(one.stores.get('gesim-seen')?.size).toBe(1)
    network.mockImplementationOnce(() => new Promise((resolve) => (deliver = resolve)))
    const late = one.settle('message', { data: { kind: 'keep', path: `/esims/${ID}` } })
    await vi.waitFor(() => expect(network).toHaveBeenCalledTimes(2))
    network.mockResolvedValue(new Response(null, { status: 204 }))
    await one.settle('fetch', { request: { method: 'POST', url: `${ORIGIN}/v1/auth/logout`, mode: 'cors' } })
    deliver(page(good))
    await late
    expect(one.stores.get('gesim-seen')?.size ?? 0).toBe(0)
  })

  it('is gone when the server sends to the sign-in: the session ended somewhere else', async () => {
    const network = vi.fn<() => Promise<Response>>(async () => page(good))
    const one = worker(network)
    await visit(one, '/esims')
    network.mockResolvedValue({ type: 'opaqueredirect', status: 0 } as Response)
    await visit(one, '/esims')
    expect(one.stores.has('gesim-seen')).toBe(false)
  })

  it('is kept on request only if it is one of those that may be', async () => {
    const network = vi.fn<() => Promise<Response>>(async () => page(good))
    const one = worker(network)
    for (const path of ['/wallet/export', '/v1/wallet', '//evil.example/esims', '/esims/../wallet'])
      await one.settle('message', { data: { kind: 'keep', path } })
    expect(network).not.toHaveBeenCalled()
  })
})

describe('the calm page', () => {
  it('stands, without scripts, in place of a page that cannot be had', async () => {
    const network = vi.fn<(request: Request) => Promise<Response>>(async (request) => {
      if (new URL(request.url).pathname !== '/offline') throw new TypeError('no network')
      expect([request.credentials, request.headers.get('accept-language')]).toEqual(['omit', 'de'])
      return new Response('<html lang="de"><script nonce="1">x()</script>Kein Netz</html>')
    })
    const one = worker(network)
    await one.settle('message', { data: { kind: 'hello', language: 'de' } })
    const request = { method: 'GET', url: `${ORIGIN}/plans`, mode: 'navigate' }
    const answer = (await one.settle('fetch', { request }))!
    expect(await answer.text()).toBe('<html lang="de">Kein Netz</html>')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  })
})

describe('a message of the server', () => {
  const push = (one: ReturnType<typeof worker>, data: unknown) =>
    one.settle('push', { data: { json: () => data } })
  const about = (what: string) => ({ intentId: ID, about: what })

  it('is shown in the words that a page left, else in English, and leads to its purchase', async () => {
    const one = worker(() => Response.error())
    await push(one, about('usage-80'))
    const words = { 'usage-80': { title: 'Vier Fünftel', body: 'Sieh nach.' } }
    await one.settle('message', { data: { kind: 'words', words } })
    await push(one, about('usage-80'))
    await push(one, about('refunded'))
    const titles = one.shown.map(({ title }) => title)
    expect(titles).toEqual(['80% of your data is used', 'Vier Fünftel', 'Your money is back'])
    expect(new Set(one.shown.map(({ data }) => data.path))).toEqual(new Set([`/esims/${ID}`]))
  })

  it.each([
    ['of another kind', about('advertisement')],
    ['of a word that every object knows', about('constructor')],
    ['of no purchase', { intentId: '../wallet/export', about: 'usage-80' }],
    ['without anything', {}],
    ['that is nothing', null],
  ])('%s is not shown', async (_, data) => {
    const one = worker(() => Response.error())
    await push(one, data)
    expect(one.shown).toEqual([])
  })

  it('that is no JSON breaks nothing', async () => {
    const one = worker(() => Response.error())
    const json = () => {
      throw new SyntaxError('no JSON')
    }
    await one.settle('push', { data: { json } })
    expect(one.shown).toEqual([])
  })
})
