import { isFailure, type Log, type LogFields } from '@gesim/base'

/** Says a failure that repeats once, then after 2, 4, 8 … more: a log shows that it lasts, and can still be read. */
export interface Repeats {
  warn(key: string, message: string, error: unknown, fields?: LogFields): void
  /** It works again: the next failure is news. */
  over(key: string): void
}

export function quietly(log: Log): Repeats {
  const counts = new Map<string, number>()
  return {
    warn(key, message, error, fields = {}) {
      const code = isFailure(error) ? error.code : undefined
      const name = `${key} ${code ?? String(error)}`
      const count = (counts.get(name) ?? 0) + 1
      counts.set(name, count)
      if ((count & (count - 1)) === 0) log.warn(message, { code, error, count, ...fields })
    },
    over(key) {
      for (const name of counts.keys()) if (name.startsWith(`${key} `)) counts.delete(name)
    },
  }
}
