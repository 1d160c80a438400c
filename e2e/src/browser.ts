// The browser of the journeys: $CHROMIUM_PATH, Debian's, or the one that npm brings.
import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import chromiumFromNpm from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

/** Flags without which Chromium asks a closed network for updates at every start. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

async function executablePath(): Promise<string> {
  const given = process.env.CHROMIUM_PATH
  if (given) return given
  if (existsSync('/usr/bin/chromium')) return '/usr/bin/chromium'
  // It unpacks into a fixed folder below TMPDIR and reuses whatever lies there, so it gets a folder of its own.
  const dir = join(tmpdir(), `gesim-chromium-153-${process.getuid?.() ?? 0}`)
  mkdirSync(dir, { recursive: true })
  const before = process.env.TMPDIR
  process.env.TMPDIR = dir
  try {
    return await chromiumFromNpm.executablePath()
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}

/** A headless Chromium. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await executablePath(), args: QUIET, headless: true })
}
