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

/** Scripts, modules among them, and what a page asks for ahead of them. */
const TAGS = /<(?:script|link)\b[^>]*>/g

/** The addresses of all scripts that a page names, each once; those for browsers without modules are loaded by none of today's. */
export function scriptsOf(page: string): string[] {
  const named = [...page.matchAll(TAGS)].flatMap(([tag]) => {
    const of = (name: string) => new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(tag)?.[1]
    if (tag.startsWith('<script')) return /\snomodule\b/i.test(tag) ? [] : [of('src')]
    const ahead = of('rel') === 'modulepreload' || (of('rel') === 'preload' && of('as') === 'script')
    return ahead ? [of('href')] : []
  })
  return [...new Set(named.filter((address) => address !== undefined))]
}

/** kB (1000 bytes) of the scripts that a page names itself, each compressed with gzip as a server sends it. */
async function scriptsKb(base: string, path: string): Promise<number> {
  // As a browser asks for a document.
  const response = await fetch(base + path, { headers: { accept: 'text/html' } })
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  let bytes = 0
  for (const source of scriptsOf(await response.text())) {
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
