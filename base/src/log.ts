import { pino } from 'pino'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/**
 * The only fields that a log line may carry. An allow list, not a deny list: what is not named here
 * (a header, a body, an ICCID) cannot reach a log by accident.
 */
export const LOG_FIELDS = [
  'intentId',
  'code',
  'kind',
  'stage',
  'job',
  'event',
  'seq',
  'hash',
  'block',
  'epoch',
  'book',
  'carrierId',
  'address',
  'port',
  'url',
  'method',
  'route',
  'status',
  'durationMs',
  'count',
  'attempt',
  'remedy',
  'why',
  'from',
  'to',
  'state',
  'amountMicros',
  'gas',
  'name',
  'version',
  'pid',
  'role',
  'error',
  'stack',
  'traceId',
] as const

export type LogFields = Partial<Record<(typeof LOG_FIELDS)[number], unknown>>

/** A log of lines with allow-listed fields. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** The same log, each line with these fields too. */
  with(fields: LogFields): Log
}

const ALLOWED = new Set<string>(LOG_FIELDS)

function pick(fields: LogFields): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (!ALLOWED.has(name) || value === undefined) continue
    if (typeof value === 'bigint') out[name] = value.toString()
    else if (value instanceof Error) out[name] = value.message
    else out[name] = value
  }
  return out
}

/** A log that writes JSON lines to stderr. `LOG_LEVEL` in the environment lowers or raises it (default `info`). */
export function createLog(
  name: string,
  level: LogLevel | 'silent' = (process.env.LOG_LEVEL as LogLevel) || 'info',
): Log {
  const target = pino({ name, level, base: { name } }, pino.destination({ dest: 2, sync: false }))
  const make = (bound: LogFields): Log => ({
    debug: (message, fields) => target.debug(pick({ ...bound, ...fields }), message),
    info: (message, fields) => target.info(pick({ ...bound, ...fields }), message),
    warn: (message, fields) => target.warn(pick({ ...bound, ...fields }), message),
    error: (message, fields) => target.error(pick({ ...bound, ...fields }), message),
    with: (fields) => make({ ...bound, ...fields }),
  })
  return make({})
}
