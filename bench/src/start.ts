// Seconds from the command to the first page, installed and built, on data that exist.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAnvil } from '@gesim/contracts/testing'
import { type RunningStack, startStack } from '@gesim/e2e/stack'
import { startPostgres } from '@gesim/store'
import { type Row, row, secondsOf } from './row.ts'

async function firstPage(stack: RunningStack): Promise<void> {
  const response = await fetch(stack.read().webUrl!)
  if (!response.ok) throw new Error(`the first page answered ${response.status}`)
  await response.text()
}

export async function start(): Promise<Row[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gesim-bench-'))
  const open = () => startStack({ dataDir, keep: true })
  try {
    await (await open()).stop()
    let again: RunningStack | undefined
    const ours = await secondsOf(async () => {
      again = await open()
      await firstPage(again)
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
    rmSync(dataDir, { recursive: true, force: true })
  }
}
