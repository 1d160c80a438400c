// The source is TypeScript that Node 24 runs as it is; an older Node hands over to the one beside the packages.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

function newerNode(self) {
  const require = module.createRequire(self)
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

/**
 * Runs a command with its arguments and ends the process with its exit code.
 *
 * @param {string} self URL of the file that was started
 * @param {() => Promise<(args: string[]) => Promise<number>>} load loads the command, on a Node that can
 */
export async function launch(self, load) {
  if (process.features.typescript) {
    module.enableCompileCache?.()
    process.exit(await (await load())(process.argv.slice(2)))
  }
  const path = fileURLToPath(self)
  const node = newerNode(self)
  if (!node) {
    process.stderr.write(`${path}: needs Node 24 or newer\n`)
    process.exit(1)
  }
  const child = spawn(node, [path, ...process.argv.slice(2)], { stdio: 'inherit' })
  // What runs below ends with its parent.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('close', (code) => process.exit(code ?? 1))
}
