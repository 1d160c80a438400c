import { Failure, type FailureKind } from '@gesim/base'
import { webFailures } from '../failures.ts'
import { learnTime } from './clock.ts'

/** A refusal of the API, with its own words: what happened and what to do. */
export class ApiFailure extends Failure {
  readonly says: string
  readonly remedy: string
  readonly status: number
  readonly intentId: string | undefined

  constructor(status: number, code: string, says: string, remedy: string, intentId?: string) {
    super(kindOfStatus(status), code, { status })
    this.says = says
    this.remedy = remedy
    this.status = status
    this.intentId = intentId
  }
}

function kindOfStatus(status: number): FailureKind {
  if (status === 503 || status === 502 || status === 504 || status === 429 || status === 0)
    return 'unreachable'
  return status >= 500 ? 'broken' : 'refused'
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface AskOptions {
  readonly body?: unknown
  readonly signal?: AbortSignal
  /** The same key makes a repeated POST one: a double tap or a retry after a lost answer changes nothing twice. */
  readonly idempotencyKey?: string
}

/** Asks the API of our own origin. Throws {@link ApiFailure}. */
export function ask<Answer>(method: Method, path: string, options: AskOptions = {}): Promise<Answer> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  if (method === 'POST') headers['idempotency-key'] = options.idempotencyKey ?? crypto.randomUUID()
  const askedAt = performance.now()
  const asked = fetch(path, {
    method,
    headers,
    credentials: 'same-origin',
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
    signal: options.signal,
  })
  return answerOf<Answer>(
    asked.then((answer) => {
      learnTime(answer, askedAt)
      return answer
    }),
  )
}

/** Reads an answer, or throws what it says. */
export async function answerOf<Answer>(asked: Promise<Response>): Promise<Answer> {
  let response: Response
  try {
    response = await asked
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    const text = webFailures['web.api-unreachable']
    throw new ApiFailure(0, 'web.api-unreachable', text.says, text.remedy)
  }
  if (response.status === 204) return undefined as Answer
  let body: unknown
  try {
    body = await response.json()
  } catch {
    const text = webFailures['web.answer-unreadable']
    throw new ApiFailure(response.ok ? 500 : response.status, 'web.answer-unreadable', text.says, text.remedy)
  }
  if (!response.ok) throw failureOf(response.status, body)
  return body as Answer
}

function failureOf(status: number, body: unknown): ApiFailure {
  const said = (body ?? {}) as { code?: string; message?: string; remedy?: string; intentId?: string }
  return new ApiFailure(
    status,
    said.code ?? 'web.answer-unreadable',
    said.message ?? webFailures['web.answer-unreadable'].says,
    said.remedy ?? webFailures['web.answer-unreadable'].remedy,
    said.intentId,
  )
}
