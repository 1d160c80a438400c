import type { Passkeys, Providers } from '../api/shapes.ts'

/** Where one signs in anew, by whichever way one likes, and comes back from. A full page load: some pages have a policy of their own. */
export function signInAgainHref(back: string): string {
  return `/sign-in?again=1&return=${encodeURIComponent(back)}`
}

/** The address at a provider that signs in anew, also where a session lives. */
export function freshLoginHref(provider: string, back: string): string {
  return `/v1/auth/login?provider=${encodeURIComponent(provider)}&fresh=1&return=${encodeURIComponent(back)}`
}

/**
 * The only way that there is, as an address to go to at once; null where there is a choice, or where the ways are not known
 * and the page has to say so. A passkey is a choice: it needs a touch on this page.
 */
export function onlyWay(
  providers: Providers['providers'] | null,
  passkeys: Passkeys['passkeys'] | null,
  back: string,
): string | null {
  const [first, ...others] = providers ?? []
  if (!first || others.length > 0 || passkeys === null || passkeys.length > 0) return null
  return freshLoginHref(first.id, back)
}
