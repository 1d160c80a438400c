import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createLog, readSettings } from '@gesim/base'
import {
  certificatePem,
  identityOf,
  issueEuicc,
  issueOperator,
  loadPki,
  makeTestPki,
  TEST_EID,
  tlsPemOf,
} from '@gesim/crypto'
import { writeUsimProfile } from '@gesim/saip'
import {
  callFunction,
  ES2PLUS,
  eidWithCheckDigits,
  type Peer,
  parseIccid,
  readStoreMetadata,
} from '@gesim/sgp22'
import { readTlv } from '@gesim/tlv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState, readStock, type ServedSmdp, serveSmdp, smdpSettings, stockUp } from './index.ts'
import { iccidOfPackage } from './profile-input.ts'
import { TestCard } from './testing/card.ts'
import { statusOf } from './testing/world.ts'

const directory = mkdtempSync(join(tmpdir(), 'gesim-serve-'))
const [pkiDir, uppDir, ordersFile] = ['pki', 'upp', 'orders.json'].map((name) => join(directory, name)) as [
  string,
  string,
  string,
]
const EID = eidWithCheckDigits('890490320000000000000000000171')
const profile = (iccid: string) =>
  writeUsimProfile({
    iccid,
    imsi: '001010000000001',
    ki: new Uint8Array(16).fill(1),
    opc: new Uint8Array(16).fill(2),
    serviceProviderName: 'GeSIM',
  })
const orders = [
  { package: 'travel.der', iccid: '8988211000000000201', matchingId: 'PLAIN' },
  { package: 'travel.der', iccid: '8988211000000000202', matchingId: 'CODE', confirmationCode: '4711' },
  { package: 'travel.der', iccid: '8988211000000000203', eid: EID },
  { package: 'travel.der', iccid: '8988211000000000204', matchingId: 'BOUND', eid: EID },
  {
    package: 'travel.der',
    iccid: '8988211000000000205',
    matchingId: 'LATE',
    expiresAt: '2020-01-01T00:00:00Z',
  },
  { package: 'travel.der', iccid: '8988211000000000206', matchingId: 'ONCE', maxDownloads: 1 },
  { package: 'travel.der', iccid: '8988211000000000207', matchingId: 'WAITS', state: 'Confirmed' },
  { package: 'travel.der', iccid: '8988211000000000208', profileType: 'stock', state: 'Available' },
  {
    package: 'travel.der',
    iccid: '8988211000000000209',
    matchingId: 'NAMED',
    metadata: {
      serviceProviderName: 'Aurora',
      profileName: 'Named',
      profileClass: 'test',
      policyRules: ['ppr1'],
    },
  },
]

let smdp: ServedSmdp
const log = createLog('smdp', 'silent')
const settingsOf = (more: Record<string, string> = {}) =>
  readSettings(smdpSettings, {
    SMDP_PKI_DIR: pkiDir,
    SMDP_PORT: '0',
    SMDP_BRAINPOOL_PORT: '0',
    SMDP_HTTP_PORT: '0',
    SMDP_UPP_DIR: uppDir,
    SMDP_ORDERS_FILE: ordersFile,
    ...more,
  })

beforeAll(async () => {
  makeTestPki(pkiDir, { curves: ['nist', 'brainpool'] })
  mkdirSync(uppDir)
  writeFileSync(join(uppDir, 'travel.der'), profile('8988211000000000101'))
  writeFileSync(join(uppDir, 'Home plan.DER'), profile('8988211000000000102'))
  writeFileSync(join(uppDir, 'notes.txt'), 'not a package')
  writeFileSync(ordersFile, JSON.stringify({ orders }))
  issueOperator(pkiDir, { name: 'aurora', registeredId: '2.999.20' })
  smdp = await serveSmdp(settingsOf(), log)
})
afterAll(async () => {
  await smdp.stop()
  rmSync(directory, { recursive: true })
})

