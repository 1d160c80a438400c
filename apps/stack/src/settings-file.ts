// `settings.json` of the data folder: environment settings that are laid over the stack's own at each start of a process.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const NAME = /^[A-Z][A-Z0-9_]*$/

/** Settings by the name of their environment variable; none without the file. Throws when it is not an object of texts. */
export function settingsOf(dataDir: string): Readonly<Record<string, string>> {
  const path = join(dataDir, 'settings.json')
  if (!existsSync(path)) return {}
  const read = JSON.parse(readFileSync(path, 'utf8')) as unknown
  const pairs = Object.entries(read ?? {})
  if (pairs.some(([name, value]) => !NAME.test(name) || typeof value !== 'string'))
    throw new Error(
      `${path} must hold environment variables and their texts, such as {"INTENTS_QUOTE_SECONDS": "60"}`,
    )
  return Object.fromEntries(pairs)
}
