import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

export const ROOT = join(import.meta.dirname, '..', '..', '..')

export const HELP = `npm start [-- options]

Brings up the whole product on loopback: database, chain, contracts, SM-DP+, simulated carriers, sign-in provider,
the node with every role, three attestors, a phone in software and the web app. Ctrl-C stops all. A second start
resumes the same data; a version with other contracts refuses them (README, Updating).

  --reset        begin anew: deletes purchases, test money, keys and profiles of earlier starts
  --data DIR     keep data there instead of .gesim in the repository
  --port N       the web app's port (default 3000, or the next free one)
  --no-web       everything but the web app
  --help         this text`

export interface Options {
  readonly reset: boolean
  readonly dataDir: string
  readonly webPort: number
  readonly web: boolean
}

/** Reads the command line; prints help and ends when asked to, and on an unknown option. */
export function readOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        reset: { type: 'boolean', default: false },
        data: { type: 'string', default: join(ROOT, '.gesim', 'stack') },
        port: { type: 'string', default: '3000' },
        'no-web': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(HELP)
      process.exit(0)
    }
    const webPort = Number(values.port)
    if (!Number.isInteger(webPort) || webPort < 1 || webPort > 65_535)
      throw new Error(`--port ${values.port} is not a port`)
    return { reset: values.reset, dataDir: resolve(values.data), webPort, web: !values['no-web'] }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`)
    process.exit(2)
  }
}
