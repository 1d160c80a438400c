// Vitest's global set-up of the journeys: one stack for all files, started when the first one asks, stopped at the end.
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { type RunningStack, stackAt, startStack } from './start-stack.ts'

interface Kept {
  readonly stack: RunningStack
  readonly web: boolean
}

/** Opens the keeper; gives how to end it. */
export default async function keepStack(project: TestProject): Promise<() => Promise<void>> {
  // One that runs already is used and left alone: for whoever writes journeys.
  const running = process.env.GESIM_E2E_STACK
  let kept: Promise<Kept> | undefined = running
    ? Promise.resolve({ stack: { ...stackAt(running), stop: async () => {} }, web: true })
    : undefined

  // A run of all files will want the web app: with it from the start, nothing is stopped and started in between.
  const whole = project.name === 'e2e' && !process.argv.some((argument) => argument.endsWith('.test.ts'))

  // Two runs look for free ports at the same time; a stack of a test's own takes those from 3475 on.
  const port = project.name === 'e2e' ? 3400 : 3450

  // One that has the web app serves those that do not need it, too; else it is started anew over the same data.
  async function provide(web: boolean): Promise<Kept> {
    const before = await kept?.catch(() => undefined)
    if (before && (before.web || !web)) return before
    const dataDir = before?.stack.dataDir
    await before?.stack.stop()
    return { stack: await startStack({ web, keep: true, port, ...(dataDir ? { dataDir } : {}) }), web }
  }

  const server = createServer((request, response) => {
    const web = whole || (request.url?.includes('web=1') ?? false)
    const next = provide(web)
    kept = next
    next.then(
      ({ stack }) => response.end(JSON.stringify({ dataDir: stack.dataDir })),
      (error: Error) => response.end(JSON.stringify({ failed: error.message })),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  project.provide('stackKeeper', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return async () => {
    server.close()
    server.closeAllConnections()
    const last = await kept?.catch(() => undefined)
    await last?.stack.stop()
    // For whoever wants to read the logs of a failed run.
    if (last && !running && !process.env.GESIM_E2E_KEEP)
      rmSync(last.stack.dataDir, { recursive: true, force: true })
  }
}