const phone = (): Peer => ({ url: `http://127.0.0.1:${smdp.ports[2]}` })
function card(eid: string = TEST_EID): TestCard {
  const identity = issueEuicc(pkiDir, { eid })
  const eum = identityOf(loadPki(pkiDir), 'eum', 'nist')
  return new TestCard({ identity, eum, eid, peer: phone(), smdpAddress: '127.0.0.1' })
}

describe('a server from settings', () => {
  it('opens all three listeners and says where', () => {
    expect(smdp.ports).toHaveLength(3)
    expect(smdp.smdpAddress).toBe(`localhost:${smdp.ports[0]}`)
    expect(smdp.summary).toMatchObject({ name: 'smdp', smdpAddress: smdp.smdpAddress, port: smdp.ports[0] })
  })

  const cases: [string, string | undefined, string, string][] = [
    ['a plain order', 'PLAIN', TEST_EID, 'ok'],
    ['an order for an EID alone', undefined, EID, 'ok'],
    ['an order for an EID and a matching identifier', 'BOUND', EID, 'ok'],
    ['an order for another EID', 'BOUND', TEST_EID, '8.1.1/3.8'],
    ['an order that expired', 'LATE', TEST_EID, '8.8.5/4.10'],
    ['an order that is not released', 'WAITS', TEST_EID, '8.2/1.2'],
  ]
  for (const [what, matchingId, eid, code] of cases)
    it(`answers ${what} of the file by ${code}`, async () => {
      expect(await statusOf(card(eid).authenticate(matchingId))).toBe(code)
    })

  it('gives the card a package with the ICCID of the order, though the file has another', async () => {
    const { iccid } = await card().download('PLAIN')
    expect(iccid).toBe('8988211000000000201')
  })

  it('asks for confirmation codes and counts downloads as the file says', async () => {
    const own = card()
    expect(await statusOf(own.fetch(await own.authenticate('CODE'), { confirmationCode: 'no' }))).toBe(
      '8.2.7/3.8',
    )
    expect((await own.download('CODE', { confirmationCode: '4711' })).iccid).toBe('8988211000000000202')
    await own.fetch(await own.authenticate('ONCE'))
    expect(await statusOf(own.authenticate('ONCE'))).toBe('8.8.5/6.4')
  })

  it('shows the metadata of the file, or its own', async () => {
    const read = async (matchingId: string, eid?: string) =>
      readStoreMetadata(readTlv((await card(eid).authenticate(matchingId)).profileMetadata))
    const named = { profileName: 'Named', profileClass: 'test', policyRules: ['ppr1'] }
    expect(await read('NAMED')).toMatchObject(named)
    const notifications = [{ events: ['enable', 'disable', 'delete'], address: smdp.smdpAddress }]
    expect(await read('BOUND', EID)).toMatchObject({ profileName: 'travel', notifications })
  })

  it('sells the packages of the directory to any operator, under their file names', async () => {
    const operator = tlsPemOf(issueOperator(pkiDir, { name: 'aurora', registeredId: '2.999.20' }))
    const ca = loadPki(pkiDir).issuers.map(certificatePem)
    const peer: Peer = { url: `https://localhost:${smdp.ports[0]}`, ca, ...operator }
    const header = (call: string) => ({
      functionRequesterIdentifier: '2.999.20',
      functionCallIdentifier: call,
    })
    const order = (profileType: string) =>
      callFunction(peer, ES2PLUS.downloadOrder, { profileType }, header(`order ${profileType}`))
    expect(await order('Home plan')).toEqual({ iccid: '8988211000000000102' })
    expect(await order('stock')).toEqual({ iccid: '8988211000000000208' })
    const confirm = { iccid: parseIccid('8988211000000000102'), releaseFlag: true }
    const { matchingId, smdpAddress } = await callFunction(
      peer,
      ES2PLUS.confirmOrder,
      confirm,
      header('confirm'),
    )
    expect(smdpAddress).toBe(smdp.smdpAddress)
    expect((await card().download(matchingId)).iccid).toBe('8988211000000000102')
  })
})

