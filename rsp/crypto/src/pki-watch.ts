import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { refuse } from '@gesim/base'
import { loadPki, type Pki } from './pki-directory.ts'

/** Follows the certificates and keys of a directory. */
export interface PkiWatch {
  /** Reads the files now, changed or not; it also happens on its own when they change. Rejects with what was refused. */
  reload(): Promise<void>
  stop(): void
}

export interface PkiWatchOptions {
  readonly directory: string
  /** What was read at the start. */
  readonly first: Pki
  /** Files elsewhere that matter too. */
  readonly also?: readonly string[]
  /** Default every two seconds. */
  readonly everyMs?: number | undefined
  /** Puts what the files hold now into use; what it throws leaves the earlier certificates in use. */
  readonly take: (pki: Pki) => void
  /** Told of files that were not taken; `reload` rejects as well. */
  readonly onRefused: (error: unknown) => void
}

const EVERY_MS = 2000
const KINDS = ['.der', '.cer', '.pem', '.crt', '.key']

/** Which files there are, and in which version. */
async function versionOf(directory: string, also: readonly string[]): Promise<string> {
  const entries = await readdir(directory, { recursive: true }).catch(() => [])
  const own = entries.filter((path) => KINDS.includes(extname(path).toLowerCase())).sort()
  const lines = await Promise.all(
    [...own.map((path) => join(directory, path)), ...also].map(async (path) => {
      const found = await stat(path).catch(() => undefined)
      return found ? `${path} ${found.mtimeMs} ${found.size} ${found.ino}` : path
    }),
  )
  return lines.join('\n')
}

/**
 * Follows the certificates and keys below a directory: what changes there comes into use within seconds, without a
 * restart. A file that became unreadable, or that leaves the server without what it needs, is refused as a whole, once,
 * and what was in use stays so.
 */
export async function watchPki(options: PkiWatchOptions): Promise<PkiWatch> {
  const { directory, also = [], take, onRefused } = options
  let readable = options.first
  let used = await versionOf(directory, also)
  let seen = used
  let isLooking = false

  function read(): void {
    const found = loadPki(directory)
    // A directory of test cases holds files that nobody can read: they were never in use.
    const spoilt = found.unreadable.filter((path) => !readable.unreadable.includes(path))
    if (spoilt.length) throw refuse('crypto.pki-unreadable', { files: spoilt.join(', ') })
    take(found)
    readable = found
  }

  async function reload(): Promise<void> {
    used = await versionOf(directory, also)
    try {
      read()
    } catch (error) {
      onRefused(error)
      throw error
    }
  }

  async function look(): Promise<void> {
    const now = await versionOf(directory, also)
    // Certificate and key are two files: they are read once nothing changed between two looks.
    const isSettled = now === seen
    seen = now
    if (isSettled && now !== used) await reload().catch(() => undefined)
  }

  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    void look().finally(() => {
      isLooking = false
    })
  }, options.everyMs ?? EVERY_MS).unref()
  return { reload, stop: () => clearInterval(timer) }
}
