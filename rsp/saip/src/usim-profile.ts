import { refuse } from '@gesim/base'
import { iccidToBytes, pinToBytes } from './digits.ts'
import type {
  AkaAlgorithm,
  AkaElement,
  HeaderElement,
  OpaqueElement,
  PinElement,
  PukElement,
} from './elements.ts'
import { mfElement, optUsimElement, usimElement } from './usim-files.ts'
import type { UsimValues } from './usim-values.ts'
import { draftElement, writePackage } from './write.ts'

/** Key references of the format: PIN, second PIN, ADM; PUKs share the number of their PIN. */
export const PIN1 = 0x01
export const PIN2 = 0x81
export const ADM1 = 0x0a

/** Refuses keys that the algorithm cannot use. Throws `saip.value-invalid`. */
export function requireKeys(algorithm: AkaAlgorithm, ki: Uint8Array, opc: Uint8Array): void {
  const kiLengths = algorithm === 'tuak' ? [16, 32] : [16]
  if (!kiLengths.includes(ki.length))
    throw refuse('saip.value-invalid', { what: 'ki', expected: `${kiLengths.join(' or ')} bytes` })
  const opcLength = algorithm === 'tuak' ? 32 : 16
  if (opc.length !== opcLength)
    throw refuse('saip.value-invalid', { what: 'opc', expected: `${opcLength} bytes` })
}

/** Context numbers of eUICC-Mandatory-services. */
const SERVICE = { usim: 1, milenage: 4, tuak128: 5, tuak256: 16 } as const

function headerElement(values: UsimValues): HeaderElement {
  const tuak = values.ki.length === 32 ? SERVICE.tuak256 : SERVICE.tuak128
  return draftElement<HeaderElement>({
    kind: 'header',
    majorVersion: 2,
    minorVersion: 3,
    profileType: values.profileType ?? 'GeSIM USIM',
    iccid: iccidToBytes(values.iccid),
    mandatoryServices: [SERVICE.usim, values.algorithm === 'tuak' ? tuak : SERVICE.milenage],
    mandatoryTemplates: ['2.23.143.1.2.1', '2.23.143.1.2.4', '2.23.143.1.2.5'],
    others: [],
  })
}

/**
 * A whole USIM profile of our own: MF, PINs and PUKs, USIM with its mandatory files, optional files, Milenage
 * (or TUAK). The same values give the same bytes. Throws `saip.value-invalid`.
 */
export function writeUsimProfile(values: UsimValues): Uint8Array {
  const algorithm = values.algorithm ?? 'milenage'
  requireKeys(algorithm, values.ki, values.opc)
  const { pin1 = '0000', pin2 = '0000', puk1 = '12345678', puk2 = '12345678', adm1 = '88888888' } = values
  let identification = 0
  const pe = () => ({ mandated: true, identification: ++identification })
  const number = () => ++identification
  return writePackage({
    elements: [
      headerElement(values),
      mfElement(number(), iccidToBytes(values.iccid)),
      draftElement<PukElement>({
        kind: 'pukCodes',
        pe: pe(),
        codes: [
          { keyReference: PIN1, value: pinToBytes('puk1', puk1) },
          { keyReference: PIN2, value: pinToBytes('puk2', puk2) },
        ],
      }),
      draftElement<PinElement>({
        kind: 'pinCodes',
        pe: pe(),
        codes: [
          // Attributes 6: may be changed, may be enabled; not enabled now. Three tries of three (33) is the default.
          { keyReference: PIN1, value: pinToBytes('pin1', pin1), unblockedBy: PIN1, attributes: 6 },
          { keyReference: ADM1, value: pinToBytes('adm1', adm1), attributes: 3, tries: 0xaa },
        ],
      }),
      usimElement(number(), values),
      optUsimElement(number(), values),
      draftElement<PinElement>({
        kind: 'pinCodes',
        pe: pe(),
        codes: [{ keyReference: PIN2, value: pinToBytes('pin2', pin2), unblockedBy: PIN2, attributes: 3 }],
      }),
      draftElement<AkaElement>({
        kind: 'akaParameter',
        pe: pe(),
        algorithm,
        // RES of 64 bits.
        options: Uint8Array.of(0x01),
        key: values.ki,
        opc: values.opc,
      }),
      draftElement<OpaqueElement>({ kind: 'end', pe: pe() }),
    ],
  })
}
