/**
 * `npm run abi`: compiles the contracts and writes what TypeScript needs of them to `contracts/abi/generated`: one file of
 * ABI a contract, one file of creation code a contract that we deploy, and a hash of all sources, by which a test tells
 * whether these files are fresh.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sourceHash } from '../contracts/abi/sources.ts'
import { foundryBinary, ROOT } from '../contracts/abi/testing/foundry.ts'

const generated = join(ROOT, 'contracts/abi/generated')
const out = process.env.FOUNDRY_OUT ?? join(ROOT, 'out')
const OPENZEPPELIN = 'node_modules/@openzeppelin/contracts'

/** Contracts of others that we deploy beside ours. */
const BORROWED = [
  `${OPENZEPPELIN}/utils/cryptography/verifiers/ERC7913P256Verifier.sol`,
  `${OPENZEPPELIN}/utils/cryptography/verifiers/ERC7913WebAuthnVerifier.sol`,
]

/** Code that is laid over an address in a call, never deployed: its runtime form is needed, in the browser's door too. */
const OVERLAYS = ['OperationProbe']

interface Artefact {
  readonly abi: readonly unknown[]
  readonly bytecode: { readonly object: string }
  readonly deployedBytecode: { readonly object: string }
}

function artefactOf(name: string): Artefact {
  return JSON.parse(readFileSync(join(out, `${name}.sol`, `${name}.json`), 'utf8'))
}

const kebab = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()

/** `IntentEscrow` to `intentEscrow`, `TestUSDC` to `testUsdc`, `ERC7913P256Verifier` to `erc7913P256Verifier`. */
const camel = (name: string) =>
  kebab(name)
    .split('-')
    .map((word, at) => (at === 0 ? word : word[0]!.toUpperCase() + word.slice(1)))
    .join('')

const sources = readdirSync(join(ROOT, 'contracts/src'))
  .filter((file) => file.endsWith('.sol'))
  .map((file) => file.slice(0, -4))
const borrowed = BORROWED.map((path) => path.slice(path.lastIndexOf('/') + 1, -4))

execFileSync(
  foundryBinary('forge'),
  ['build', ...sources.map((name) => `contracts/src/${name}.sol`), ...BORROWED],
  {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  },
)

rmSync(generated, { recursive: true, force: true })
mkdirSync(join(generated, 'bytecode'), { recursive: true })
const names = [...sources, ...borrowed].sort()
for (const name of names) {
  const { abi, bytecode, deployedBytecode } = artefactOf(name)
  const entries = abi.map((entry) => `  ${JSON.stringify(entry)},\n`).join('')
  const note = `// Written by \`npm run abi\` from ${name}.sol.\n`
  writeFileSync(
    join(generated, `${kebab(name)}.ts`),
    `${note}export const ${camel(name)}Abi = [\n${entries}] as const\n`,
  )
  if (OVERLAYS.includes(name)) {
    writeFileSync(
      join(generated, `${kebab(name)}-code.ts`),
      `${note}export const ${camel(name)}Code =\n  '${deployedBytecode.object}'\n`,
    )
  } else if (bytecode.object.length > 2)
    writeFileSync(
      join(generated, 'bytecode', `${name}.json`),
      `${JSON.stringify({ bytecode: bytecode.object })}\n`,
    )
}
writeFileSync(
  join(generated, 'index.ts'),
  `// Written by \`npm run abi\`.\n${names.map((name) => `export { ${camel(name)}Abi } from './${kebab(name)}.ts'\n`).join('')}${OVERLAYS.map((name) => `export { ${camel(name)}Code } from './${kebab(name)}-code.ts'\n`).join('')}`,
)
writeFileSync(join(generated, 'source.json'), `${JSON.stringify({ sha256: sourceHash(ROOT) }, null, 2)}\n`)
process.stdout.write(`contracts/abi/generated: ${names.length} contracts\n`)
