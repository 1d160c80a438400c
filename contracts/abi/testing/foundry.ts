import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The repository's root folder. */
export const ROOT = join(import.meta.dirname, '../../..')

/** The path of a Foundry program that npm installed. npm's own wrapper costs 0.3 s a call, so it is passed by. */
export function foundryBinary(program: 'anvil' | 'forge'): string {
  const cpu = process.arch === 'x64' ? 'amd64' : process.arch
  const path = join(ROOT, 'node_modules/@foundry-rs', `${program}-${process.platform}-${cpu}`, 'bin', program)
  if (!existsSync(path))
    throw new Error(
      `${program} is not installed for ${process.platform} ${cpu}: run \`node tools/ready.mjs\``,
    )
  return path
}
