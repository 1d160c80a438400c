// Ports on loopback: the ones of last time when they are still free, else others.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { refuse } from '@gesim/base'

const HOST = '127.0.0.1'

/** Where each part listens, and the port it likes best. */
const WANTED = {
  web: 3000,
  node: 4100,
  chain: 8645,
  database: 5499,
  smdp: 8450,
  smds: 8451,
  signIn: 4200,
  phone: 4300,
  aurora: 8460,
  auroraRadio: 8461,
  borealis: 8470,
  borealisRadio: 8471,
  esimAccess: 8480,
  cardRamp: 4400,
} as const

export type PartName = keyof typeof WANTED
export type Ports = Record<PartName, number>

const LAST_PORT = 65_535

/** Ports above 1024 that browsers open no page of (Fetch standard, section 2.9 "Port blocking"). */
const BLOCKED_BY_BROWSERS = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10_080,
])

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, HOST, () => probe.close(() => resolve(true)))
  })
}

/** Last time's ports; a file that was cut off while it was written is none. */
function readLast(path: string): Partial<Ports> {
  if (!existsSync(path)) return {}
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) ?? {}) as Partial<Ports>
  } catch {
    return {}
  }
}

export interface WebWish {
  readonly webPort: number
  readonly web: boolean
}

/**
 * A free port for each part: last time's, else the first free one from the wanted one on. Written down for next time.
 * Without our web app its port is kept as wished, taken or not: whoever serves the pages there is let in by the node.
 */
export async function choosePorts(dataDir: string, { webPort, web }: WebWish): Promise<Ports> {
  const path = join(dataDir, 'ports.json')
  const last = readLast(path)
  const taken = new Set<number>()
  const chosen = {} as Ports
  for (const part of Object.keys(WANTED) as PartName[]) {
    const wanted = part === 'web' ? webPort : (last[part] ?? WANTED[part] + webPort - WANTED.web)
    const isOurs = part !== 'web' || web
    let port = wanted
    const isUsable = async () =>
      port <= LAST_PORT && !taken.has(port) && !BLOCKED_BY_BROWSERS.has(port) && (await isFree(port))
    while (isOurs && !(await isUsable())) {
      if (++port > Math.min(wanted + 500, LAST_PORT))
        throw refuse('stack.no-free-port', { part, from: wanted, to: port - 1 })
    }
    taken.add(port)
    chosen[part] = port
  }
  writeFileSync(path, JSON.stringify(chosen, null, 2))
  return chosen
}
