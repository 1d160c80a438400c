import { describeSettings, readSettings, type SettingsOf, type SettingsTable } from '@gesim/base'

/** A server as a program runs it. */
export interface ServedProcess {
  /** What the line `ready` says. */
  readonly summary: Readonly<Record<string, unknown>>
  /** Reads the certificates again; rejects with what was refused, which is logged. */
  reload(): Promise<void>
  stop(): Promise<void>
}

/**
 * A server as a process: settings from the environment, `ready {json}` on stdout when it serves, SIGHUP reads the
 * certificates again, SIGTERM and SIGINT end it. `--settings` lists the settings.
 */
export async function serveAsProcess<Table extends SettingsTable>(
  table: Table,
  serve: (settings: SettingsOf<Table>) => Promise<ServedProcess>,
): Promise<void> {
  if (process.argv.includes('--settings')) {
    process.stdout.write(`${describeSettings(table)}\n`)
    return
  }
  try {
    const served = await serve(readSettings(table))
    const stop = () => {
      served
        .stop()
        .then(() => process.exit(0))
        .catch(() => process.exit(1))
    }
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
    process.on('SIGHUP', () => void served.reload().catch(() => undefined))
    process.stdout.write(`ready ${JSON.stringify(served.summary)}\n`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
}
