// What a test does with the running product: asks for it, kills the node, changes its settings, makes carriers fail.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { type Stack, stackAt } from './start-stack.ts'
import { eventually } from './waiting.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the run's one stack is asked for. */
    stackKeeper: string
  }
}

/** The stack that all files of a run share. With `web`, it has the web app too. */
export async function sharedStack(options: { web?: boolean } = {}): Promise<Stack> {
  const response = await fetch(`${inject('stackKeeper')}/?web=${options.web ? 1 : 0}`, { method: 'POST' })
  const answer = (await response.json()) as { dataDir: string; failed?: string }
  if (answer.failed) throw new Error(answer.failed)
  return stackAt(answer.dataDir)
}

/** Kills the node as a power cut would. The stack starts it again. */
export function killNode(stack: Stack): void {
  process.kill(stack.read().pids.node!, 'SIGKILL')
}

/** Waits until the node answers; after a kill, the next one. */
export async function nodeServes(stack: Stack): Promise<void> {
  await eventually(
    'the node to serve',
    async () => {
      const response = await fetch(`${stack.read().nodeUrl}/v1/network`).catch(() => null)
      return response?.ok === true
    },
    120_000,
  )
}

/** Runs the node with other settings, by their environment names, for as long as `work` takes. */
export async function withSettings<T>(
  stack: Stack,
  settings: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  await restartWith(stack, settings)
  try {
    return await work()
  } finally {
    await restartWith(stack, {})
  }
}

async function restartWith(stack: Stack, settings: Readonly<Record<string, string>>): Promise<void> {
  writeFileSync(join(stack.dataDir, 'settings.json'), JSON.stringify(settings))
  const { node: before } = stack.read().pids
  process.kill(before!, 'SIGTERM')
  await eventually('the node to start again', () => stack.read().pids.node !== before, 60_000)
  await nodeServes(stack)
}

/** Sets what a simulated carrier does wrong; nothing, by default. */
export async function faultAt(
  stack: Stack,
  book: number,
  mode: 'none' | 'silent' | 'refuse' = 'none',
): Promise<void> {
  const { adminUrl, adminToken } = stack.read().carriers.find((carrier) => carrier.book === book)!
  const response = await fetch(`${adminUrl}/admin/fault`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ mode }),
  })
  if (!response.ok) throw new Error(`carrier ${book} does not take the fault ${mode}: ${response.status}`)
}
