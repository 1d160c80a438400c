// `npm test`: contracts in forge, everything else in vitest, then the journeys in a real browser; one line at the end.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { foundryBinary, ROOT } from '../contracts/abi/testing/foundry.ts'

interface Tally {
  passed: number
  failed: number
  skipped: number
}

const HELP = `npm test [-- --only contracts|units|e2e]

Runs every test: the contracts (forge), the packages (vitest), and the journeys of a user on the running
product in a real browser (vitest, e2e/). Ends with one line: N passed, N failed, N skipped.`

if (process.argv.includes('--help')) {
  console.log(HELP)
  process.exit(0)
}
const onlyAt = process.argv.indexOf('--only')
const only = onlyAt === -1 ? undefined : process.argv[onlyAt + 1]
const reports = join(ROOT, '.gesim', 'reports')
mkdirSync(reports, { recursive: true })

function run(command: string, args: string[], capture: boolean): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'],
    })
    let stdout = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve({ code: code ?? (signal ? 1 : 0), stdout }))
  })
}

async function contracts(): Promise<Tally> {
  const { code, stdout } = await run(foundryBinary('forge'), ['test', '--json'], true)
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 }
  const at = stdout.indexOf('{')
  if (at === -1) return { passed: 0, failed: 1, skipped: 0 }
  const suites = JSON.parse(stdout.slice(at)) as Record<
    string,
    { test_results: Record<string, { status: string; reason?: string | null }> }
  >
  for (const [suite, { test_results }] of Object.entries(suites)) {
    for (const [name, { status, reason }] of Object.entries(test_results)) {
      if (status === 'Success') tally.passed++
      else if (status === 'Skipped') tally.skipped++
      else {
        tally.failed++
        console.log(`✗ ${suite} ${name}: ${reason ?? status}`)
      }
    }
  }
  if (code !== 0 && tally.failed === 0) tally.failed++
  return tally
}

async function vitest(project: string): Promise<Tally> {
  const file = join(reports, `${project}.json`)
  rmSync(file, { force: true })
  const args = [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]
  const { code } = await run(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), ...args], false)
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as {
      numPassedTests: number
      numFailedTests: number
      numPendingTests: number
      numTodoTests: number
      numFailedTestSuites: number
    }
    const failed = report.numFailedTests || (code === 0 ? 0 : 1)
    return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

/** Journeys wait more than they work: those that need no web app run beside the others, on a stack of their own. */
async function journeys(): Promise<Tally> {
  const [web, node] = await Promise.all([vitest('e2e'), vitest('e2e-node')])
  return {
    passed: web.passed + node.passed,
    failed: web.failed + node.failed,
    skipped: web.skipped + node.skipped,
  }
}

const parts: [string, string, () => Promise<Tally>][] = [
  ['contracts', 'contracts in forge', contracts],
  ['units', 'packages in vitest', () => vitest('units')],
  ['e2e', 'journeys on the running product', journeys],
]
const total: Tally = { passed: 0, failed: 0, skipped: 0 }
for (const [name, title, work] of parts) {
  if (only && only !== name) continue
  console.log(`\n· ${title}`)
  const startedAt = Date.now()
  const tally = await work()
  total.passed += tally.passed
  total.failed += tally.failed
  total.skipped += tally.skipped
  const mark = tally.failed ? '✗' : '✓'
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  console.log(
    `${mark} ${title}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped in ${seconds} s`,
  )
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
console.log(total.failed ? 'Next: the first ✗ above says what broke.' : 'Next: npm start')
process.exit(total.failed || total.passed === 0 ? 1 : 0)
