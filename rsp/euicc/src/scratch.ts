import { readFileSync } from 'node:fs'
import { isFailure } from '@gesim/base'
import { checkPackage, readPackage, writeUsimProfile, personalise, imsiOf, iccidOf } from '@gesim/saip'
import { installPackage } from './uicc/install.ts'
const own = writeUsimProfile({ iccid: '8988211000000000012', imsi: '001010000000012', ki: new Uint8Array(16), opc: new Uint8Array(16), serviceProviderName: 'GeSIM' })
const ts = new Uint8Array(readFileSync('/work/shared/data/rsp/ts48-v7/TS48_V7.0_eSIM_GTP_SAIP2.3_BERTLV_SUCI.der'))
let bad = 0, n = 0
for (const [name, src, step] of [['own', own, 1], ['ts48', ts, 5]] as const)
for (let at = 0; at < src.length; at += step) for (const c of [0x01, 0x80, 0x20, 0xff, 0x7f]) {
  const d = src.slice(); d[at]! ^= c; n++
  try { const p = readPackage(d); checkPackage(p); installPackage(p); try { iccidOf(p); imsiOf(p) } catch (e) { if (!isFailure(e)) throw e }
    try { personalise(d, { imsi: '001010000000099', ki: new Uint8Array(16), opc: new Uint8Array(16) }) } catch (e) { if (!isFailure(e)) throw e } }
  catch (e) { if (!isFailure(e, 'saip.not-a-profile') && bad++ < 5) console.log(name, at, c, e) }
}
console.log(n, 'tried', bad, 'bad')
