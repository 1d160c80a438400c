import { fromBase64Url } from '@gesim/base'
import { ask } from '../api/ask.ts'
import type { Session } from '../api/shapes.ts'
import { signWithPasskey } from '../custody/passkey.ts'

/**
 * Asks for a challenge, lets a passkey of the device sign it, and hands it in. Throws what either side refuses. Given ids, only
 * these passkeys are asked: another wallet's would end the session that there is.
 */
export async function signInWithPasskey(ids: readonly string[] = []): Promise<Session> {
  const { challenge } = await ask<{ challenge: string }>('POST', '/v1/auth/passkey/challenge', {
    body: { for: 'sign-in' },
  })
  const signed = await signWithPasskey(fromBase64Url(challenge), ids)
  return ask<Session>('POST', '/v1/auth/passkey', { body: signed })
}
