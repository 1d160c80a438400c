import { concatBytes, fromHex, utf8 } from '@gesim/base'
import { alphaField } from './alphabet.ts'
import { imsiToFile, packDigits, plmnToBytes, swapNibbles } from './digits.ts'
import type { FileStep, TemplateElement } from './elements.ts'
import { type Fcp, writeDescriptor } from './fcp.ts'
import type { ElementKind } from './kinds.ts'
import { templateOf } from './templates.ts'
import type { UsimValues } from './usim-values.ts'
import { draftElement } from './write.ts'

/** AID of the USIM application of this profile: 3GPP, USIM, no country, application provider field of ETSI. */
export const USIM_AID = fromHex('A0000000871002FF49FF0589')
const ADF_ID = 0x7fd0

/** Access rules (TS 102 221, 9.2.4), the same records below the MF and in the USIM. */
const ARR_RECORDS = [
  // 1: a directory; files are made and removed by ADM.
  '80015EA40683010A950108',
  // 2: read always, the rest by ADM.
  '800101900080015AA40683010A950108',
  // 3: read by PIN, the rest by ADM.
  '800101A40683010195010880015AA40683010A950108',
  // 4: read and update by PIN, the rest by ADM.
  '800103A406830101950108800158A40683010A950108',
  // 5: read by PIN, update by PIN2, the rest by ADM.
  '800101A406830101950108800102A406830181950108800158A40683010A950108',
  // 6: everything by ADM.
  '80015BA40683010A950108',
].map(fromHex)

const ARR_BYTES = Math.max(...ARR_RECORDS.map((record) => record.length))

const DIRECTORY = 1
const ALWAYS = 2
const PIN = 3
const PIN_UPDATE = 4
const PIN2_UPDATE = 5

interface FileWish {
  readonly name: string
  readonly access: number
  readonly fill?: readonly Uint8Array[]
  /** Size of a transparent file that has no usual one. */
  readonly bytes?: number
  /** Record length and count where the template's are not wanted. */
  readonly records?: readonly [number, number]
  readonly fcp?: Partial<Fcp>
}

function padded(content: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length).fill(0xff)
  out.set(content.subarray(0, length))
  return out
}

function element(
  kind: ElementKind,
  identification: number,
  arr: number,
  wishes: FileWish[],
): TemplateElement {
  const template = templateOf(kind)!
  const files = wishes.map((wish) => {
    const index = template.files.findIndex((file) => file.name === wish.name)
    const known = template.files[index]!
    const [recordBytes, records] = wish.records ?? []
    const fcp: Fcp = {
      securityAttributes: Uint8Array.of(arr >> 8, arr & 0xff, wish.access),
      fileDescriptor: recordBytes ? writeDescriptor(known.structure, recordBytes) : undefined,
      fileSize: recordBytes && records ? recordBytes * records : wish.bytes,
      others: [],
      ...wish.fcp,
    }
    const fills = (wish.fill ?? []).map((content): FileStep => ({ do: 'fill', content }))
    return { number: index + 2, steps: [{ do: 'create' as const, fcp }, ...fills] }
  })
  return draftElement<TemplateElement>({
    kind,
    pe: { mandated: true, identification },
    templateId: template.oid,
    files,
  })
}

const arrWish: FileWish = {
  name: 'ef-arr',
  access: ALWAYS,
  records: [ARR_BYTES, ARR_RECORDS.length],
  fill: ARR_RECORDS.map((record) => padded(record, ARR_BYTES)),
}

/** The MF with EF.ICCID, EF.DIR, EF.PL, EF.ARR and EF.UMPC. */
export function mfElement(identification: number, iccid: Uint8Array): TemplateElement {
  const aid = concatBytes(Uint8Array.of(0x4f, USIM_AID.length), USIM_AID)
  const label = concatBytes(Uint8Array.of(0x50, 4), utf8('USIM'))
  const dir = concatBytes(Uint8Array.of(0x61, aid.length + label.length), aid, label)
  return element('mf', identification, 0x2f06, [
    { name: 'mf', access: DIRECTORY, fcp: { pinStatusTemplate: fromHex('010A') } },
    { name: 'ef-pl', access: PIN_UPDATE, bytes: 4, fill: [utf8('en')] },
    { name: 'ef-iccid', access: ALWAYS, fill: [swapNibbles(iccid)] },
    { name: 'ef-dir', access: ALWAYS, records: [33, 4], fill: [padded(dir, 33)] },
    arrWish,
    { name: 'ef-umpc', access: ALWAYS, fill: [fromHex('3C3C000000')] },
  ])
}

/** Services of EF.UST (TS 31.102, 4.2.8) whose files this profile holds or which need none. */
const SERVICES = [2, 10, 12, 19, 20, 21, 33, 34, 38, 42, 43, 71, 85]

