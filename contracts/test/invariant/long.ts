// `node contracts/test/invariant/long.ts [calls] [seed]`: the invariants for so many calls (10 million unless said
// otherwise), in rounds of 100,000 with a seed each. Prints the count as it goes; ends at the first violation.
import { spawnSync } from 'node:child_process'
import { foundryBinary, ROOT } from '../../abi/testing/foundry.ts'

const RUNS = 400
const DEPTH = 250
const wanted = Number(process.argv[2] ?? 10_000_000)
const firstSeed = Number(process.argv[3] ?? 1)
const startedAt = Date.now()
let calls = 0

for (let round = 0; calls < wanted; round++) {
  const seed = `0x${(firstSeed + round).toString(16)}`
  const args = ['test', '--offline', '--match-path', 'contracts/test/invariant/*', '--fuzz-seed', seed]
  const { stdout, status } = spawnSync(foundryBinary('forge'), args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: {
      ...process.env,
      FOUNDRY_INVARIANT_RUNS: String(RUNS),
      FOUNDRY_INVARIANT_DEPTH: String(DEPTH),
      // What is broken stays broken: every 16th call is asked, and the last one of each run.
      FOUNDRY_INVARIANT_CHECK_INTERVAL: '16',
      FOUNDRY_INVARIANT_INCLUDE_STORAGE: 'false',
      // Every argument is a choice among so many; values seen before say nothing, and keeping them costs a third.
      FOUNDRY_INVARIANT_DICTIONARY_WEIGHT: '0',
      FOUNDRY_INVARIANT_INCLUDE_PUSH_BYTES: 'false',
      FOUNDRY_INVARIANT_SHOW_METRICS: 'false',
    },
  })
  const done = /\(runs: \d+, calls: (\d+), reverts: (\d+)\)/.exec(stdout)
  calls += Number(done?.[1] ?? 0)
  const minutes = ((Date.now() - startedAt) / 60_000).toFixed(1)
  console.log(`${calls.toLocaleString('en')} calls, seed ${seed}, ${minutes} min`)
  if (status !== 0 || !done) {
    console.log(stdout)
    process.exit(1)
  }
}
console.log(`${calls.toLocaleString('en')} calls, no violation`)
