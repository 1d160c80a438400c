import { type NextRequest, NextResponse } from 'next/server'
import { plainPage, wantsPlainPage } from './plain/plain-page.ts'

/**
 * A fresh nonce for each page. Only our own scripts run, only our own origin is asked, nobody may frame us.
 * The key export page is stricter still: no script that a script asks for, nothing cached.
 */
export async function proxy(request: NextRequest) {
  if (wantsPlainPage(request.method, request.nextUrl.pathname, request.headers)) {
    const plain = await plainPage(request)
    if (plain) return plain
  }
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
  const policy = contentSecurityPolicy(nonce, request.nextUrl.pathname)
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  headers.set('content-security-policy', policy)
  headers.set('x-path', request.nextUrl.pathname)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  if (isolated(request.nextUrl.pathname)) response.headers.set('cache-control', 'no-store')
  return response
}

function isolated(pathname: string): boolean {
  return pathname === '/wallet/export'
}

function contentSecurityPolicy(nonce: string, pathname: string): string {
  // React evaluates code in development only, for its error overlays.
  const development = process.env.NODE_ENV === 'development' ? " 'unsafe-eval'" : ''
  const trust = isolated(pathname) ? "'self'" : "'self' 'strict-dynamic'"
  return [
    "default-src 'none'",
    `script-src ${trust} 'nonce-${nonce}'${development}`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    `worker-src ${isolated(pathname) ? "'none'" : "'self'"}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    ...(process.env.NODE_ENV === 'development'
      ? []
      : ["require-trusted-types-for 'script'", 'trusted-types default']),
  ].join('; ')
}

export const config = {
  matcher: [
    {
      source:
        '/((?!_next/static|_next/image|flags/|exit$|v1/|rpc/|icon|favicon|manifest|worker\\.js|alive\\.js).*)',
      missing: [
        { type: 'header', key: 'next-router-prefetch' },
        { type: 'header', key: 'purpose', value: 'prefetch' },
      ],
    },
  ],
}
