// The pages that are drawn from the code: docs/journey.md and docs/failures.md.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { FailureText } from '@gesim/base'
import { EVENTS, STAGES } from '@gesim/journey'
import { housePackages, ROOT } from './house.ts'

/** Every failure code of every package with its text. */
export async function failureCatalogues(): Promise<Map<string, FailureText>> {
  const all = new Map<string, FailureText>()
  for (const one of housePackages()) {
    const path = join(ROOT, one.dir, 'src', 'failures.ts')
    if (!existsSync(path)) continue
    const exported = (await import(pathToFileURL(path).href)) as Record<string, unknown>
    for (const value of Object.values(exported)) {
      if (typeof value !== 'object' || value === null) continue
      for (const [code, text] of Object.entries(value)) {
        if (text && typeof text === 'object' && 'says' in text && 'remedy' in text)
          all.set(code, text as FailureText)
      }
    }
  }
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** docs/failures.md */
export async function failuresPage(): Promise<string> {
  const rows = [...(await failureCatalogues())].map(
    ([code, { kind, says, remedy }]) => `| \`${code}\` | ${kind} | ${says} | ${remedy} |`,
  )
  return `# Failures and their remedies

Written by \`npm run fix\` from the \`failures.ts\` of each package. *refused*: the answer is no; *unreachable*: could not
ask, it is tried again; *broken*: we are wrong, someone is told.

| code | kind | what happened | what to do |
|---|---|---|---|
${rows.join('\n')}
`
}

/** docs/journey.md */
export async function journeyPage(): Promise<string> {
  const events = Object.entries(EVENTS)
  const arrows = new Map<string, Set<string>>()
  for (const [kind, { writer, readers }] of events) {
    for (const reader of readers) {
      const key = `${writer}|${reader}`
      arrows.set(key, (arrows.get(key) ?? new Set()).add(kind))
    }
  }
  const id = (stage: string) => stage.replaceAll('-', '_')
  const lines = [...arrows].map(([key, kinds]) => {
    const [writer, reader] = key.split('|') as [string, string]
    return `  ${id(writer)} -->|${[...kinds].join('<br>')}| ${id(reader)}`
  })
  const rows = events.map(
    ([kind, { version, writer, readers }]) =>
      `| \`${kind}\` | ${version} | ${writer} | ${readers.join(', ')} |`,
  )
  return `# The journey of a purchase, as events

Written by \`npm run fix\` from [\`platform/journey\`](../platform/journey/src/events.ts). Each event has one writer; stages
never call each other.

\`\`\`mermaid
flowchart LR
${STAGES.filter((stage) => events.some(([, row]) => row.writer === stage || row.readers.includes(stage)))
  .map((stage) => `  ${id(stage)}[${stage}]`)
  .join('\n')}
${lines.join('\n')}
\`\`\`

| event | version | written by | read by |
|---|---|---|---|
${rows.join('\n')}
`
}
