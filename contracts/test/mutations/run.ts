// `node contracts/test/mutations/run.ts [rule …]`: takes each rule out of a copy of the contracts, one at a time, and runs
// the tests that must notice. Ends with what was noticed; a rule that nobody misses makes it fail. `--list` names the rules.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { foundryBinary, ROOT } from '../../abi/testing/foundry.ts'
import { editsOf, type Mutation } from './mutation.ts'
import { MUTATIONS } from './rules.ts'

const asked = process.argv.slice(2)
if (asked.includes('--list')) list()
else run(chosenBy(asked))

function list(): void {
  for (const { rule, tests } of MUTATIONS) console.log(`${rule}\t${tests}`)
}

/** Those named, or all; a name that is none would else pass for a rule that was noticed. */
function chosenBy(names: string[]): Mutation[] {
  const unknown = names.filter((name) => !MUTATIONS.some(({ rule }) => rule === name))
  if (unknown.length > 0) throw new Error(`no such rule (--list names them): ${unknown.join(', ')}`)
  return MUTATIONS.filter(({ rule }) => names.length === 0 || names.includes(rule))
}

function run(chosen: Mutation[]): void {
  const copy = mkdtempSync(join(tmpdir(), 'gesim-mutations-'))
  try {
    for (const part of ['contracts', 'tools', 'foundry.toml', 'package.json', 'out', 'cache']) {
      if (existsSync(join(ROOT, part))) cpSync(join(ROOT, part), join(copy, part), { recursive: true })
    }
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
    // A test that fails anyway notices nothing: each must pass while all rules are in.
    const broken = [...new Set(chosen.map(({ tests }) => tests))].filter((tests) => !isClean(copy, tests))
    const missed = chosen.filter((mutation) => broken.includes(mutation.tests) || !isNoticed(copy, mutation))
    console.log(`${chosen.length - missed.length} of ${chosen.length} removals noticed`)
    process.exitCode = missed.length === 0 ? 0 : 1
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

interface Outcome {
  failed: number
  ran: boolean
  output: string
}

function test(copy: string, path: string): Outcome {
  const args = ['test', '--offline', '--match-path', path]
  const { stdout, stderr } = spawnSync(foundryBinary('forge'), args, {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const failed = new Set(stdout.match(/^\[FAIL.*$/gm)).size
  return { failed, ran: /tests? passed/.test(stdout), output: stdout + stderr }
}

function isClean(copy: string, tests: string): boolean {
  const { failed, ran, output } = test(copy, tests)
  if (ran && failed === 0) return true
  console.log(`✗ ${tests} does not pass with every rule in\n${output.slice(-1_500)}`)
  return false
}

function isNoticed(copy: string, mutation: Mutation): boolean {
  const { rule, tests } = mutation
  const before = new Map<string, string>()
  let outcome: Outcome
  try {
    for (const { file, find, replace } of editsOf(mutation)) {
      const text = readFileSync(join(copy, file), 'utf8')
      if (!before.has(file)) before.set(file, text)
      if (text.split(find).length !== 2) {
        console.log(`✗ ${rule}: the line is not there once (${file})`)
        return false
      }
      writeFileSync(
        join(copy, file),
        text.replace(find, () => replace),
      )
    }
    outcome = test(copy, tests)
  } finally {
    for (const [file, text] of before) writeFileSync(join(copy, file), text)
  }
  const { failed, ran, output } = outcome
  if (!ran) console.log(`✗ ${rule}: does not compile\n${output.slice(-1_500)}`)
  else console.log(`${failed > 0 ? '✓' : '✗'} without ${rule}: ${failed} tests fail in ${tests}`)
  return ran && failed > 0
}
