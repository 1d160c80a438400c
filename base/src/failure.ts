/**
 * `refused`: asked, the answer is no. `unreachable`: could not ask, try again.
 * `broken`: we are wrong, stop and page someone.
 */
export type FailureKind = 'refused' | 'unreachable' | 'broken'

/** Typed facts beside a failure. Never a secret, never data about a person: they are logged and sent. */
export type FailureFacts = Readonly<Record<string, string | number | boolean | bigint | null | undefined>>

/** How a package documents one way to say no: what happened and what to do about it. */
export interface FailureText {
  readonly kind: FailureKind
  /** What happened, one sentence for whoever reads the log or the answer. */
  readonly says: string
  /** What the reader can do now, one sentence. */
  readonly remedy: string
  /** Status at the HTTP edge. Defaults by kind: 409, 503, 500. */
  readonly httpStatus?: number
}

/** Every code of a package: `<package>.<what>` to its text. `docs/failures.md` is made from these. */
export type FailureCatalogue = Readonly<Record<`${string}.${string}`, FailureText>>

/** An error with a stable code, its kind and its facts. */
export class Failure extends Error {
  readonly kind: FailureKind
  readonly code: string
  readonly facts: FailureFacts

  constructor(kind: FailureKind, code: string, facts: FailureFacts = {}, cause?: unknown) {
    const detail = Object.entries(facts)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(' ')
    super(detail ? `${code} (${detail})` : code, cause === undefined ? undefined : { cause })
    this.name = 'Failure'
    this.kind = kind
    this.code = code
    this.facts = facts
  }
}

/** The answer is no. Not retried. */
export function refuse(code: string, facts?: FailureFacts, cause?: unknown): Failure {
  return new Failure('refused', code, facts, cause)
}

/** The other side could not be asked. Retried. */
export function unreachable(code: string, facts?: FailureFacts, cause?: unknown): Failure {
  return new Failure('unreachable', code, facts, cause)
}

/** We are wrong. Stops the work and is shown to the operator. */
export function broken(code: string, facts?: FailureFacts, cause?: unknown): Failure {
  return new Failure('broken', code, facts, cause)
}

/** Whether an error is a failure, of the given code when one is given. */
export function isFailure(error: unknown, code?: string): error is Failure {
  return error instanceof Failure && (code === undefined || error.code === code)
}

/** The kind of any error: one that nobody named is ours, so `broken`. */
export function kindOf(error: unknown): FailureKind {
  return error instanceof Failure ? error.kind : 'broken'
}
