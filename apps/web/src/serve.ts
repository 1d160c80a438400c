import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { readSettings } from '@gesim/base'
import { webSettings } from './settings.ts'

// Starts the web app as one process of the stack: builds when the sources are newer than the build, says
// `ready {json}` once it answers, ends when told to.
const folder = join(import.meta.dirname, '..')
// The page that works without us is a program of its own; the web app hands its file out.
const exitPage = join(folder, '../exit')
const next = join(dirname(createRequire(import.meta.url).resolve('next/package.json')), 'dist/bin/next')
const settings = readSettings(webSettings)
const env = {
  ...process.env,
  NODE_ENV: 'production' as const,
  NEXT_TELEMETRY_DISABLED: '1',
  // It asks itself for pages that it makes plain.
  WEB_HOST: settings.host,
  WEB_PORT: String(settings.port),
}

function newestMs(path: string): number {
  const info = statSync(path)
  if (!info.isDirectory()) return info.mtimeMs
  return Math.max(info.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))))
}

/** The build holds code of the packages below too: theirs count as sources. */
function isStale(): boolean {
  const stamp = join(folder, '.next/BUILD_ID')
  const made = [stamp, join(exitPage, 'dist/exit.html'), join(folder, 'public/alive.js')]
  if (!made.every((path) => existsSync(path))) return true
  const root = join(folder, '../..')
  const sources = [
    join(folder, 'src'),
    join(folder, 'next.config.ts'),
    join(exitPage, 'src'),
    ...['base', 'proofs'].map((name) => join(root, name, 'src')),
    join(root, 'contracts/abi'),
  ]
  return sources.some((path) => newestMs(path) > statSync(stamp).mtimeMs)
}

/** What runs at this time: whoever ends this process ends that too, also a build that takes long. */
let running: ChildProcess | undefined
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => running?.kill(signal))

function start(program: string, args: string[]): ChildProcess {
  running = spawn(process.execPath, [program, ...args], { cwd: folder, env, stdio: ['ignore', 2, 2] })
  return running
}

function run(program: string, args: string[] = []): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = start(program, args)
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

async function untilItAnswers(url: string): Promise<void> {
  for (;;) {
    try {
      await fetch(`${url}/icon.svg`, { signal: AbortSignal.timeout(2000) })
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

if (isStale()) {
  const code =
    (await run(join(folder, 'src/plain/build.ts'))) ||
    (await run(join(exitPage, 'src/build.ts'))) ||
    (await run(next, ['build']))
  if (code !== 0) process.exit(code)
}
const args = ['start', '--port', String(settings.port), '--hostname', settings.host]
const server = start(next, args)
server.once('exit', (code, signal) => process.exit(signal ? 0 : (code ?? 0)))
await untilItAnswers(`http://${settings.host}:${settings.port}`)
// WebAuthn knows no IP addresses: people open `localhost`.
console.log(`ready ${JSON.stringify({ url: `http://localhost:${settings.port}`, port: settings.port })}`)
