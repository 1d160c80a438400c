import type { NextRequest } from 'next/server'

// The front page reads like a document: its forms are plain forms, its links plain links. For whoever is not signed in it
// goes out without the framework's scripts, with one small program of ours in their place (alive.ts). Decision 0022.

/** Says that a page is asked for by ourselves, to be made plain; whoever else says so gets the page as it is drawn. */
const DRAWN_FOR = 'x-drawn-for'

/** Both names of the session's cookie: `__Host-` is there wherever TLS is. */
const SESSION = /(?:^|;\s*)(?:__Host-)?gesim=/

/**
 * Whether a browser asks for the front page as a document and nobody is signed in: a wallet, which signing in makes, lives
 * in scripts. The framework's own questions for parts of the page do not accept HTML.
 */
export function wantsPlainPage(method: string, pathname: string, headers: Headers): boolean {
  return (
    method === 'GET' &&
    pathname === '/' &&
    // Changes to sources come to a page under development by scripts.
    process.env.NODE_ENV !== 'development' &&
    !headers.has(DRAWN_FOR) &&
    (headers.get('accept') ?? '').includes('text/html') &&
    !SESSION.test(headers.get('cookie') ?? '')
  )
}

/** The page as the framework draws it, made plain. Null where that cannot be: it then goes out as it is drawn. */
export async function plainPage(request: NextRequest): Promise<Response | null> {
  const headers = new Headers(request.headers)
  for (const name of ['accept-encoding', 'connection', 'if-none-match']) headers.delete(name)
  headers.set(DRAWN_FOR, 'plain')
  try {
    const drawn = await fetch(new URL(request.nextUrl.pathname + request.nextUrl.search, ownUrl()), {
      headers,
      redirect: 'manual',
      cache: 'no-store',
      signal: AbortSignal.timeout(10_000),
    })
    if (drawn.status !== 200) return null
    const nonce = /'nonce-([^']+)'/.exec(drawn.headers.get('content-security-policy') ?? '')?.[1]
    const page = nonce ? plainOf(await drawn.text(), nonce, Date.now()) : null
    if (page === null) return null
    const back = new Headers(drawn.headers)
    for (const name of [
      'connection',
      'keep-alive',
      'transfer-encoding',
      'content-length',
      'content-encoding',
    ])
      back.delete(name)
    return new Response(page, { headers: back })
  } catch {
    return null
  }
}

/** Where this process listens, as serve.ts told it: never what a request claims. */
function ownUrl(): string {
  return `http://${process.env.WEB_HOST ?? '127.0.0.1'}:${process.env.WEB_PORT ?? 3000}`
}

const SCRIPTS = /<script\b[^>]*>[\s\S]*?<\/script>/g
const AHEAD =
  /<link\b(?=[^>]*\brel="(?:modulepreload|preload)")(?=[^>]*\b(?:as="script"|rel="modulepreload"))[^>]*>/g

/**
 * A drawn page with one small program in place of all its scripts. Null where a part of the page was drawn later than the
 * rest: React puts those parts in their places by scripts.
 */
export function plainOf(page: string, nonce: string, nowMs: number): string | null {
  if (/<template id="B:|<div hidden="" id="S:/.test(page) || !page.includes('</head>')) return null
  const program = `<script type="module" src="/alive.js" nonce="${nonce}" data-drawn-at="${nowMs}"></script>`
  return page
    .replace(SCRIPTS, '')
    .replace(AHEAD, '')
    .replace('</head>', () => `${program}</head>`)
}
