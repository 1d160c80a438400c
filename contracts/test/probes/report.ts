// Writes COVERAGE.md.
import { FUZZ_RUNS, type Passed } from './probing.ts'
import type { Reason } from './reasons.ts'
import { type Gap, type Share, total, type Verdict } from './verdict.ts'

export interface Explained {
  gap: Gap
  reason: Reason | undefined
}

const share = ({ hit, of }: Share) => (of === 0 ? '–' : `${hit}/${of}`)
const percent = ({ hit, of }: Share) => `${((100 * hit) / of).toFixed(1)} %`

export function report(
  verdict: Verdict,
  passed: Passed,
  explained: Explained[],
  wasMeasuredBefore: boolean,
): string {
  const { files } = verdict
  const sums = {
    toolLines: total(files.map(({ toolLines }) => toolLines)),
    toolBranches: total(files.map(({ toolBranches }) => toolBranches)),
    lines: total(files.map(({ lines }) => lines)),
    sides: total(files.map(({ sides }) => sides)),
    doubted: total(files.map(({ doubted }) => doubted)),
  }
  const row = (name: string, figures: Share[], show: (figure: Share) => string) =>
    `| ${[name, ...figures.map(show)].join(' | ')} |`
  return `# Coverage of the contracts

Written by \`node contracts/test/probes/run.ts\`; do not edit.

| | lines | branches |
|---|---|---|
| what \`forge coverage\` counts | ${share(sums.toolLines)} (${percent(sums.toolLines)}) | ${share(sums.toolBranches)} (${percent(sums.toolBranches)}) |
| **what was passed in truth** | **${share(sums.lines)} (${percent(sums.lines)})** | **${share(sums.sides)} (${percent(sums.sides)})** |

## How it is measured

Forge's coverage is run through the compiler's other code path (\`--ir-minimum\`). That path inlines functions, shares code
between them and keeps no exact map of it: forge sees no hit in much assembly, in library functions and in either way of
\`require(condition, Error())\`, although tests run them. Its figures are a floor.

So every place is asked itself. A copy of the contracts gets a probe (\`Probe.sol\`) at the start of each function, before each
statement, on both sides of each \`if\`, \`require\` and \`? :\`, in each clause of a \`try\`, and in each block of assembly that may
be skipped; the tests run on that copy, and a place counts when a test that passes went through it. Lines are those that forge
counts; branches are the sides of all decisions, more than forge counts (it knows no other side of many an \`if\`, and no \`? :\`).
Of the ${sums.doubted.of} branches that forge calls uncovered, ${sums.doubted.hit} are in decisions that went every way.

Counted are the tests of \`contracts/test\` without random walks, replays of them and costs, each fuzzed test with ${FUZZ_RUNS} runs:
${passed.tests} tests pass.${failing(passed)}${wasMeasuredBefore ? "\nForge's own figures are of an earlier run, of somewhat fewer tests." : ''}

## What is not passed

${explained.length === 0 ? 'Nothing.\n' : explained.map(line).join('\n')}

## By file

\`forge\` is its own count; \`passed\` is what probes saw.

| contracts/src/ | lines, forge | branches, forge | lines, passed | branches, passed |
|---|---|---|---|---|
${files
  .map(({ file, toolLines, toolBranches, lines, sides }) =>
    row(file.replace('contracts/src/', ''), [toolLines, toolBranches, lines, sides], share),
  )
  .join('\n')}
`
}

function failing({ failed }: Passed): string {
  if (failed.length === 0) return ''
  const names = failed.map((name) => `\`${name}\``).join(', ')
  return `\nNot counted, since probes cost gas and these count it or give little of it: ${names}.`
}

function line({ gap, reason }: Explained): string {
  const { file, from, to, side, code } = gap.first
  const last = Math.max(to, gap.last.to)
  const where = `${file.replace('contracts/src/', '')}:${from === last ? from : `${from}–${last}`}`
  const short = code.length > 100 ? `${code.slice(0, 100)}…` : code
  const way = side === undefined ? '' : ` (${side})`
  return `- **${where}** \`${short}\`${way}: ${reason?.why ?? '**no reason given**'}`
}
