import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { choosePorts } from './ports.ts'

let dataDir: string
let other: Server
let taken: number
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'gesim-ports-'))
  other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  taken = (other.address() as AddressInfo).port
})
afterEach(() => {
  other.close()
  rmSync(dataDir, { recursive: true, force: true })
})

it('avoids a port that somebody else has', async () => {
  const ports = await choosePorts(dataDir, { webPort: taken, web: true })
  expect(ports.web).toBeGreaterThan(taken)
})

it('without our web app keeps its port as wished, so that the pages served there by somebody else are let in', async () => {
  const ports = await choosePorts(dataDir, { webPort: taken, web: false })
  expect(ports.web).toBe(taken)
  expect(Object.values(ports).filter((port) => port === taken)).toHaveLength(1)
})

it('puts nothing at a port that browsers do not open', async () => {
  // 1700 above what it likes best, the phone would be at 6000.
  const ports = await choosePorts(dataDir, { webPort: 4_700, web: false })
  expect(ports.phone).toBeGreaterThan(6_000)
})

it('gives every part the port of last time', async () => {
  const first = await choosePorts(dataDir, { webPort: 3655, web: false })
  expect(await choosePorts(dataDir, { webPort: 3855, web: false })).toEqual({ ...first, web: 3855 })
})

it('a range that ends above the last port is refused, and a file that was cut off is none', async () => {
  writeFileSync(join(dataDir, 'ports.json'), '{"chain": 97')
  await expect(choosePorts(dataDir, { webPort: 65_000, web: false })).rejects.toMatchObject({
    code: 'stack.no-free-port',
  })
  expect((await choosePorts(dataDir, { webPort: 3_900, web: false })).chain).toBeGreaterThan(0)
})
