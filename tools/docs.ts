// Writes the pages that are drawn from the code; part of `npm run fix`.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../contracts/abi/testing/foundry.ts'
import { failuresPage, journeyPage } from '../tidy/src/pages.ts'

writeFileSync(join(ROOT, 'docs/journey.md'), await journeyPage())
writeFileSync(join(ROOT, 'docs/failures.md'), await failuresPage())
console.log('✓ docs/journey.md and docs/failures.md')