describe('a stock', () => {
  const places = { uppDir, smdpAddress: 'smdp.example', orderLifeMs: 1000, nowMs: 0 }

  it('has as many profiles of each package as asked for, the same at each start', () => {
    const [once, again] = [readStock({ ...places, uppCopies: 3 }), readStock({ ...places, uppCopies: 3 })]
    expect(once).toEqual(again)
    expect(once).toHaveLength(6)
    expect(new Set(once.map(({ iccid }) => iccid)).size).toBe(6)
    for (const { iccid, package: upp } of once) expect(iccidOfPackage(upp!)).toBe(iccid)
    expect(once.filter(({ profileType }) => profileType === 'travel')).toHaveLength(3)
  })

  it('gives packages that have the same ICCID, and orders that name none, ICCIDs of their own', () => {
    const copies = join(directory, 'copies')
    mkdirSync(copies)
    for (const name of ['a', 'b']) writeFileSync(join(copies, `${name}.der`), profile('8988211000000000103'))
    const file = join(directory, 'unnamed.json')
    writeFileSync(file, JSON.stringify([1, 2].map((at) => ({ package: 'a.der', matchingId: `M-${at}` }))))
    const stock = readStock({ ...places, uppDir: copies, ordersFile: file })
    expect(new Set(stock.map(({ iccid }) => iccid)).size).toBe(4)
    expect(stock[0]).toMatchObject({ iccid: '8988211000000000103', state: 'Released' })
  })

  it('is put into a state once, whatever became of it since', async () => {
    const state = memoryState()
    const stock = readStock(places)
    expect(await stockUp(state, stock)).toBe(2)
    const [first] = stock
    await state.change(first!.iccid, (had) => ({ result: 0, profile: { ...had!, state: 'Unavailable' } }))
    expect(await stockUp(state, stock)).toBe(0)
    expect((await state.find({ iccid: first!.iccid }))?.state).toBe('Unavailable')
  })
})

describe('a stock that cannot be used', () => {
  const bad: [string, unknown][] = [
    ['no list', { orders: 7 }],
    ['no object', [7]],
    ['a package that is not there', [{ package: 'nothing.der', matchingId: 'A' }]],
    ['neither matching identifier nor EID', [{ package: 'travel.der' }]],
    ['an unknown state', [{ package: 'travel.der', matchingId: 'A', state: 'Sold' }]],
    ['an EID of 31 digits', [{ package: 'travel.der', eid: '8'.repeat(31) }]],
    ['a time that is none', [{ package: 'travel.der', matchingId: 'A', expiresAt: 'soon' }]],
    [
      'two orders under one matching identifier',
      [
        { package: 'travel.der', iccid: '8988211000000000301', matchingId: 'A' },
        { package: 'travel.der', iccid: '8988211000000000302', matchingId: 'A' },
      ],
    ],
  ]
  for (const [what, content] of bad)
    it(`for ${what} is refused at the start, and says which entry`, async () => {
      const file = join(directory, 'bad.json')
      writeFileSync(file, JSON.stringify(content))
      await expect(serveSmdp(settingsOf({ SMDP_ORDERS_FILE: file }), log)).rejects.toThrow('smdp.bad-stock')
    })
})

describe('the process', () => {
  it('prints one line when it serves and ends on a signal', async () => {
    const env = { ...process.env, SMDP_PKI_DIR: pkiDir, SMDP_PORT: '0', SMDP_FQDN: 'smdp.example.test' }
    const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], { env })
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8')))
      child.once('error', reject)
      child.once('exit', () => reject(new Error('it ended')))
    })
    expect(line).toMatch(
      /^ready \{"name":"smdp","smdpAddress":"smdp\.example\.test","port":\d+,"others":\[\]\}\n$/,
    )
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })
})
