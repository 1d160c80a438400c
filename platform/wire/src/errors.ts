import { type Static, Type } from 'typebox'
import { IntentId } from './words.ts'

/** Every refusal over HTTP, shaped as CAMARA does it (`status`, `code`, `message`), with a remedy. */
export const ErrorBody = Type.Object({
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  /** Stable: `<package>.<what>`; docs/failures.md lists them all. */
  code: Type.String({ maxLength: 100 }),
  message: Type.String({ maxLength: 500 }),
  remedy: Type.String({ maxLength: 500 }),
  intentId: Type.Optional(IntentId),
})
export type ErrorBody = Static<typeof ErrorBody>
