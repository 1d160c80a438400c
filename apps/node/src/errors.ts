// Where failures become HTTP: one shape (CAMARA's status, code, message, with a remedy), one table.
import { baseFailures, type FailureText, isFailure, type Log } from '@gesim/base'
import type { Stage } from '@gesim/store'
import { storeFailures } from '@gesim/store'
import type { ErrorBody } from '@gesim/wire'
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify'
import { nodeFailures } from './failures.ts'

const BY_KIND = { refused: 409, unreachable: 503, broken: 500 } as const

type Catalogue = ReadonlyMap<string, FailureText>

/** The texts of every failure that a process with these stages can answer with. */
export function catalogueOf(stages: readonly Stage[]): Catalogue {
  const tables = [baseFailures, storeFailures, nodeFailures, ...stages.map((stage) => stage.failures)]
  return new Map(tables.flatMap((table) => Object.entries(table) as [string, FailureText][]))
}

/** Turns any error into an answer. What nobody named is ours, logged with its stack, and told without detail. */
function answerOf(error: unknown, catalogue: Catalogue, intentId: ErrorBody['intentId']): ErrorBody {
  const code = isFailure(error) ? error.code : codeOfFramework(error as FastifyError)
  const text = catalogue.get(code) ?? nodeFailures['node.broken']
  const known = catalogue.has(code)
  const status = text.httpStatus ?? BY_KIND[text.kind]
  const detail = detailOf(error, known)
  return {
    status,
    code: known ? code : 'node.broken',
    message: detail ? `${text.says} (${detail})`.slice(0, 500) : text.says,
    remedy: text.remedy,
    ...(intentId ? { intentId } : {}),
  }
}

function codeOfFramework(error: FastifyError): string {
  if (error.validation) return 'node.invalid-argument'
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return 'node.too-large'
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return 'node.media-type'
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return 'node.invalid-argument'
    default:
      return error.statusCode && error.statusCode >= 400 && error.statusCode < 500
        ? 'node.invalid-argument'
        : 'node.broken'
  }
}

function detailOf(error: unknown, known: boolean): string {
  if (!known) return ''
  if (isFailure(error)) {
    return Object.entries(error.facts)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => `${name}: ${String(value)}`)
      .join(', ')
  }
  // The first member that failed validation; never the value, which may be a secret.
  const [first] = (error as FastifyError).validation ?? []
  return first
    ? `${(error as FastifyError).validationContext ?? 'body'}${first.instancePath} ${first.message ?? ''}`.trim()
    : ''
}

const INTENT = /^0x[0-9a-f]{64}$/

/** The intent a request is about, where its path or correlator says so. */
export function intentOf(request: FastifyRequest): ErrorBody['intentId'] {
  const params = request.params as Record<string, string> | undefined
  const given = params?.id ?? request.headers['x-correlator']
  return typeof given === 'string' && INTENT.test(given) ? (given as ErrorBody['intentId']) : undefined
}

/** Installs the error answers. */
export function registerErrors(app: FastifyInstance, catalogue: Catalogue, log: Log): void {
  app.setErrorHandler((error, request, reply) => {
    const body = answerOf(error, catalogue, intentOf(request))
    if (body.status >= 500) {
      log.error('a request broke', {
        code: body.code,
        route: request.routeOptions.url,
        method: request.method,
        error,
        stack: error instanceof Error ? error.stack : undefined,
      })
    }
    ;(request as { failureCode?: string }).failureCode = body.code
    reply.code(body.status).type('application/json').send(body)
  })
  app.setNotFoundHandler((request, reply) => {
    const text = nodeFailures['node.not-found']
    ;(request as { failureCode?: string }).failureCode = 'node.not-found'
    reply.code(404).send({ status: 404, code: 'node.not-found', message: text.says, remedy: text.remedy })
  })
}
