import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { makeTestPki } from '@gesim/crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from './command.ts'

const bin = fileURLToPath(new URL('../bin/gesim-euicc.mjs', import.meta.url))
let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gesim-euicc-'))
  makeTestPki(directory)
})
afterAll(() => rmSync(directory, { recursive: true }))

const line = (func: string, param: string | null = null) =>
  `${JSON.stringify({ type: 'apdu', payload: { func, param } })}\n`

const SESSION = [
  line('connect'),
  line('logic_channel_open', 'a0000005591010ffffffff8900000100'),
  line('transmit', '81e2910003bf2e00'),
  line('transmit', '81c0000015'),
  'not json\n',
  line('logic_channel_open', 'a000000087100299'),
  line('logic_channel_close', '01'),
  line('disconnect'),
]

const expectations = (answers: { ecode: number; data?: string }[]) => {
  expect(answers.map(({ ecode }) => ecode)).toEqual([0, 1, 0, 0, -1, -1, 0, 0])
  expect(answers[2]!.data).toBe('6115')
  expect(answers[3]!.data).toMatch(/^bf2e128010[0-9a-f]{32}9000$/)
}

async function run(args: readonly string[], input = ''): Promise<{ code: number; out: string; err: string }> {
  const text = { stdout: '', stderr: '' }
  const into = (name: keyof typeof text) =>
    new Writable({
      write(chunk, _encoding, done) {
        text[name] += chunk
        done()
      },
    })
  const streams = { stdin: Readable.from([input]), stdout: into('stdout'), stderr: into('stderr') }
  const code = await runCommand(args, streams)
  return { code, out: text.stdout, err: text.stderr }
}

describe('the command gesim-euicc', () => {
  it('speaks JSON lines on its streams, and says nothing else there', async () => {
    const { code, out, err } = await run(['--pki', directory], SESSION.join(''))
    expect(code).toBe(0)
    expectations(
      out
        .trim()
        .split('\n')
        .map((answer) => JSON.parse(answer).payload),
    )
    expect(err).toContain('not a request of the card bridge')
  })

  it('speaks them over TCP to one terminal at a time, as a process of its own', async () => {
    const child = spawn(process.execPath, [bin, '--pki', directory, '--listen', '127.0.0.1:0'])
    try {
      const port = await new Promise<number>((resolve) => {
        child.stderr.on('data', (chunk) => {
          const match = /listening on 127\.0\.0\.1:(\d+)/.exec(String(chunk))
          if (match) resolve(Number(match[1]))
        })
      })
      const socket = connect(port, '127.0.0.1')
      const answers = createInterface({ input: socket })[Symbol.asyncIterator]()
      const seen: { ecode: number; data?: string }[] = []
      for (const request of SESSION) {
        socket.write(request)
        seen.push(JSON.parse(String((await answers.next()).value)).payload)
      }
      expectations(seen)
      const second = createInterface({ input: connect(port, '127.0.0.1') })[Symbol.asyncIterator]()
      expect(JSON.parse(String((await second.next()).value)).payload.ecode).toBe(-1)
      socket.end()
    } finally {
      child.kill('SIGTERM')
      await new Promise((resolve) => child.on('close', resolve))
    }
  })

  it('explains itself and what is wrong', async () => {
    const help = await run(['--help'])
    expect(help.code).toBe(0)
    for (const option of [
      'pki',
      'make-pki',
      'state',
      'curve',
      'eid',
      'root-smds',
      'direct',
      'lenient',
      'listen',
    ])
      expect(help.out).toContain(`--${option} `)
    for (const line of help.out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120)
    expect(help.err).toBe('')
    expect((await run([])).err).toContain('--pki is missing')
    expect((await run(['--pki', directory, '--curve', 'rsa'])).code).toBe(2)
    const unknown = await run(['--pki', directory, '--states', 'x'])
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('gesim-euicc --help')])
    for (const place of ['4000', 'here:there', '127.0.0.1:70000'])
      expect((await run(['--pki', directory, '--listen', place])).err).toContain('HOST:PORT')
    const ready = await run(
      ['--pki', directory, '--root-smds', 'smds.example.test'],
      SESSION.slice(0, 2).join(''),
    )
    expect(ready.err).toMatch(/card \d{32} is ready/)
    const none = await run(['--pki', directory, '--curve', 'brainpool'])
    expect([none.code, none.err.includes('no card that can be used')]).toEqual([1, true])
  })
})
