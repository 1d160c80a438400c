// `settings.json` of the data folder: environment settings that are laid over the stack's own at each start of a process.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { refuse } from '@gesim/base'

const NAME = /^[A-Z][A-Z0-9_]*$/

/** Settings by the name of their environment variable; none without the file. Throws
 * `stack.settings-unreadable` when it is not an object of texts. */
export function settingsOf(dataDir: string): Readonly<Record<string, string>> {
  const path = join(dataDir, 'settings.json')
  if (!existsSync(path)) return {}
  const pairs = Object.entries(readJson(path) ?? {})
  if (pairs.some(([name, value]) => !NAME.test(name) || typeof value !== 'string'))
    throw refuse('stack.settings-unreadable', { path })
  return Object.fromEntries(pairs as [string, string][])
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw refuse('stack.settings-unreadable', { path }, error)
  }
}
