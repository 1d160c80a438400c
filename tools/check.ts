// `npm run check`: types, format and lint, dead code. Fast enough to run before every commit; after a change of contracts
// the linter compiles them, which the tests then need not.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { foundryBinary, ROOT } from '../contracts/abi/testing/foundry.ts'

const bin = (name: string) => join(ROOT, 'node_modules', '.bin', name)
// solhint prints advertisements with every answer: its words are shown only when it says no.
const quiet = new Set(['Solidity rules'])
const steps: [string, string, string[]][] = [
  ['types', bin('tsc'), ['-p', '.']],
  ['format and lint', bin('biome'), ['check', '.']],
  ['dead code and dependencies', bin('knip'), ['--no-config-hints']],
  ['Solidity format', foundryBinary('forge'), ['fmt', '--check', 'contracts']],
  ['Solidity lint', foundryBinary('forge'), ['lint']],
  ['Solidity rules', bin('solhint'), ['--disc', '--max-warnings', '0', 'contracts/src/**/*.sol']],
]
let failed = 0
for (const [title, command, args] of steps) {
  const startedAt = Date.now()
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: ROOT,
    // forge lint says no only when warnings are denied; nothing else here reads it.
    env: { ...process.env, FOUNDRY_DENY: 'warnings' },
    stdio: quiet.has(title) ? 'pipe' : 'inherit',
    encoding: 'utf8',
  })
  if (status !== 0 && quiet.has(title))
    console.log([stdout, stderr, error?.message].filter(Boolean).join('\n'))
  if (status !== 0) failed++
  console.log(`${status === 0 ? '✓' : '✗'} ${title} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`)
}
console.log(failed ? '\nNext: npm run fix mends format; the rest is above.' : '\nAll clean. Next: npm test')
process.exit(failed ? 1 : 0)
