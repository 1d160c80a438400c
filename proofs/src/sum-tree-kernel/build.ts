// Writes wasm-bytes.ts: `node proofs/src/sum-tree-kernel/build.ts`. A test checks that the committed bytes are these.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toBase64 } from '@gesim/base'
import { kernelModule } from './module.ts'

export const BYTES_PATH = join(import.meta.dirname, 'wasm-bytes.ts')

/** The text of wasm-bytes.ts. */
export function bytesFile(): string {
  const lines = toBase64(kernelModule()).match(/.{1,104}/g)!
  return `// Made by \`node proofs/src/sum-tree-kernel/build.ts\` from the sources beside it; a test compares them.
export const KERNEL_BASE64 =
${lines.map((line) => `  '${line}'`).join(' +\n')}
`
}

if (process.argv[1] === import.meta.filename) writeFileSync(BYTES_PATH, bytesFile())
