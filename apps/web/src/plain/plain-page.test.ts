import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NextRequest } from 'next/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { plainOf, plainPage, wantsPlainPage } from './plain-page.ts'

const DRAWN =
  '<html><head><link rel="preload" as="script" href="/_next/a.js"/><link rel="stylesheet" href="/_next/a.css"/>' +
  '<link rel="preload" as="font" href="/_next/a.woff2"/><script src="/_next/a.js" async=""></script></head>' +
  '<body><p>$5 &amp; words</p><script nonce="n">self.__next_f.push([1,"\\u003cp>"])</script></body></html>'

const accept = { accept: 'text/html,application/xhtml+xml' }

afterEach(() => vi.unstubAllEnvs())

describe('who gets the front page as a plain document', () => {
  const wants = (headers: Record<string, string>, method = 'GET', path = '/') =>
    wantsPlainPage(method, path, new Headers(headers))

  it('is a browser that opens it while nobody is signed in', () => {
    expect(wants(accept)).toBe(true)
    expect(wants({ ...accept, cookie: 'theme=dark; locale=de' })).toBe(true)
    expect(wants({ ...accept, cookie: 'gesim-sign-in=1; gesim-passkey=2' })).toBe(true)
  })

  it.each([
    ['somebody with a session', { ...accept, cookie: 'theme=dark; gesim=abc' }],
    ['somebody with a session over TLS', { ...accept, cookie: '__Host-gesim=abc' }],
    ['the framework, which asks for parts', { accept: '*/*' }],
    ['a program that names nothing', {}],
    ['the page itself, while it is drawn', { ...accept, 'x-drawn-for': 'plain' }],
  ])('is not %s', (_, headers) => {
    expect(wants(headers as Record<string, string>)).toBe(false)
  })

  it('is nobody for other pages, other methods and under development', () => {
    expect(wants(accept, 'GET', '/plans')).toBe(false)
    expect(wants(accept, 'POST')).toBe(false)
    vi.stubEnv('NODE_ENV', 'development')
    expect(wants(accept)).toBe(false)
  })
})

describe('a plain page', () => {
  it('has one program of ours in place of all scripts, and everything else as it was', () => {
    expect(plainOf(DRAWN, 'abc+/=', 17)).toBe(
      '<html><head><link rel="stylesheet" href="/_next/a.css"/><link rel="preload" as="font" href="/_next/a.woff2"/>' +
        '<script type="module" src="/alive.js" nonce="abc+/=" data-drawn-at="17"></script></head>' +
        '<body><p>$5 &amp; words</p></body></html>',
    )
  })

  it('is not made of a page whose parts are put together by scripts', () => {
    expect(plainOf(DRAWN.replace('<p>', '<template id="B:0"></template><p>'), 'n', 1)).toBeNull()
    expect(plainOf(DRAWN.replace('<p>', '<div hidden="" id="S:0"></div><p>'), 'n', 1)).toBeNull()
  })

  it('is not made of what is no page', () => {
    expect(plainOf('not found', 'n', 1)).toBeNull()
  })
})

describe('asking ourselves for the page', () => {
  async function served(status: number, headers: Record<string, string>) {
    const asked: Record<string, unknown>[] = []
    const server = createServer((request, response) => {
      asked.push({ ...request.headers, path: request.url })
      response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(DRAWN)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    vi.stubEnv('WEB_HOST', '127.0.0.1')
    vi.stubEnv('WEB_PORT', String((server.address() as AddressInfo).port))
    // What the request claims to have asked is not where we ask.
    const request = new NextRequest('http://elsewhere.example/?a=1', {
      headers: { ...accept, 'accept-language': 'de', cookie: 'theme=dark' },
    })
    const answer = await plainPage(request)
    server.closeAllConnections()
    server.close()
    return { answer, asked }
  }

  it('takes over its policy, and passes on language and choices', async () => {
    const policy = "script-src 'self' 'nonce-bm9uY2U='"
    const { answer, asked } = await served(200, { 'content-security-policy': policy, 'x-a': 'b' })
    expect(await answer!.text()).toContain('src="/alive.js" nonce="bm9uY2U="')
    expect(answer!.headers.get('content-security-policy')).toBe(policy)
    expect(answer!.headers.get('x-a')).toBe('b')
    expect(answer!.headers.has('content-length')).toBe(false)
    expect(asked).toEqual([
      expect.objectContaining({
        path: '/?a=1',
        'accept-language': 'de',
        cookie: 'theme=dark',
        'x-drawn-for': 'plain',
      }),
    ])
  })

  it('leaves the page as it is drawn when it fails, has no policy, or nobody answers', async () => {
    expect((await served(500, { 'content-security-policy': "'nonce-a'" })).answer).toBeNull()
    expect((await served(200, {})).answer).toBeNull()
    vi.stubEnv('WEB_PORT', '9')
    expect(await plainPage(new NextRequest('http://127.0.0.1:9/', { headers: accept }))).toBeNull()
  })
})
