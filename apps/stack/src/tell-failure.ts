import { type FailureText, isFailure } from '@gesim/base'
import { storeFailures } from '@gesim/store'
import { stackFailures } from './failures.ts'

const CATALOGUE: Readonly<Record<string, FailureText>> = { ...stackFailures, ...storeFailures }

/** A failed start for a person: what happened, the facts, what to do, and the code for whoever looks it up. */
export function tellFailure(error: unknown, logDir: string): string {
  const failure = isFailure(error) ? error : null
  const text = failure && CATALOGUE[failure.code]
  if (!failure || !text)
    return `${error instanceof Error ? error.message : error}

The logs are in ${logDir}. Next: look there, then \`npm start -- --reset\` begins anew and deletes what is there.`
  const facts = Object.entries(failure.facts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  ${name}: ${value}\n`)
  return `✗ ${text.says}\n${facts.join('')}  Next: ${text.remedy}\n  (${failure.code})`
}
