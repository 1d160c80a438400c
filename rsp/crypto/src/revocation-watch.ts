import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { type RevocationList, readRevocationList } from './crl.ts'

/** Revocation lists that follow the files of a directory. */
export interface RevocationWatch {
  current(): readonly RevocationList[]
  /** Looks at the files now; it also happens on its own. */
  refresh(): Promise<void>
  stop(): void
}

const EVERY_MS = 2000
const MAX_FILES = 2000
const MAX_FILE_BYTES = 8 << 20
const KINDS = ['.crl', '.pem']

interface Known {
  readonly version: string
  readonly lists: readonly RevocationList[]
}

function listsIn(bytes: Buffer, kind: string): RevocationList[] {
  if (bytes[0] === 0x30 && kind === '.crl') return [readRevocationList(Uint8Array.from(bytes))]
  const blocks = bytes.toString('latin1').matchAll(/-----BEGIN X509 CRL-----([^-]+)-----END X509 CRL-----/g)
  return [...blocks].map((block) => readRevocationList(Uint8Array.from(Buffer.from(block[1]!, 'base64'))))
}

/**
 * Follows the revocation lists below a directory: a file that comes, changes or goes counts within seconds, without a
 * restart. Signatures are not checked here; `verifyChain` checks them where a list matters.
 */
export function watchRevocations(
  directory: string,
  first: readonly RevocationList[],
  everyMs: number = EVERY_MS,
): RevocationWatch {
  let known: ReadonlyMap<string, Known> | undefined
  let round: Promise<void> | undefined

  async function look(): Promise<void> {
    // A directory that cannot be read says nothing; what is known stands.
    const entries = await readdir(directory, { recursive: true }).catch(() => undefined)
    if (!entries) return
    const paths = entries.filter((path) => KINDS.includes(extname(path).toLowerCase())).slice(0, MAX_FILES)
    const next = new Map<string, Known>()
    for (const path of paths.map((each) => join(directory, each))) {
      const before = known?.get(path)
      try {
        const { mtimeMs, size } = await stat(path)
        const version = `${mtimeMs} ${size}`
        if (before?.version === version) next.set(path, before)
        else if (size <= MAX_FILE_BYTES)
          next.set(path, { version, lists: listsIn(await readFile(path), extname(path).toLowerCase()) })
      } catch {
        // A file that is being written is whole in a moment; until then the earlier list stands.
        if (before) next.set(path, { ...before, version: '' })
      }
    }
    known = next
  }

  const refresh = () => {
    round ??= look().finally(() => {
      round = undefined
    })
    return round
  }
  const timer = setInterval(() => void refresh(), everyMs).unref()
  return {
    current: () => (known ? [...known.values()].flatMap(({ lists }) => lists) : first),
    refresh,
    stop: () => clearInterval(timer),
  }
}
