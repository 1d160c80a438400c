import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { refuse } from '@gesim/base'

/** Reads a file whole. Throws `rsp.file-unreadable`. */
export function readBytes(path: string): Uint8Array {
  try {
    return Uint8Array.from(readFileSync(path))
  } catch (cause) {
    throw refuse('rsp.file-unreadable', { path }, cause)
  }
}

/** Reads a text. Throws `rsp.file-unreadable`. */
export function readLines(path: string): string {
  return new TextDecoder().decode(readBytes(path))
}

/** Reads something below a path, such as a folder. Throws `rsp.file-unreadable`; failures pass. */
export function reading<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof Error && 'syscall' in cause) throw refuse('rsp.file-unreadable', { path }, cause)
    throw cause
  }
}

/** The same for writing. Throws `rsp.file-unwritable`. */
export function writing<T>(path: string, write: () => T): T {
  try {
    return write()
  } catch (cause) {
    if (cause instanceof Error && 'syscall' in cause) throw refuse('rsp.file-unwritable', { path }, cause)
    throw cause
  }
}

/** Writes a file whole, with its folders. Throws `rsp.file-unwritable`. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  writing(path, () => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(`${path}.new`, content)
    renameSync(`${path}.new`, path)
  })
}
