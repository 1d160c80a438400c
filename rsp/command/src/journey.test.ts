import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDesk, type Desk, GESIM_EUICC, type Served } from './testing/run.ts'

let desk: Desk
let server: Served
beforeAll(async () => {
  desk = createDesk()
  for (const name of ['nist', 'brainpool', 'http', 'process', 'code', 'answer', 'event'])
    await desk.run('profile', '--out', `.gesim-rsp/profiles/${name}.der`, '--name', 'Test operator')
  server = await desk.serve('--brainpool-port', '0', '--http-port', '0', '--smds', '--smds-port', '0')
})
afterAll(() => desk.stop())

/** Orders a profile of a type; gives its activation code. */
async function order(type: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await desk.run(
    'order',
    '--smdp',
    server.smdpAddress,
    '--profile-type',
    type,
    ...args,
  )
  expect(code, err).toBe(0)
  return out.trim()
}

const stepsOf = (out: string) => [...out.matchAll(/ s {2}(\w+)/g)].map(([, step]) => step)

describe('a newcomer in an empty folder', () => {
  it('orders, downloads, enables and looks at a profile with four commands', async () => {
    const code = await order('nist')
    expect(code).toMatch(/^LPA:1\$localhost:\d+\$[A-Z0-9-]+$/)
    const done = await desk.run('download', code, '--enable')
    expect(done.code, done.err).toBe(0)
    expect([...new Set(stepsOf(done.out))]).toEqual([
      'authenticate',
      'preview',
      'prepare',
      'fetch',
      'install',
      'installed',
      'notify',
      'enabled',
    ])
    expect(done.out).toContain('accepted true')
    const list = await desk.run('profiles', '--json')
    expect(list.json()).toMatchObject([{ state: 'enabled', profileName: 'nist' }])
    const [{ iccid }] = list.json() as [{ iccid: string }]
    expect((await desk.run('inspect', '.gesim-rsp/profiles/nist.der')).out).toContain(`iccid: ${iccid}`)
    // The code is used up, and the program says so with a way on.
    const again = await desk.run('download', code)
    expect(again.code).toBe(1)
    expect(again.err).toMatch(/8\.2\.6\/3\.8.*\n.*Next: No order waits/s)
  })

  it('meets the brainpool listener with a brainpool card', async () => {
    const code = await order('brainpool')
    const map = `${server.smdpAddress}=https://localhost:${server.ports[1]}`
    const done = await desk.run('download', code, '--curve', 'brainpool', '--state', 'brp.json', '--map', map)
    expect(done.code, done.err).toBe(0)
  })

  it('may go over plain HTTP where a proxy does the rest', async () => {
    const map = `${server.smdpAddress}=http://127.0.0.1:${server.ports[2]}`
    const done = await desk.run('download', await order('http'), '--state', 'http.json', '--map', map)
    expect(done.code, done.err).toBe(0)
  })

  it('brings another card: a command that speaks JSON lines', async () => {
    const code = await order('process')
    const card = `"${process.execPath}" "${GESIM_EUICC}" --pki .gesim-rsp/pki --state 'another card.json'`
    // The card is another program: whose certificates the server has is not known by it.
    const refused = await desk.run('download', code, '--card', card)
    expect(refused.code).toBe(3)
    expect(refused.err).toContain('Next: The issuer is not trusted: name it with --ca FILE.')
    const ca = '.gesim-rsp/pki/CertificateIssuer/CERT_CI_ECDSA_NIST.der'
    const done = await desk.run('download', code, '--card', card, '--ca', ca)
    expect(done.code, done.err).toBe(0)
    const list = await desk.run('profiles', '--card', card, '--json')
    expect(list.json()).toMatchObject([{ profileName: 'process', state: 'disabled' }])
  })
})

