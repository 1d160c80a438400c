import { fromHex } from '@gesim/base'
import {
  draftElement,
  type FileStep,
  type HeaderElement,
  iccidToBytes,
  type OpaqueElement,
  swapNibbles,
  type TemplateElement,
  templateOf,
  writePackage,
} from '@gesim/saip'

/** The shortest package that installs: an MF with EF.ICCID. For tests that send one many thousand times. */
export function smallProfile(iccid: string): Uint8Array {
  const pe = (identification: number) => ({ mandated: true, identification })
  const file = (number: number, content: Uint8Array, fileSize: number): TemplateElement['files'][number] => ({
    number,
    steps: [
      { do: 'create', fcp: { fileSize, others: [] } } satisfies FileStep,
      { do: 'fill', content } satisfies FileStep,
    ],
  })
  const record = fromHex('8001019000')
  return writePackage({
    elements: [
      draftElement<HeaderElement>({
        kind: 'header',
        majorVersion: 2,
        minorVersion: 3,
        iccid: iccidToBytes(iccid),
        mandatoryServices: [],
        mandatoryTemplates: [templateOf('mf')!.oid],
        others: [],
      }),
      draftElement<TemplateElement>({
        kind: 'mf',
        pe: pe(1),
        templateId: templateOf('mf')!.oid,
        files: [
          { number: 2, steps: [{ do: 'create', fcp: { others: [] } }] },
          file(4, swapNibbles(iccidToBytes(iccid)), 10),
          file(6, record, record.length),
        ],
      }),
      draftElement<OpaqueElement>({ kind: 'end', pe: pe(2) }),
    ],
  })
}
