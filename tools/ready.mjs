// Runs before the other verbs, on whatever Node the machine has (20.20 or newer): plain JavaScript, no imports of ours.
// Installs what is missing. Node 24 then comes from node_modules/.bin, where npm puts it first on the PATH of scripts.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stampPath = join(root, 'node_modules', '.gesim-ready')
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')
const found = existsSync(stampPath) ? readFileSync(stampPath, 'utf8') : ''

if (found !== wanted) {
  const startedAt = Date.now()
  console.log('· installing what is missing (about a minute the first time)')
  // `npm ci` refuses a lock in which a registry left out packages of other platforms; `npm install` accepts it.
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund']
  const attempts = [
    ['ci', ...quiet],
    ['install', '--no-save', ...quiet],
  ]
  const done = attempts.some((args, attempt) => {
    const last = attempt === attempts.length - 1
    const run = spawnSync('npm', args, {
      cwd: root,
      stdio: ['ignore', 'ignore', last ? 'inherit' : 'ignore'],
    })
    return run.status === 0
  })
  if (!done) {
    console.error(
      '✗ npm could not install the packages. Check that the package registry can be reached, then try again.',
    )
    process.exit(1)
  }
  writeFileSync(stampPath, wanted)
  console.log(`✓ installed in ${((Date.now() - startedAt) / 1000).toFixed(0)} s`)
}

const node = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
const asked = spawnSync(existsSync(node) ? node : 'node', ['--version'], { encoding: 'utf8' })
const major = Number((asked.stdout ?? '').replace(/^v/, '').split('.')[0])
if (!(major >= 24)) {
  console.error(
    `✗ GeSIM runs on Node 24; this machine offers ${String(asked.stdout ?? 'none').trim()} and npm brings none for it. Install Node 24 (LTS), then try again.`,
  )
  process.exit(1)
}
