// A copy of the contracts with a probe at each place, and what its tests passed.
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  cpSync,
  createReadStream,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { foundryBinary, ROOT } from '../../abi/testing/foundry.ts'
import { type Node, type Place, ProbedFile } from './places.ts'

const SOURCES = 'contracts/src'
const PROBE = 'contracts/test/probes/Probe.sol'
/** `Probe.sol` adds it to the number of a place. */
const FIRST = 7_000_000_000

/** Not counted: random walks, replays of them, and what things cost, since probes cost gas. */
export const TESTS = [
  '--no-match-path',
  'contracts/test/{invariant,mutations,differential}/*',
  '--no-match-test',
  '^(invariant|test_Gas)_',
]

/** Of a fuzzed test. Each run logs all that it passes. */
export const FUZZ_RUNS = 32

export interface Passed {
  numbers: Set<number>
  tests: number
  /** Tests that fail with probes (they count gas or bytes); what only they pass is not counted. */
  failed: string[]
}

export function copyOfContracts(copy: string): void {
  for (const part of ['contracts', 'tools', 'foundry.toml', 'package.json']) {
    cpSync(join(ROOT, part), join(copy, part), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
}

/** The files of `contracts/src` with their places, in order of their names. */
export function probedFiles(sources: Map<string, string>): ProbedFile[] {
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries([...sources].map(([file, content]) => [file, { content }])),
    settings: { stopAfter: 'parsing', outputSelection: { '*': { '': ['ast'] } } },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as {
    sources: Record<string, { ast: Node }>
    errors?: { formattedMessage: string }[]
  }
  if (output.errors) throw new Error(output.errors[0]!.formattedMessage)
  let next = 0
  return [...sources].map(([file, content]) => {
    const probed = new ProbedFile(file, content, output.sources[file]!.ast, next)
    next += probed.places.length
    return probed
  })
}

export function sourcesIn(root: string): Map<string, string> {
  const files = readdirSync(join(root, SOURCES), { recursive: true, encoding: 'utf8' })
  return new Map(
    files
      .filter((file) => file.endsWith('.sol'))
      .sort()
      .map((file) => [`${SOURCES}/${file}`, readFileSync(join(root, SOURCES, file), 'utf8')]),
  )
}

/** Writes probes into the copy; answers with their places. */
export function probe(copy: string): Place[] {
  const files = probedFiles(sourcesIn(copy))
  for (const probed of files.filter(({ places }) => places.length > 0)) {
    const path = relative(dirname(probed.file), PROBE)
    writeFileSync(join(copy, probed.file), probed.written(path))
  }
  const settings = join(copy, 'foundry.toml')
  const text = readFileSync(settings, 'utf8')
  // Of a fuzzed test forge shows the last run only, unless it is told to show all. Nobody pays for this code: two passes of
  // the optimiser that take most of the compiler's time are left out.
  const changed = text
    .replace('[fuzz]', '[fuzz]\nshow_logs = true')
    .replace(
      'optimizer = true',
      'optimizer = true\noptimizer_details = { cse = false, constantOptimizer = false, yul = true }',
    )
  writeFileSync(settings, changed)
  return files.flatMap(({ places }) => places)
}

/** Runs the tests of a probed copy. */
export async function passedIn(copy: string): Promise<Passed> {
  const log = join(copy, 'tests.log')
  const file = openSync(log, 'w')
  // Probes make contracts larger than a chain allows.
  const limits = ['--code-size-limit', '1000000', '--fuzz-runs', String(FUZZ_RUNS)]
  const args = ['test', '--offline', '-vv', ...limits, ...TESTS]
  spawnSync(foundryBinary('forge'), args, { cwd: copy, stdio: ['ignore', file, file] })
  closeSync(file)
  const passed = await read(createInterface({ input: createReadStream(log) }))
  if (passed.tests === 0) throw new Error(`no test ran:\n${readFileSync(log, 'utf8').slice(0, 3_000)}`)
  return passed
}

/** Forge names a test and lists what it logged below; all that failed are listed once more at the end. */
export async function read(lines: AsyncIterable<string>): Promise<Passed> {
  const passed: Passed = { numbers: new Set(), tests: 0, failed: [] }
  let counts = false
  for await (const line of lines) {
    if (line.startsWith('Failing tests:')) break
    const [, verdict, name] = /^\[(PASS|FAIL)[^\]]*.*?\] (\w+\(.*?\))/.exec(line) ?? []
    if (name) {
      counts = verdict === 'PASS'
      if (counts) passed.tests++
      else passed.failed.push(name)
    } else if (counts && /^ {2}7\d{9}$/.test(line)) passed.numbers.add(Number(line) - FIRST)
  }
  return passed
}
