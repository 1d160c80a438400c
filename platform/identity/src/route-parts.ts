import { refuse, type SettingsOf } from '@gesim/base'
import type { StageContext } from '@gesim/store'
import type { Session } from '@gesim/wire'
import type { FastifyRequest } from 'fastify'
import type { IdentityAccess } from './access.ts'
import { type Cookies, setCookie } from './cookies.ts'
import type { makeKeyParts } from './key-parts.ts'
import type { makePasskeys } from './passkeys.ts'
import type { SessionFacts } from './sessions.ts'
import type { identitySettings } from './settings.ts'
import type { makeSignIn } from './sign-in.ts'
import { prefixOf } from './subject.ts'
import type { makeWallet } from './wallet.ts'

/** What the routes work with. */
export interface IdentityParts {
  readonly context: StageContext<typeof identitySettings>
  readonly settings: SettingsOf<typeof identitySettings>
  readonly access: IdentityAccess
  readonly cookies: Cookies
  readonly signIn: ReturnType<typeof makeSignIn>
  readonly wallet: ReturnType<typeof makeWallet>
  readonly keyParts: ReturnType<typeof makeKeyParts>
  readonly passkeys: ReturnType<typeof makePasskeys>
  readonly local: boolean
}

/** The cookie of a session that was just opened. */
export function keepSession({ cookies, settings }: IdentityParts, secret: string): string {
  return setCookie(cookies, cookies.session, secret, settings.sessionDays * 86_400)
}

/** The session, or `identity.no-session`. */
export async function signedIn(access: IdentityAccess, request: FastifyRequest): Promise<SessionFacts> {
  const session = await access.session(request)
  if (!session) throw refuse('identity.no-session')
  return session
}

/** The session as the browser may know it. */
export function sessionBody(facts: SessionFacts | null): Session {
  if (!facts) return { signedIn: false }
  return {
    signedIn: true,
    subjectPrefix: prefixOf(facts.subject),
    ...(facts.account ? { account: facts.account } : {}),
    freshUntilMs: facts.freshUntilMs,
    expiresAtMs: facts.expiresAtMs,
  }
}
