import type { Failure, FailureText } from '@gesim/base'
import { isFailure } from '@gesim/base'

/** How steps are told: as text with the time since the start, or as JSON lines. */
export interface Printer {
  step(name: string, facts?: Readonly<Record<string, string | number | undefined>>): void
  plain(text: string, json: unknown): void
}

export function createPrinter(json: boolean): Printer {
  const startedAt = performance.now()
  return {
    step(name, facts = {}) {
      const seconds = (performance.now() - startedAt) / 1000
      const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
      if (json)
        return console.log(JSON.stringify({ step: name, seconds: Number(seconds.toFixed(3)), ...known }))
      const rest = Object.entries(known).map(([key, value]) => (key === 'note' ? value : `${key} ${value}`))
      console.log(`${seconds.toFixed(1).padStart(6)} s  ${name.padEnd(24)} ${rest.join('  ')}`.trimEnd())
    },
    plain(text, value) {
      console.log(json ? JSON.stringify(value) : text)
    },
  }
}

/** A failure for a person: what happened, what to do, and the code for whoever looks it up. */
export function tellFailure(
  error: unknown,
  catalogue: Readonly<Record<string, FailureText>>,
  json: boolean,
): void {
  const failure: Failure | null = isFailure(error) ? error : null
  const text = failure ? catalogue[failure.code] : undefined
  const says =
    text?.says ??
    (failure?.facts.message as string | undefined) ??
    (error instanceof Error ? error.message : String(error))
  const remedy = text?.remedy ?? (failure?.facts.remedy as string | undefined)
  if (json) {
    console.error(
      JSON.stringify({ failed: failure?.code ?? 'cli.unexpected', says, remedy, facts: factsOf(failure) }),
    )
    return
  }
  console.error(`✗ ${says}`)
  for (const [name, value] of Object.entries(factsOf(failure))) console.error(`  ${name}: ${value}`)
  if (remedy) console.error(`  Next: ${remedy}`)
  if (failure) console.error(`  (${failure.code})`)
  else if (error instanceof Error && process.env.LOG_LEVEL === 'debug') console.error(error.stack)
}

function factsOf(failure: Failure | null): Record<string, string> {
  return Object.fromEntries(
    Object.entries(failure?.facts ?? {})
      .filter(([name, value]) => value !== undefined && name !== 'message' && name !== 'remedy')
      .map(([name, value]) => [name, String(value)]),
  )
}
