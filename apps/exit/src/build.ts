// Makes the page: one HTML file with its script and style inside, and a policy that lets no other run. `node src/build.ts`
// writes dist/exit.html, in which the network is still to be named; with `--network FILE --out FILE` a page for one network.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { networkFromJson } from '@gesim/proofs/exit'
import { rolldown } from 'rolldown'

const SOURCE = import.meta.dirname
const { values } = parseArgs({
  options: {
    network: { type: 'string' },
    out: { type: 'string', default: join(SOURCE, '../dist/exit.html') },
  },
})

/** The script as one classic program: a page from a file may load no modules. */
async function script(): Promise<string> {
  const bundle = await rolldown({
    input: join(SOURCE, 'page.ts'),
    platform: 'browser',
    resolve: { conditionNames: ['browser', 'import'] },
    logLevel: 'warn',
  })
  const { output } = await bundle.generate({ format: 'iife', minify: true, codeSplitting: false })
  await bundle.close()
  const [{ code }, ...more] = output
  if (more.length > 0) throw new Error(`the page must be one file, not ${output.length}`)
  // A closing tag inside the program would end it.
  return code.trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
}

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const code = await script()
const style = readFileSync(join(SOURCE, 'page.css'), 'utf8').trim()
// Which node is asked the reader decides; the page narrows this to that one address before it asks anything.
const policy = [
  "default-src 'none'",
  `script-src ${hashOf(code)}`,
  `style-src ${hashOf(style)}`,
  'connect-src http: https:',
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')
// In data, `<` could end the element.
const network = values.network
  ? JSON.stringify(networkFromJson(JSON.parse(readFileSync(values.network, 'utf8')))).replaceAll(
      '<',
      '\\u003c',
    )
  : 'null'
const page = readFileSync(join(SOURCE, 'page.html'), 'utf8')
  .replace('{policy}', () => policy)
  .replace('{style}', () => style)
  .replace('{network}', () => network)
  .replace('{code}', () => code)
mkdirSync(dirname(values.out), { recursive: true })
writeFileSync(values.out, page)
console.log(`${values.out}: ${Math.round(page.length / 1024)} kB`)
