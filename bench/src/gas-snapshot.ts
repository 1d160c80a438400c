import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { foundryBinary, ROOT } from '@gesim/contracts/testing'

/**
 * Runs forge tests that take snapshots of gas, each call a transaction of its own, and answers with the gas of a step. The
 * committed snapshots stay as they are. Throws when forge does, or when a step was not measured.
 */
export async function gasSnapshot(tests: string, name: string): Promise<(step: string) => number> {
  const out = mkdtempSync(join(tmpdir(), 'gesim-gas-'))
  try {
    await forge(['test', '--isolate', '--match-path', tests], out)
    const of: Record<string, string> = JSON.parse(readFileSync(join(out, `${name}.json`), 'utf8'))
    return (step) => {
      if (!of[step]) throw new Error(`The gas of “${step}” was not measured.`)
      return Number(of[step])
    }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

function forge(args: readonly string[], snapshots: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(foundryBinary('forge'), args, {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, FOUNDRY_SNAPSHOTS: snapshots },
    })
    child.on('error', reject)
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`forge ended with ${code}`))))
  })
}
