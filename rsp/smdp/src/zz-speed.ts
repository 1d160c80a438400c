import { mkdtempSync } from 'node:fs'
import { Agent, createServer, request } from 'node:http'
import { createLog, toBase64 } from '@gesim/base'
import {
  ecdsaSign,
  ecdsaVerify,
  generateKey,
  identityOf,
  loadPki,
  makeTestPki,
  OneTimeKey,
  pointOfKey,
  publicKeyOfPoint,
  readCertificate,
  TEST_EID,
} from '@gesim/crypto'
import { ES9PLUS, parseIccid, readBody, writeBody } from '@gesim/sgp22'
import { es9plusHandlers } from './es9plus.ts'
import { smdpIdentities } from './identities.ts'
import { memoryState, startSmdp } from './index.ts'
import { Sessions } from './sessions.ts'
import { DEFAULT_LIMITS } from './smdp.ts'
import { TestCard } from './testing/card.ts'
import { releasedProfile } from './testing/recording.ts'
import { packageOf } from './testing/world.ts'

const dir = mkdtempSync('/tmp/rbench/p-')
makeTestPki(dir)
const pki = loadPki(dir)
const state = memoryState()
const chance = { random: (n: number) => crypto.getRandomValues(new Uint8Array(n)), nowMs: () => Date.now() }
const h = es9plusHandlers({
  state,
  sessions: new Sessions(DEFAULT_LIMITS, chance.nowMs),
  chance,
  limits: DEFAULT_LIMITS,
  smdpAddress: 'localhost',
  identities: smdpIdentities(pki, Date.now()),
  trust: { issuers: pki.issuers },
  rebinding: true,
  profileKeys: false,
  log: createLog('x', 'silent'),
})
const N = 300
for (let i = 0; i < N * 2; i++) {
  const iccid = parseIccid('89883' + String(i).padStart(14, '0'))
  await state.change(iccid, () => ({
    result: undefined,
    profile: releasedProfile({
      iccid,
      matchingId: 'M' + i,
      package: toBase64(packageOf(iccid, 12000)),
      atMs: Date.now(),
    }),
  }))
}
const cpu = () => {
  const u = process.cpuUsage()
  return (u.user + u.system) / 1000
}
const key = generateKey('nist')
const pub = publicKeyOfPoint('nist', pointOfKey(key))
const data = new Uint8Array(100)
const sig = ecdsaSign(key, data)
function bench(n: number, f: () => void) {
  for (let i = 0; i < 100; i++) f()
  const c = cpu()
  for (let i = 0; i < n; i++) f()
  return (cpu() - c) / n
}
const signMs = bench(5000, () => ecdsaSign(key, data)),
  verifyMs = bench(5000, () => ecdsaVerify(pub, data, sig))
const eph = OneTimeKey.generate('nist')
const ecdhMs = bench(2000, () => OneTimeKey.generate('nist').agree(eph.publicPoint))
const der = identityOf(pki, 'euicc', 'nist').certificate.der
const certMs = bench(2000, () => readCertificate(der))
console.log({ signMs, verifyMs, ecdhMs, certMs })
let mode: any
const card = new TestCard({
  identity: identityOf(pki, 'euicc', 'nist'),
  eum: identityOf(pki, 'eum', 'nist'),
  eid: TEST_EID,
  peer: { url: 'http://x' },
  smdpAddress: 'localhost',
})
const spent: Record<string, number> = {}
const counts: Record<string, number> = {}
async function run(i: number) {
  const otpk = OneTimeKey.generate('nist')
  await card.recordDownload(
    async (name, req) => {
      const body = readBody(ES9PLUS[name].request as any, req) as any
      const c = process.cpuUsage()
      const res = await (h as any)[name](body)
      const d = process.cpuUsage(c)
      spent[name] = (spent[name] ?? 0) + (d.user + d.system) / 1000
      counts[name] = (counts[name] ?? 0) + 1
      return writeBody(ES9PLUS[name].response as any, res)
    },
    'M' + i,
    otpk,
  )
}
for (let i = 0; i < N; i++) await run(i)
for (const k in spent) spent[k] = 0
for (const k in counts) counts[k] = 0
for (let i = N; i < 2 * N; i++) await run(i)
const per = Object.fromEntries(Object.entries(spent).map(([k, v]) => [k, v / N]))
console.log(
  per,
  'total',
  Object.values(per).reduce((a, b) => a + b),
)
console.log('bare', 3 * signMs + 5 * verifyMs + ecdhMs)
