// What a browser must load before a page works, on a first visit.
import { gzipSync } from 'node:zlib'
import { startStack } from '@gesim/e2e/stack'
import { type Row, row } from './row.ts'

/** Pages and the most that each may take, in kB of compressed JavaScript. */
const PAGES = [
  { name: 'landing', path: '/', budgetKb: 120 },
  { name: 'plans', path: '/plans', budgetKb: 150 },
  { name: 'dashboard', path: '/finance', budgetKb: 180 },
] as const

const SCRIPT = /<script\b[^>]*\bsrc="([^"]+)"[^>]*>/g

/** kB (1000 bytes) of the scripts that a page names itself, each compressed with gzip as a server sends it. */
async function scriptsKb(base: string, path: string): Promise<number> {
  const response = await fetch(base + path)
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  const page = await response.text()
  // Scripts for browsers without modules are loaded by none of today's.
  const tags = [...page.matchAll(SCRIPT)].filter(([tag]) => !/\bnomodule\b/i.test(tag))
  let bytes = 0
  for (const source of new Set(tags.map((tag) => tag[1]!))) {
    const script = await fetch(new URL(source, base))
    if (!script.ok) throw new Error(`${source} answered ${script.status}`)
    bytes += gzipSync(Buffer.from(await script.arrayBuffer())).length
  }
  if (bytes === 0) throw new Error(`${path} names no script: the page has changed its form`)
  return bytes / 1000
}

export async function web(): Promise<Row[]> {
  const stack = await startStack()
  try {
    const base = stack.read().webUrl!
    const rows: Row[] = []
    for (const { name, path, budgetKb } of PAGES)
      rows.push(
        row(`web.firstLoad.${name}`, await scriptsKb(base, path), budgetKb, 'kB gz', 'what it may take'),
      )
    return rows
  } finally {
    await stack.stop()
  }
}
