// Ports on loopback: the ones of last time when they are still free, else others.
import { createServer } from 'node:net'

const HOST = '127.0.0.1'

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, HOST, () => probe.close(() => resolve(true)))
  })
}

/** The first free port of: the wanted one, then the ones after it. Ports already given in this run are passed by. */
export async function choosePort(wanted: number, taken: Set<number>): Promise<number> {
  for (let port = wanted; port < wanted + 500; port++) {
    if (!taken.has(port) && (await isFree(port))) {
      taken.add(port)
      return port
    }
  }
  throw new Error(`no free port from ${wanted} on`)
}
