import { fromBase64Url } from '@gesim/base'
import { ask } from '../api/ask.ts'
import type { Session } from '../api/shapes.ts'
import { signWithPasskey } from '../custody/passkey.ts'

/** Asks for a challenge, lets a passkey of the device sign it, and hands it in. Throws what either side refuses. */
export async function signInWithPasskey(): Promise<Session> {
  const { challenge } = await ask<{ challenge: string }>('POST', '/v1/auth/passkey/challenge', {
    body: { for: 'sign-in' },
  })
  const signed = await signWithPasskey(fromBase64Url(challenge))
  return ask<Session>('POST', '/v1/auth/passkey', { body: signed })
}
