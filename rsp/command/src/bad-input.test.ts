import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readPackage } from '@gesim/saip'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMANDS } from './commands/index.ts'
import { createDesk, type Desk, type Served } from './testing/run.ts'

let desk: Desk
let server: Served
beforeAll(async () => {
  desk = createDesk()
  mkdirSync(desk.path('.gesim-rsp', 'profiles'), { recursive: true })
  await desk.run('profile', '--out', 'good.der')
  const bad = Uint8Array.from(readFileSync(desk.path('good.der')))
  const mf = readPackage(bad).elements[1]!
  // The tag of the MF element becomes one that no element has: only the card finds out.
  bad[mf.offset] = 0xaf
  writeFileSync(desk.path('.gesim-rsp', 'profiles', 'bad.der'), bad)
  writeFileSync(desk.path('noise.bin'), Uint8Array.of(0, 1, 2, 3, 0xff, 0xfe))
  writeFileSync(desk.path('empty'), '')
  writeFileSync(desk.path('orders.json'), '{"orders": [{"package": "none.der"}]}')
  server = await desk.serve()
})
afterAll(() => desk.stop())

/** What is typed, the exit code, and what the message says. */
const TABLE: [string, number, RegExp][] = [
  ['dowload', 2, /there is no command dowload; did you mean download\?/],
  ['inspect', 2, /inspect needs a message/],
  ['inspect --fill x', 2, /no option --fill; did you mean --full\?/],
  ['inspect nonsense!', 1, /rsp\.not-a-message/],
  ['inspect empty', 1, /it is empty/],
  ['inspect noise.bin', 1, /rsp\.damaged/],
  ['inspect BF2E128010', 1, /rsp\.damaged/],
  ['inspect LPA:1.example.com-1$', 1, /sgp22\.not-activation-code/],
  ['pki --curve p521', 2, /--curve is nist, brainpool or both/],
  ['pki --operator aurora', 2, /NAME=OID/],
  ['pki --eid 1234', 1, /sgp22\.not-eid/],
  ['pki --show nowhere', 1, /rsp\.file-unreadable.*/],
  ['profile', 2, /profile needs --out/],
  ['profile --out good.der', 1, /rsp\.file-exists/],
  ['profile --out x.der --ki 00', 2, /--ki takes 16 or 32 bytes in hex/],
  ['profile --out x.der --imsi 12', 1, /saip\.value-invalid/],
  ['profile --out x.der --template noise.bin', 1, /saip\.not-a-profile/],
  ['profile --out good.der/x.der --iccid 8988211000000000015', 1, /rsp\.file-unwritable/],
  ['order', 2, /--profile-type or --iccid/],
  ['order sell', 2, /order has no action sell/],
  ['order --profile-type data --pki nowhere', 1, /rsp\.no-operator.*/],
  ['order release', 2, /takes the ICCID/],
  ['order release 12', 1, /sgp22\.not-iccid/],
  ['order --profile-type x --smdp https://127.0.0.1:1', 3, /ECONNREFUSED.*Next: Nothing listens there/s],
  ['order upload noise.bin --profile-type x', 1, /saip\.not-a-profile/],
  ['download LPA:1.example.com-1', 1, /single quotes/],
  ['download LPA:1$a.example$B --map a.example', 2, /--map a\.example: it takes HOST=URL/],
  ['download LPA:1$a.example$B --answer perhaps', 2, /--answer is yes, no, later/],
  ['download LPA:1$a.example$B --pki nowhere', 1, /rsp\.no-pki/],
  ['download LPA:1$a.example$B --card x --tcp y', 2, /give one of them/],
  ['download LPA:1$a.example$B --card /no/such/card', 3, /lpa\.card-gone/],
  ['download LPA:1$a.example$B --tcp 127.0.0.1:1', 3, /lpa\.card-gone/],
  ['download LPA:1$a.example$B --reader any', 1, /lpa\.no-pcsc/],
  ['download LPA:1$a.example$B --block-bytes 300', 2, /16 to 255/],
  ['download LPA:1$a.example$B --imei 12', 1, /lpa\.not-imei/],
  ['download LPA:1$a.example$B --aid xyz', 2, /--aid takes/],
  ['download LPA:1$a.example$B --ca nowhere.pem', 1, /rsp\.file-unreadable/],
  ['download', 1, /lpa\.no-server/],
  ['enable', 2, /takes the ICCID/],
  ['enable 8988211000000000015', 1, /result: iccidOrAidNotFound/],
  ['nickname 8988211000000000015', 2, /an ICCID and a name/],
  ['notifications --drop x', 2, /the number of a notification/],
  ['notifications --drop 99', 1, /nothingToDelete/],
  ['serve --port seven', 2, /--port cannot be read/],
  ['serve --port 0 --host 192.0.2.1', 1, /rsp\.port-taken/],
  ['serve --port 0 --orders orders.json', 1, /smdp\.bad-stock/],
  ['serve --port 0 --database postgres://127.0.0.1:1/x', 1, /smdp\.data-key-missing/],
]

describe('what is typed wrong', () => {
  it.each(TABLE)('%s', async (line, code, says) => {
    const ran = await desk.run(...line.split(' '))
    expect({ code: ran.code, err: ran.err }).toEqual({ code, err: expect.stringMatching(says) })
    // Always a sentence, a way on and a code that can be looked up.
    expect(ran.err).toMatch(/✗ [A-Z].*\n(?:.*\n)* {2}Next: .*\n {2}\([a-z0-9]+\.[a-z-]+\)\n$/)
    expect(ran.err).not.toMatch(/\n\s+at /)
  })

  it('is told to a program as JSON', async () => {
    const { code, err } = await desk.run('inspect', '--json', 'BF2E')
    expect(code).toBe(1)
    expect(JSON.parse(err)).toMatchObject({ failed: 'rsp.damaged', remedy: expect.any(String) })
  })
})

describe('a profile that the card cannot install', () => {
  it('is told with command, reason, profile element and offset', async () => {
    const ordered = await desk.run('order', '--smdp', server.smdpAddress, '--profile-type', 'bad')
    expect(ordered.code, ordered.err).toBe(0)
    const { code, err } = await desk.run('download', ordered.out.trim())
    expect(code).toBe(1)
    expect(err).toContain('command: loadProfileElements (5)')
    expect(err).toContain('reason: installFailedDueToPEProcessingError (12)')
    expect(err).toContain('status: pe-not-supported (1)')
    expect(err).toMatch(/offset: \d+/)
    // The server heard of it: the order is over.
    expect((await desk.run('download', ordered.out.trim())).err).toContain('8.2.6/3.8')
  })
})

describe('help', () => {
  it('exists for the program and for each command, in the words of its table', async () => {
    const program = await desk.run('--help')
    expect(program.code).toBe(0)
    for (const { name, summary } of COMMANDS) expect(program.out).toContain(`${name.padEnd(13)}  ${summary}`)
    expect((await desk.run()).out).toBe(program.out)
    const one = await desk.run('help', 'download')
    expect(one.out).toContain('Usage\n  gesim-rsp download')
    expect((await desk.run('download', '--help')).out).toBe(one.out)
    expect(one.out.split('\n').every((line) => line.length <= 130)).toBe(true)
  })
})
