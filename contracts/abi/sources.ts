import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const COMPILER_SETTING = /^\s*(evm_version|optimizer|optimizer_runs|via_ir|bytecode_hash|cbor_metadata)\s*=/

/** What the generated files follow from: our Solidity, the compiler's settings and version, the library's version. */
export function sourceHash(root: string): string {
  const hash = createHash('sha256')
  const add = (name: string, content: string | Buffer) =>
    hash.update(`${name}\n`).update(content).update('\n')
  const files = readdirSync(join(root, 'contracts/src'), { recursive: true, encoding: 'utf8' })
  for (const file of files.filter((name) => name.endsWith('.sol')).sort())
    add(file, readFileSync(join(root, 'contracts/src', file)))
  const settings = readFileSync(join(root, 'foundry.toml'), 'utf8').split('\n')
  add('foundry.toml', settings.filter((line) => COMPILER_SETTING.test(line)).join('\n'))
  for (const dependency of ['solc', '@openzeppelin/contracts', '@chainlink/contracts'])
    add(
      dependency,
      JSON.parse(readFileSync(join(root, 'node_modules', dependency, 'package.json'), 'utf8')).version,
    )
  return hash.digest('hex')
}
