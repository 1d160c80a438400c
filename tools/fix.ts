// `npm run fix`: format, mend what can be mended safely, and redraw the pages made from the code.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { foundryBinary, ROOT } from '../contracts/abi/testing/foundry.ts'

spawnSync(join(ROOT, 'node_modules', '.bin', 'biome'), ['check', '--write', '.'], {
  cwd: ROOT,
  stdio: 'inherit',
})
spawnSync(foundryBinary('forge'), ['fmt', 'contracts'], { cwd: ROOT, stdio: 'inherit' })
await import('./docs.ts')
console.log('Next: npm run check')
