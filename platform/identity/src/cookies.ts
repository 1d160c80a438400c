/** The names and attributes of our cookies. */
export interface Cookies {
  readonly session: string
  readonly signIn: string
  /** Ties a challenge for a passkey to the browser that asked for it. */
  readonly passkey: string
  readonly secure: boolean
}

/**
 * `__Host-` binds a cookie to exactly this host over TLS. A browser refuses that prefix on plain http, which exists on
 * loopback only, so there the names go without.
 */
export function cookiesFor(origin: string): Cookies {
  const secure = origin.startsWith('https://')
  const prefix = secure ? '__Host-' : ''
  return {
    session: `${prefix}gesim`,
    signIn: `${prefix}gesim-sign-in`,
    passkey: `${prefix}gesim-passkey`,
    secure,
  }
}

/** The value of a cookie in a Cookie header. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}

/** A Set-Cookie value: not readable by scripts, not sent along with other sites' requests. */
export function setCookie(cookies: Cookies, name: string, value: string, maxAgeSeconds: number): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${Math.floor(maxAgeSeconds)}${cookies.secure ? '; Secure' : ''}`
}
