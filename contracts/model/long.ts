// `node contracts/model/long.ts [sequences] [seed]`: plays so many random sequences with each kind of poster, all rules in.
import { play } from './fuzz.ts'
import { rulesWithout } from './rules.ts'

const count = Number(process.argv[2] ?? 1_000_000)
const from = Number(process.argv[3] ?? 1)
const rules = rulesWithout()
let violations = 0
for (const poster of ['honest', 'poster', 'quorum'] as const) {
  const startedAt = Date.now()
  let found = 0
  for (let seed = from; seed < from + count; seed++) {
    const violation = play(seed, rules, poster)
    if (!violation) continue
    if (found++ === 0) console.log(`${violation.invariant}, seed ${seed}:\n  ${violation.trace.join('\n  ')}`)
  }
  violations += found
  const seconds = (Date.now() - startedAt) / 1000
  console.log(`${poster} poster: ${count} sequences, ${found} violations in ${seconds.toFixed(1)} s`)
}
process.exit(violations === 0 ? 0 : 1)
