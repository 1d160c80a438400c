import type { Passkeys, Providers } from '../api/shapes.ts'

/** Where one signs in anew, by whichever way one likes, and comes back from. A full page load: some pages have a policy of their own. */
export function signInAgainHref(back: string): string {
  return `/sign-in?again=1&return=${encodeURIComponent(back)}`
}

/**
 * Where one signs in with another account than the one that is signed in here. That one's passkeys are not what is wanted, so any
 * that the device has may be chosen, and no way is taken by itself.
 */
export function signInAsAnotherHref(back: string): string {
  return `/sign-in?other=1&return=${encodeURIComponent(back)}`
}

/** The address at a provider that signs in anew, also where a session lives. */
export function freshLoginHref(provider: string, back: string): string {
  return `/v1/auth/login?provider=${encodeURIComponent(provider)}&fresh=1&return=${encodeURIComponent(back)}`
}

/** The ids of the passkeys by which somebody may sign in; others of theirs only open the wallet. */
export function idsThatSignIn(passkeys: Passkeys['passkeys']): string[] {
  return passkeys.filter(({ signsIn }) => signsIn).map(({ credentialId }) => credentialId)
}

/**
 * The only way that there is, as an address to go to at once; null where there is a choice, or where the ways are not known
 * and the page has to say so. A passkey that signs in is a choice: it needs a touch on this page.
 */
export function onlyWay(
  providers: Providers['providers'] | null,
  passkeyIds: readonly string[] | null,
  back: string,
): string | null {
  const [first, ...others] = providers ?? []
  if (!first || others.length > 0 || passkeyIds === null || passkeyIds.length > 0) return null
  return freshLoginHref(first.id, back)
}