function serviceTable(hasMsisdn: boolean): Uint8Array {
  const table = new Uint8Array(17)
  for (const service of SERVICES) {
    if (service === 21 && !hasMsisdn) continue
    table[(service - 1) >> 3]! |= 1 << ((service - 1) & 7)
  }
  return table
}

/** EF.ACC: the access class is the last digit of the IMSI (TS 22.011, 4.2). */
export function accessClass(imsi: string): Uint8Array {
  const bits = 1 << Number(imsi.at(-1))
  return Uint8Array.of(bits >> 8, bits & 0xff)
}

/** EF.SPN: shown beside the network's name unless registered at home (condition 00), then the name. */
export function spnFile(name: string, length = 17): Uint8Array {
  return padded(concatBytes(Uint8Array.of(0), alphaField(name, length - 1)), length)
}

/** The USIM with its mandatory files. */
export function usimElement(identification: number, values: UsimValues): TemplateElement {
  const { imsi } = values
  const mncDigits = values.mncDigits ?? 2
  return element('usim', identification, 0x6f06, [
    {
      name: 'adf-usim',
      access: DIRECTORY,
      fcp: {
        fileId: ADF_ID,
        dfName: USIM_AID,
        securityAttributes: fromHex('2F0601'),
        pinStatusTemplate: fromHex('01810A'),
      },
    },
    { name: 'ef-imsi', access: PIN, fill: [imsiToFile(imsi)] },
    arrWish,
    { name: 'ef-keys', access: PIN_UPDATE },
    { name: 'ef-keysPS', access: PIN_UPDATE },
    { name: 'ef-hpplmn', access: PIN },
    { name: 'ef-ust', access: PIN, fill: [serviceTable(values.msisdn !== undefined)] },
    { name: 'ef-fdn', access: PIN2_UPDATE, records: [28, 5] },
    { name: 'ef-sms', access: PIN_UPDATE, records: [176, 10] },
    { name: 'ef-smsp', access: PIN_UPDATE, records: [40, 1] },
    { name: 'ef-smss', access: PIN_UPDATE },
    { name: 'ef-spn', access: ALWAYS, fill: [spnFile(values.serviceProviderName)] },
    { name: 'ef-est', access: PIN2_UPDATE },
    { name: 'ef-start-hfn', access: PIN_UPDATE },
    { name: 'ef-threshold', access: PIN },
    { name: 'ef-psloci', access: PIN_UPDATE },
    { name: 'ef-acc', access: PIN, fill: [accessClass(imsi)] },
    { name: 'ef-fplmn', access: PIN_UPDATE },
    { name: 'ef-loci', access: PIN_UPDATE },
    { name: 'ef-ad', access: ALWAYS, fill: [Uint8Array.of(0, 0, 0, mncDigits)] },
    { name: 'ef-ecc', access: ALWAYS, records: [5, 2], fill: [fromHex('11F2FFFF00'), fromHex('19F1FFFF00')] },
    { name: 'ef-netpar', access: PIN_UPDATE },
    { name: 'ef-epsloci', access: PIN_UPDATE },
    { name: 'ef-epsnsc', access: PIN_UPDATE },
  ])
}

/** EF.MSISDN (TS 31.102, 4.2.26): no name, then length, type of number, digits, three pointers. */
function msisdnRecord(msisdn: string): Uint8Array {
  const digits = swapNibbles(packDigits(msisdn.replace(/^\+/, '')))
  const number = concatBytes(Uint8Array.of(digits.length + 1, msisdn.startsWith('+') ? 0x91 : 0x81), digits)
  return padded(number, 14)
}

/** The optional files: language, selectors of networks, the subscriber's number. */
export function optUsimElement(identification: number, values: UsimValues): TemplateElement {
  const { imsi, mncDigits = 2, msisdn } = values
  const home = plmnToBytes(imsi.slice(0, 3), imsi.slice(3, 3 + mncDigits))
  // Access technologies: E-UTRAN (40 00) and NG-RAN (08 00) together.
  const selector = concatBytes(home, fromHex('4800'))
  return element('opt-usim', identification, 0x6f06, [
    { name: 'ef-li', access: ALWAYS, bytes: 6, fill: [utf8('en')] },
    ...(msisdn
      ? [{ name: 'ef-msisdn', access: PIN, records: [14, 1] as const, fill: [msisdnRecord(msisdn)] }]
      : []),
    { name: 'ef-plmnwact', access: PIN_UPDATE },
    { name: 'ef-oplmnwact', access: PIN },
    { name: 'ef-hplmnwact', access: PIN, fill: [selector] },
    { name: 'ef-ehplmn', access: PIN, bytes: 12, fill: [home] },
  ])
}
