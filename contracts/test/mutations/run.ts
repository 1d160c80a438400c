// `node contracts/test/mutations/run.ts [rule …]`: takes each rule out of a copy of the contracts, one at a time, and runs
// the tests that must notice. Ends with what was noticed; a rule that nobody misses makes it fail.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { foundryBinary, ROOT } from '../../abi/testing/foundry.ts'
import { MUTATIONS, type Mutation } from './rules.ts'

const only = process.argv.slice(2)
const copy = mkdtempSync(join(tmpdir(), 'gesim-mutations-'))
for (const part of ['contracts', 'tools', 'foundry.toml', 'package.json', 'out', 'cache']) {
  if (existsSync(join(ROOT, part))) cpSync(join(ROOT, part), join(copy, part), { recursive: true })
}
symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))

function test(path: string): { noticed: number; ran: boolean; output: string } {
  const args = ['test', '--offline', '--match-path', path]
  const { stdout, stderr } = spawnSync(foundryBinary('forge'), args, {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const noticed = new Set(stdout.match(/^\[FAIL.*$/gm)).size
  return { noticed, ran: /tests? passed/.test(stdout), output: stdout + stderr }
}

function isNoticed({ rule, file, find, replace, tests }: Mutation): boolean {
  const path = join(copy, file)
  const before = readFileSync(path, 'utf8')
  if (before.split(find).length !== 2) {
    console.log(`✗ ${rule}: the line is not there once (${file})`)
    return false
  }
  writeFileSync(
    path,
    before.replace(find, () => replace),
  )
  const { noticed, ran, output } = test(tests)
  writeFileSync(path, before)
  if (!ran) console.log(`✗ ${rule}: does not compile\n${output.slice(-1_500)}`)
  else console.log(`${noticed > 0 ? '✓' : '✗'} without ${rule}: ${noticed} tests fail in ${tests}`)
  return ran && noticed > 0
}

try {
  const chosen = MUTATIONS.filter(({ rule }) => only.length === 0 || only.includes(rule))
  const missed = chosen.filter((mutation) => !isNoticed(mutation))
  console.log(`${chosen.length - missed.length} of ${chosen.length} removals noticed`)
  process.exitCode = missed.length === 0 ? 0 : 1
} finally {
  rmSync(copy, { recursive: true, force: true })
}
