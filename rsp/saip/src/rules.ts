import { bytesEqual } from '@gesim/base'
import { iccidFromBytes, imsiFromFile, swapNibbles } from './digits.ts'
import {
  isAka,
  isFileManagement,
  isHeader,
  isPin,
  isPuk,
  isTemplate,
  type ProfileElement,
  peOf,
} from './elements.ts'
import { type FileBudget, type FileImage, fileBudget, managementImages, templateImages } from './images.ts'
import { templateOf } from './templates.ts'

/** A rule that a package breaks. `warning`: it installs, but probably does not do what was meant. */
export interface Finding {
  readonly rule: string
  readonly severity: 'error' | 'warning'
  /** Position of the element in the package, the first being 1. */
  readonly element: number
  readonly kind: string
  readonly offset: number
  readonly says: string
}

type Report = (rule: string, element: number, says: string, severity?: Finding['severity']) => void
/** The files of an element. They are put together once for all rules. */
type ImagesOf = (element: ProfileElement) => readonly FileImage[]
type Rule = (elements: readonly ProfileElement[], report: Report, imagesOf: ImagesOf) => void

function thrown(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

const order: Rule = (elements, report) => {
  if (elements[0]?.kind !== 'header') report('header-first', 1, 'the first element must be the header')
  const last = elements.length
  if (elements[last - 1]?.kind !== 'end') report('end-last', last, 'the last element must be the end')
  elements.forEach((element, i) => {
    if (element.kind === 'header' && i > 0) report('header-once', i + 1, 'only the first element is a header')
    if (element.kind === 'end' && i + 1 < last) report('end-once', i + 1, 'elements follow the end')
  })
  const mf = elements.findIndex((element) => element.kind === 'mf')
  if (mf < 0) report('mf-present', last, 'no element creates the MF')
  elements.forEach((element, i) => {
    const makesFiles = isTemplate(element) || isFileManagement(element)
    if (makesFiles && mf >= 0 && i < mf) report('mf-first', i + 1, 'files are created before the MF')
  })
}

const header: Rule = (elements, report) => {
  const first = elements[0]
  if (!first || !isHeader(first)) return
  if (first.majorVersion !== 2)
    report('version', 1, `major version ${first.majorVersion}, this software reads version 2`)
  const wrong = thrown(() => {
    const digits = iccidFromBytes(first.iccid)
    if (digits.length < 18) throw new Error(`${digits.length} digits`)
  })
  if (wrong) report('iccid-present', 1, `the header holds no whole ICCID: ${wrong}`)
}

const peHeaders: Rule = (elements, report) => {
  const seen = new Map<number, number>()
  elements.forEach((element, i) => {
    if (element.kind === 'header') return
    if (element.kind === 'unknown') {
      report('kind-known', i + 1, `no element of the format has tag ${element.tag.toString(16)}`)
      return
    }
    const pe = peOf(element)
    if (!pe) {
      report('pe-header', i + 1, 'the element has no header of its own')
      return
    }
    const before = seen.get(pe.identification)
    if (before)
      report(
        'identification-once',
        i + 1,
        `element ${before} has the identification ${pe.identification} too`,
      )
    seen.set(pe.identification, i + 1)
    if (element.kind === 'nonStandard' && pe.mandated)
      report('non-standard', i + 1, 'a mandated element is not one of the format')
  })
}

const templates: Rule = (elements, report) => {
  const roots = new Set<string>(['mf'])
  elements.forEach((element, i) => {
    if (!isTemplate(element)) return
    const template = templateOf(element.kind)
    if (!template) return
    if (element.templateId !== template.oid && !element.templateId.startsWith(`${template.oid}.`))
      report('template-id', i + 1, `template ${element.templateId}, expected ${template.oid}`)
    if (element.kind === template.root) roots.add(template.root)
    else if (!roots.has(template.root))
      report('application-first', i + 1, `no ${template.root} element stands before this one`)
    element.files.forEach(({ number }) => {
      if (!template.files[number - 2])
        report('file-known', i + 1, `the template names no file [${number}]`, 'warning')
    })
  })
}

function makeImages(element: ProfileElement, budget: FileBudget): FileImage[] {
  if (isTemplate(element)) return templateImages(element, budget).images
  return isFileManagement(element) ? managementImages(element, budget) : []
}

/** Gives the files of each element of a package; an element that cannot be read throws each time. */
export function imagesOfPackage(elements: readonly ProfileElement[]): ImagesOf {
  const made = new Map<ProfileElement, FileImage[]>()
  const budget = fileBudget()
  let next = 0
  return (wanted) => {
    // One budget goes through all elements in their order.
    for (; next < elements.length && !made.has(wanted); next++)
      made.set(elements[next]!, makeImages(elements[next]!, budget))
    return made.get(wanted) ?? []
  }
}

const files: Rule = (elements, report, imagesOf) => {
  elements.forEach((element, i) => {
    for (const image of imagesOf(element)) {
      const name = image.name ?? image.fileId.toString(16)
      if (image.overflow)
        report('file-size', i + 1, `${name}: ${image.overflow} octets have no room in the file`)
      if (image.recordBytes && image.size % image.recordBytes)
        report('file-records', i + 1, `${name}: the size is no multiple of ${image.recordBytes}`)
    }
  })
}

const identity: Rule = (elements, report, imagesOf) => {
  const first = elements[0]
  elements.forEach((element, i) => {
    if (element.kind !== 'mf' && element.kind !== 'usim') return
    for (const image of imagesOf(element)) {
      if (element.kind === 'mf' && image.name === 'ef-iccid' && first && isHeader(first)) {
        if (!bytesEqual(swapNibbles(image.content), first.iccid))
          report('iccid-same', i + 1, 'EF.ICCID and the header name different ICCIDs')
      }
      if (element.kind === 'usim' && image.name === 'ef-imsi' && thrown(() => imsiFromFile(image.content)))
        report('imsi', i + 1, 'EF.IMSI holds no IMSI')
    }
  })
}

const codes: Rule = (elements, report) => {
  const puks = new Set<number>()
  elements.forEach((element, i) => {
    if (isPuk(element)) {
      for (const code of element.codes) {
        puks.add(code.keyReference)
        if (code.value.length !== 8) report('puk-length', i + 1, 'a PUK has eight bytes')
      }
    }
    if (!isPin(element)) return
    for (const code of element.codes) {
      if (code.value.length !== 8) report('pin-length', i + 1, 'a PIN has eight bytes')
      if (code.unblockedBy !== undefined && !puks.has(code.unblockedBy))
        report('puk-before-pin', i + 1, `PIN ${code.keyReference} is unblocked by a PUK that nobody set`)
    }
  })
}

const aka: Rule = (elements, report) => {
  let application = -1
  let authenticates = true
  const close = () => {
    if (!authenticates)
      report('aka-present', application + 1, 'the application has no authentication parameters', 'warning')
  }
  elements.forEach((element, i) => {
    if (element.kind === 'usim' || element.kind === 'isim') {
      close()
      application = i
      authenticates = false
    }
    if (!isAka(element)) return
    authenticates = true
    if (!element.algorithm) return
    const sizes = element.algorithm === 'tuak' ? [16, 32] : [16]
    if (!sizes.includes(element.key?.length ?? 0)) report('key-length', i + 1, 'the key has a wrong length')
    const opc = element.algorithm === 'tuak' ? 32 : 16
    if (element.opc?.length !== opc) report('opc-length', i + 1, `OPc or TOPc must have ${opc} bytes`)
    for (const [what, value, bytes] of [
      ['rotations', element.rotations, 5],
      ['constants', element.constants, 80],
      ['sqnDelta', element.sqnDelta, 6],
      ['sqnAgeLimit', element.sqnAgeLimit, 6],
    ] as const)
      if (value && value.length !== bytes)
        report('aka-length', i + 1, `${what} has ${value.length} bytes, expected ${bytes}`)
    if (element.rotations?.some((bits) => bits > 127))
      report('aka-rotation', i + 1, 'a block of 128 bits is rotated by 0 to 127')
    if (element.sqnInit?.some((sqn) => sqn.length !== 6))
      report('aka-length', i + 1, 'a sequence number has six bytes')
    if ((element.sqnInit?.length ?? 32) > 32) report('aka-length', i + 1, 'more than 32 sequence numbers')
    if (element.keccakCount === 0) report('aka-keccak', i + 1, 'the permutation must run at least once')
  })
  close()
}

/** The directory of an application is found by its AID of 5 to 16 bytes (ISO 7816-4, 8.2.1.2). */
const aids: Rule = (elements, report) => {
  elements.forEach((element, i) => {
    const template = isTemplate(element) ? templateOf(element.kind) : undefined
    if (!isTemplate(element) || template?.files[0]?.structure !== 'adf') return
    const steps = element.files.find(({ number }) => number === 2)?.steps ?? []
    const create = steps.find((step) => step.do === 'create')
    const dfName = create?.do === 'create' ? create.fcp.dfName : undefined
    if (!dfName || dfName.length < 5 || dfName.length > 16)
      report('application-aid', i + 1, 'the directory of the application has no AID of 5 to 16 bytes')
  })
}

export const RULES: readonly Rule[] = [order, header, peHeaders, templates, files, identity, codes, aka, aids]
