// Which version this is, for whoever has to find it again.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './options.ts'

/** The number of the package and, in a clone, the commit: `0.1.0 (1a2b3c4)`. */
export function versionOf(root = ROOT): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const commit = commitOf(root)
  return commit ? `${version} (${commit})` : version
}

/** Nothing without git, outside of a clone, and in a folder of somebody else's clone. */
function commitOf(root: string): string | undefined {
  try {
    const said = execFileSync('git', ['rev-parse', '--show-prefix', '--short', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [prefix, commit] = said.split('\n')
    return prefix === '' ? commit : undefined
  } catch {
    return undefined
  }
}
