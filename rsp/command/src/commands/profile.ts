import { existsSync } from 'node:fs'
import { fromHex, refuse } from '@gesim/base'
import { systemRandom } from '@gesim/crypto'
import { iccidOf, luhnDigit, personalise, readPackage, requirePackage, writeUsimProfile } from '@gesim/saip'
import { command, notUnderstood } from '../command.ts'
import { readBytes, writeWhole } from '../files.ts'

function keyOf(option: string, text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined
  if (!/^(?:[0-9a-fA-F]{2}){16,32}$/.test(text))
    throw notUnderstood(`--${option} takes 16 or 32 bytes in hex`)
  return fromHex(text)
}

/** As many random digits. */
function digits(count: number): string {
  return [...systemRandom(count)].map((byte) => byte % 10).join('')
}

/** An ICCID of a number range that is nobody's: telecom 89, a test country code, check digit at the end. */
function freshIccid(): string {
  const first = `8988211${digits(11)}`
  return `${first}${luhnDigit(first)}`
}

export const profile = command({
  name: 'profile',
  usage: [
    'profile --out FILE [--iccid …] [--imsi …] [--ki HEX --opc HEX] [options]',
    'profile --template FILE --out FILE [options]',
  ],
  about: [
    'Without a template a whole USIM profile of our own is written; what is not given is drawn at random, in test ranges (MCC 001, MNC 01). With a template only what is given changes. The same values give the same bytes.',
  ],
  options: {
    out: { type: 'string', value: 'FILE', means: 'where the package is written (DER)' },
    template: { type: 'string', value: 'FILE', means: 'a package to personalise' },
    iccid: { type: 'string', value: 'DIGITS', means: '18 to 20 digits' },
    imsi: { type: 'string', value: 'DIGITS', means: '15 digits' },
    ki: { type: 'string', value: 'HEX', means: 'subscriber key, with --opc' },
    opc: { type: 'string', value: 'HEX', means: 'OPc, or TOPc for TUAK' },
    algorithm: { type: 'string', value: 'NAME', means: 'milenage or tuak; default milenage' },
    name: { type: 'string', value: 'TEXT', means: 'name of the service provider on the screen' },
    pin: { type: 'string', value: 'DIGITS', means: 'PIN, 4 to 8 digits' },
    puk: { type: 'string', value: 'DIGITS', means: 'PUK, 8 digits' },
    force: { type: 'boolean', means: 'overwrite the file' },
  },
  examples: [
    ['gesim-rsp profile --out .gesim-rsp/profiles/data.der', 'a profile with random values'],
    [
      'gesim-rsp profile --template test.der --iccid 8988211000000000015 --imsi 001010000000001 --out one.der',
      'a template for one subscriber',
    ],
  ],
  async run(values, positionals, terminal) {
    if (positionals.length || !values.out) throw notUnderstood('profile needs --out FILE')
    const { out, algorithm = 'milenage' } = values
    if (algorithm !== 'milenage' && algorithm !== 'tuak')
      throw notUnderstood('--algorithm is milenage or tuak')
    if (existsSync(out) && !values.force) throw refuse('rsp.file-exists', { path: out })
    const ki = keyOf('ki', values.ki)
    const opc = keyOf('opc', values.opc)
    if ((ki === undefined) !== (opc === undefined)) throw notUnderstood('--ki and --opc belong together')
    const codes = { ...(values.pin ? { pin1: values.pin } : {}), ...(values.puk ? { puk1: values.puk } : {}) }
    const bytes = values.template
      ? personalise(readBytes(values.template), {
          ...codes,
          ...(values.iccid ? { iccid: values.iccid } : {}),
          ...(values.imsi ? { imsi: values.imsi } : {}),
          ...(ki && opc ? { ki, opc, algorithm } : {}),
          ...(values.name ? { serviceProviderName: values.name } : {}),
        })
      : writeUsimProfile({
          ...codes,
          iccid: values.iccid ?? freshIccid(),
          imsi: values.imsi ?? `00101${digits(10)}`,
          ki: ki ?? systemRandom(16),
          opc: opc ?? systemRandom(algorithm === 'tuak' ? 32 : 16),
          algorithm,
          serviceProviderName: values.name ?? 'GeSIM',
        })
    requirePackage(bytes)
    writeWhole(out, bytes)
    const iccid = iccidOf(readPackage(bytes))
    terminal.result(`${out}: ICCID ${iccid}, ${bytes.length} bytes`, {
      path: out,
      iccid,
      bytes: bytes.length,
    })
  },
})