describe('the user of a download', () => {
  it('needs the confirmation code, and three wrong ones are enough', async () => {
    const code = await order('code', '--confirmation-code', '4711')
    expect(code).toMatch(/\$\$1$/)
    const missing = await desk.run('download', code, '--state', 'code.json')
    expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('lpa.confirmation-code-missing')])
    for (let i = 0; i < 2; i++) {
      const wrong = await desk.run('download', code, '--state', 'code.json', '--confirmation-code', '1')
      expect(wrong.err).toContain('8.2.7/3.8')
    }
    const last = await desk.run('download', code, '--state', 'code.json', '--confirmation-code', '1')
    expect(last.err).toContain('8.2.7/6.4')
  })

  it('puts it off, or lets time pass, and the order stays open; another reason ends it', async () => {
    const code = await order('answer')
    const state = ['--state', 'answer.json']
    for (const answer of ['later', 'postponed', 'timeout']) {
      const put = await desk.run('download', code, ...state, '--answer', answer)
      expect([put.code, put.err]).toEqual([1, expect.stringContaining('lpa.not-wanted')])
    }
    const ended = await desk.run('download', code, ...state, '--answer', 'loadBppExecutionError')
    expect(ended.err).toContain('reason: loadBppExecutionError')
    expect((await desk.run('download', code, ...state)).err).toContain('8.2.6/3.8')
  })

  it('finds what waits at the discovery server, and keeps house', async () => {
    const card = ['--state', 'event.json']
    const smds = server.smds!.smdsAddress
    expect((await desk.run('download', ...card, '--discover', '--smds', smds)).err).toContain(
      'rsp.nothing-found',
    )
    const [{ eid }] = (await desk.run('card', ...card, '--json')).json() as [{ eid: string }]
    await order('event', '--eid', eid, '--smds', smds)
    const found = await desk.run('discover', ...card, '--smds', smds, '--json')
    expect(found.json()).toMatchObject([{ rspServerAddress: server.smdpAddress }])
    const done = await desk.run('download', ...card, '--discover', '--smds', smds, '--json')
    expect(done.code, done.err).toBe(0)
    const { installed: iccid } = done.json().find((line) => 'installed' in line) as { installed: string }

    // The profile tells its server of each change, in order.
    expect((await desk.run('enable', iccid, ...card, '--no-notify')).code).toBe(0)
    const cut = ['--map', `${server.smdpAddress}=https://127.0.0.1:1`]
    const kept = await desk.run('disable', iccid, ...card, ...cut)
    expect([kept.code, kept.err]).toEqual([3, expect.stringContaining('rsp.kept-notifications')])
    const waiting = (await desk.run('notifications', ...card, '--json')).json()
    expect(waiting.map(({ event }) => event)).toEqual(['enable', 'disable'])
    const sent = await desk.run('notifications', '--send', ...card)
    expect(sent.out).toMatch(/^sent {2}\d+ {2}enable .*\nsent {2}\d+ {2}disable /)
    expect((await desk.run('nickname', iccid, 'Holiday', ...card)).code).toBe(0)
    expect((await desk.run('profiles', ...card)).out).toContain('(Holiday)')
    expect((await desk.run('reset', ...card)).err).toContain('say --yes')
    expect((await desk.run('delete', iccid, ...card)).code).toBe(0)
    expect((await desk.run('profiles', ...card)).out).toBe('')
  })
})

describe('a foreign directory of certificates', () => {
  it('without keys of its issuer gets a TLS certificate of this machine, which clients are told to trust', async () => {
    await desk.run('pki', 'foreign', '--curve', 'nist', '--smdp-host', 'elsewhere.example.com')
    for (const gone of ['CertificateIssuer/SK_CI_ECDSA_NIST.pem', 'Operators', 'CRL'])
      rmSync(desk.path('foreign', gone), { recursive: true })
    const foreign = await desk.serve('--pki', 'foreign', '--profiles', '.gesim-rsp/profiles')
    const authority = /clients must trust (\S+)/.exec(foreign.said())?.[1]
    expect(authority).toBeDefined()
    const who = ['--smdp', foreign.smdpAddress, '--pki', 'foreign', '--ca', authority!]
    const ordered = await desk.run('order', ...who, '--profile-type', 'nist')
    expect(ordered.code, ordered.err).toBe(0)
    const card = ['--pki', 'foreign', '--curve', 'nist', '--state', 'foreign.json']
    const done = await desk.run('download', ordered.out.trim(), ...card, '--ca', authority!)
    expect(done.code, done.err).toBe(0)
    expect(await foreign.stop()).toBe(0)
    // A second start finds what the first one made.
    const again = await desk.serve('--pki', 'foreign')
    expect(again.said()).not.toContain('Made')
  })
})
