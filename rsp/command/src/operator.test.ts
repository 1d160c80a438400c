import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDesk, type Desk, GESIM_EUICC, type Served } from './testing/run.ts'

let desk: Desk
let server: Served
let at: readonly string[]
beforeAll(async () => {
  desk = createDesk()
  for (const name of ['one', 'two', 'tcp'])
    await desk.run('profile', '--out', `.gesim-rsp/profiles/${name}.der`)
  server = await desk.serve()
  at = ['--smdp', server.smdpAddress]
})
afterAll(() => desk.stop())

describe('an operator', () => {
  it('confirms first and releases later; the same call again is the same order', async () => {
    const ordering = ['order', ...at, '--profile-type', 'one', '--no-release', '--call-id', 'A-1', '--json']
    const [first] = (await desk.run(...ordering)).json() as [
      { iccid: string; activationCode: string; state: string },
    ]
    expect(first.state).toBe('confirmed')
    const [again] = (await desk.run(...ordering)).json()
    expect(again).toEqual(first)
    const early = await desk.run('download', first.activationCode)
    expect(early.err).toMatch(/8\.2\/1\.2.*Next: The operator did not release/s)
    expect((await desk.run('order', 'release', first.iccid, ...at)).code).toBe(0)
    expect((await desk.run('download', first.activationCode)).code).toBe(0)
    const late = await desk.run('order', 'cancel', first.iccid, ...at)
    expect([late.code, late.err]).toEqual([1, expect.stringContaining('sgp22.function-failed')])
  })

  it('takes an order back, and the profile is there to be ordered again, or never', async () => {
    const ordered = async () => {
      const { err, out } = await desk.run('order', ...at, '--profile-type', 'two', '--json')
      return (out ? JSON.parse(out) : { err }) as { iccid: string; activationCode: string; err?: string }
    }
    const first = await ordered()
    expect((await desk.run('order', 'cancel', first.iccid, ...at)).code).toBe(0)
    expect((await desk.run('download', first.activationCode)).err).toContain('8.2.6/3.8')
    const second = await ordered()
    expect(second.iccid).toBe(first.iccid)
    expect((await desk.run('order', 'cancel', second.iccid, ...at, '--unavailable')).code).toBe(0)
    expect((await ordered()).err).toContain('sgp22.function-failed')
  })

  it('brings a profile, under a name for the screen', async () => {
    await desk.run('profile', '--out', 'mine.der', '--iccid', '8988211000000000015')
    const upload = ['order', 'upload', 'mine.der', '--profile-type', 'mine', '--name', 'Mine', ...at]
    expect((await desk.run(...upload)).out).toContain('Uploaded 8988211000000000015 as mine.')
    const ordered = await desk.run('order', ...at, '--iccid', '8988211000000000015')
    const done = await desk.run('download', ordered.out.trim(), '--state', 'mine.json')
    expect(done.out).toContain('Installed 8988211000000000015 "Mine"')
    const again = await desk.run(...upload)
    expect(again.err).toMatch(/rsp\.upload-refused/)
    expect(again.err).toContain('code: smdp.iccid-in-use')
  })

  it('of another authority is nobody here', async () => {
    await desk.run('pki', 'stranger', '--curve', 'nist')
    const ca = '.gesim-rsp/pki/CertificateIssuer/CERT_CI_ECDSA_NIST.pem'
    const ran = await desk.run('order', ...at, '--pki', 'stranger', '--ca', ca, '--profile-type', 'one')
    expect(ran.code).toBe(1)
    expect(ran.err).toMatch(/subject: 1\.1\n.*Next: The SM-DP\+ does not know the certificate/s)
  })
})

describe('a card behind a TCP port', () => {
  it('takes a profile like any other', async () => {
    const args = [GESIM_EUICC, '--pki', '.gesim-rsp/pki', '--listen', '127.0.0.1:0']
    const card = spawn(process.execPath, args, { cwd: desk.directory, stdio: ['ignore', 'ignore', 'pipe'] })
    const closed = once(card, 'close')
    try {
      let place = ''
      for await (const line of createInterface({ input: card.stderr! })) {
        place = /listening on (\S+)/.exec(line)?.[1] ?? ''
        if (place) break
      }
      const code = (await desk.run('order', ...at, '--profile-type', 'tcp')).out.trim()
      const done = await desk.run('download', code, '--tcp', place, '--ca', '.gesim-rsp/pki')
      expect(done.code, done.err).toBe(0)
      expect((await desk.run('profiles', '--tcp', place)).out).toContain('"tcp"')
    } finally {
      card.kill('SIGTERM')
      await closed
    }
  })
})

describe('inspect', () => {
  it('reads stdin, files and PEM, and shows what is asked for', async () => {
    const der = readFileSync(desk.path('.gesim-rsp/pki/EUM/CERT_EUM_ECDSA_NIST.der'))
    const fromStdin = await desk.runWith(Uint8Array.from(der), 'inspect', '-')
    expect(fromStdin.out).toContain('role: CERT.EUM: manufacturer of cards')
    const fromPem = await desk.run('inspect', '.gesim-rsp/pki/EUM/CERT_EUM_ECDSA_NIST.pem')
    expect(fromPem.out).toBe(fromStdin.out)
    const brainpool = await desk.run('inspect', '.gesim-rsp/pki/EUM/CERT_EUM_ECDSA_BRP.der', '--json')
    expect(JSON.stringify(brainpool.json())).toContain('brainpool 04')
    const list = await desk.run('inspect', '.gesim-rsp/pki/CRL/CRL_NIST.crl')
    expect(list.out).toContain('CertificateList')
    const upp = await desk.run('inspect', '.gesim-rsp/profiles/one.der', '--offsets')
    expect(upp.out).toMatch(/^ {5}0: A0 header/m)
  })

  it('says what a directory of certificates is good for', async () => {
    const shown = await desk.run('pki', '--show', '.gesim-rsp/pki')
    expect(shown.out).toContain(
      'Good for: SM-DP+ nist with TLS, SM-DS nist, card nist, SM-DP+ brainpool with TLS',
    )
  })
})
