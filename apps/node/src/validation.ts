import Ajv from 'ajv'
import type { FastifyInstance } from 'fastify'

const options = { allErrors: false, useDefaults: false, removeAdditional: false, strict: false } as const
const bodies = new Ajv.default({ ...options, coerceTypes: false })
const texts = new Ajv.default({ ...options, coerceTypes: true })

/** Query and path arrive as text and are coerced; a body says what it means and is not. */
export function registerValidation(app: FastifyInstance): void {
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? bodies : texts).compile(schema as object),
  )
}
