// `node contracts/test/probes/run.ts [--lcov FILE]`: measures what the tests pass of contracts/src and writes COVERAGE.md.
// With `--lcov` forge's own figures are read and not measured (that takes a quarter of an hour). Fails when a place that
// nothing passes has no reason in reasons.ts, when a reason is not needed any more, and below 98 % of lines.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { foundryBinary } from '../../abi/testing/foundry.ts'
import { readLcov } from './lcov.ts'
import { copyOfContracts, passedIn, probe, TESTS } from './probing.ts'
import { REASONS, type Reason } from './reasons.ts'
import { report } from './report.ts'
import { type Gap, judge, total } from './verdict.ts'

const LEAST_LINES = 0.98

const { values } = parseArgs({ options: { lcov: { type: 'string' } } })
const copy = mkdtempSync(join(tmpdir(), 'gesim-coverage-'))
try {
  copyOfContracts(copy)
  const measured = readLcov(values.lcov ? readFileSync(values.lcov, 'utf8') : measure(), 'contracts/src/')
  const places = probe(copy)
  const passed = await passedIn(copy)
  const verdict = judge(measured, places, passed.numbers)
  const explained = verdict.gaps.map((gap) => ({
    gap,
    reason: REASONS.find((reason) => explains(reason, gap)),
  }))
  writeFileSync(
    join(import.meta.dirname, '../COVERAGE.md'),
    report(verdict, passed, explained, values.lcov !== undefined),
  )

  const lines = total(verdict.files.map((file) => file.lines))
  const complaints = [
    ...explained.filter(({ reason }) => !reason).map(({ gap }) => `not passed: ${named(gap)}`),
    ...REASONS.filter((reason) => !verdict.gaps.some((gap) => explains(reason, gap))).map(
      ({ file, code }) => `passed, although a reason says why not: ${file} ${code}`,
    ),
    ...verdict.unknown.map((item) => `forge counts it, no probe stands for it: ${item}`),
    ...(lines.hit < LEAST_LINES * lines.of ? [`only ${lines.hit} of ${lines.of} lines`] : []),
  ]
  for (const complaint of complaints) console.log(`✗ ${complaint}`)
  console.log(`${lines.hit} of ${lines.of} lines passed by ${passed.tests} tests`)
  process.exitCode = complaints.length === 0 ? 0 : 1
} finally {
  rmSync(copy, { recursive: true, force: true })
}

/** Forge's own coverage. */
function measure(): string {
  const args = [
    'coverage',
    '--ir-minimum',
    '--offline',
    '--report',
    'lcov',
    '--report-file',
    'lcov.info',
    ...TESTS,
  ]
  const { stdout } = spawnSync(foundryBinary('forge'), args, {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const failed = stdout.match(/^\[FAIL.*$/m)
  if (failed) throw new Error(`a test fails under forge coverage: ${failed[0]}`)
  return readFileSync(join(copy, 'lcov.info'), 'utf8')
}

function explains({ file, code, side }: Reason, { first }: Gap): boolean {
  return first.file === file && first.code.startsWith(code) && first.side === side
}

function named({ first: { file, from, side = '', code } }: Gap): string {
  return `${file}:${from} ${side} ${code.slice(0, 100)}`
}
