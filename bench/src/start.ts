// Seconds from the command to the first page, installed and built, on data that exist.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startAnvil } from '@gesim/contracts/testing'
import { startPostgres } from '@gesim/store'
import { type Row, row, secondsOf } from './row.ts'
import { freshDataDir, openStack, removeDataDir } from './stack.ts'

async function firstPage(dataDir: string): Promise<void> {
  const { webUrl } = JSON.parse(readFileSync(join(dataDir, 'stack.json'), 'utf8')) as { webUrl: string }
  const response = await fetch(webUrl)
  if (!response.ok) throw new Error(`the first page answered ${response.status}`)
  await response.text()
}

export async function start(): Promise<Row[]> {
  const dataDir = freshDataDir()
  try {
    const first = await openStack(dataDir)
    await first.stop()
    let again: Awaited<ReturnType<typeof openStack>> | undefined
    const ours = await secondsOf(async () => {
      again = await openStack(dataDir)
      await firstPage(dataDir)
    })
    await again!.stop()
    // The two programs that are not ours, alone, one after the other, on the same data.
    const anchor = await secondsOf(async () => {
      const postgres = await startPostgres({ dataDir: join(dataDir, 'postgres') })
      const anvil = await startAnvil({ statePath: join(dataDir, 'chain.json') })
      await anvil.stop()
      await postgres.stop()
    })
    return [row('start', ours, anchor, 's', 'Postgres and anvil alone, started and stopped on the same data')]
  } finally {
    removeDataDir(dataDir)
  }
}
