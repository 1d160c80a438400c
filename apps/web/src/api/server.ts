import { cookies, headers } from 'next/headers'
import { cache } from 'react'
import { ApiFailure, answerOf } from './ask.ts'
import { apiUrl } from './forward.ts'
import type { Session } from './shapes.ts'

/** Asks the API while a page is rendered, as the visitor who wants the page. */
export async function askFromServer<Answer>(path: string): Promise<Answer> {
  const jar = await cookies()
  const incoming = await headers()
  return answerOf<Answer>(
    fetch(new URL(path, apiUrl()), {
      headers: {
        accept: 'application/json',
        cookie: jar.toString(),
        'x-forwarded-host': incoming.get('host') ?? '',
        'x-forwarded-proto': incoming.get('x-forwarded-proto') ?? 'http',
      },
      cache: 'no-store',
      signal: AbortSignal.timeout(10_000),
    }),
  )
}

/** The answer, or the failure as a value: a page shows it in its place and keeps the rest. */
export async function tryFromServer<Answer>(
  path: string,
): Promise<{ answer: Answer; failure: null } | { answer: null; failure: ShownFailure }> {
  try {
    return { answer: await askFromServer<Answer>(path), failure: null }
  } catch (error) {
    return { answer: null, failure: shownFailure(error) }
  }
}

/** A failure as plain data, so that it can go from the server to the page. */
export interface ShownFailure {
  readonly code: string
  readonly says: string
  readonly remedy: string
  readonly status: number
  readonly intentId?: string
}

function shownFailure(error: unknown): ShownFailure {
  if (error instanceof ApiFailure)
    return {
      code: error.code,
      says: error.says,
      remedy: error.remedy,
      status: error.status,
      intentId: error.intentId,
    }
  throw error
}

const askedSession = cache(async (): Promise<Session | null> => {
  try {
    return await askFromServer<Session>('/v1/auth/session')
  } catch {
    return null
  }
})

/** Who is signed in; asked once for a page, however many parts want to know. */
export async function sessionOf(): Promise<Session> {
  return (await askedSession()) ?? { signedIn: false }
}

/** The same for what must not take silence for a sign-out. */
export async function visitorOf(): Promise<'known' | 'nobody' | 'unsure'> {
  const session = await askedSession()
  return session === null ? 'unsure' : session.signedIn ? 'known' : 'nobody'
}
