import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
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

/** The platform's forge itself: the wrapper in `.bin` costs a third of a second more. */
export function forgeBinary(root: string): string {
  return foundryBinary(root, 'forge')
}

/** The platform's anvil itself. */
export function anvilBinary(root: string): string {
  return foundryBinary(root, 'anvil')
}

function foundryBinary(root: string, tool: 'forge' | 'anvil'): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  const direct = join(root, 'node_modules/@foundry-rs', `${tool}-${process.platform}-${arch}`, 'bin', tool)
  return existsSync(direct) ? direct : join(root, 'node_modules/.bin', tool)
}
