#!/usr/bin/env node
// The source is TypeScript that Node 24 runs as it is; an older Node hands over to the one beside the packages.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

function newerNode() {
  const require = module.createRequire(import.meta.url)
  for (const name of [`node-linux-${process.arch}`, `node-win-${process.arch}`]) {
    try {
      const home = dirname(require.resolve(`${name}/package.json`))
      for (const file of ['bin/node', 'bin/node.exe'])
        if (existsSync(join(home, file))) return join(home, file)
    } catch {
      // Not installed for this machine.
    }
  }
  return undefined
}

if (process.features.typescript) {
  module.enableCompileCache?.()
  const { main } = await import('../src/main.ts')
  process.exit(await main(process.argv.slice(2)))
}
const node = newerNode()
if (!node) {
  process.stderr.write('gesim-rsp: needs Node 24 or newer\n')
  process.exit(1)
}
const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
// A server that runs below ends with its parent.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('close', (code) => process.exit(code ?? 1))
