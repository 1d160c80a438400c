import type { FileManagementElement, FileStep, TemplateElement } from './elements.ts'
import { type Fcp, readDescriptor } from './fcp.ts'
import { type FileStructure, type Template, type TemplateFile, templateOf } from './templates.ts'

/** A file as the card shall hold it: what the template and the package say, put together. */
export interface FileImage {
  readonly name?: string
  readonly structure: FileStructure
  readonly fileId: number
  /** Directories from the root down to the one that holds this file. */
  readonly under: readonly number[]
  /** Whole content; empty for a directory and for a link. Made when it is first asked for. */
  readonly content: Uint8Array
  /** Octets of the content, which need not be made to know them. */
  readonly size: number
  readonly recordBytes?: number
  readonly shortId?: number
  /** AID of an application's directory. */
  readonly dfName?: Uint8Array
  /** Reference to a record of EF.ARR: file identifier and record, or the record alone. */
  readonly securityAttributes?: Uint8Array
  /** Life cycle status as the package gives it; absent is "activated". */
  readonly lifeCycle?: Uint8Array
  /** Special file information: high update activity, use while deactivated (TS 102 222, 6.3.2.2.2). */
  readonly specialFileInformation?: Uint8Array
  readonly pinStatusTemplate?: Uint8Array
  /** Path of the file whose content this one shares. */
  readonly linkPath?: Uint8Array
  /** Octets that the package wrote beyond the size it gave the file, or that no budget was left for. */
  readonly overflow: number
}

/** Octets that the files of one package may take together: a size costs a package nothing, and memory is finite. */
export interface FileBudget {
  leftBytes: number
}

/** A budget for one package: more than any card holds. */
export function fileBudget(leftBytes = 4 << 20): FileBudget {
  return { leftBytes }
}

const isDirectory = (structure: FileStructure) =>
  structure === 'mf' || structure === 'adf' || structure === 'df'

/** Repeats a pattern over a stretch: whole again and again, or its last octet after the first time. */
function fillWith(target: Uint8Array, pattern: Uint8Array, again: boolean): void {
  const last = pattern[pattern.length - 1]
  if (last === undefined) return
  if (again) for (let i = 0; i < target.length; i++) target[i] = pattern[i % pattern.length]!
  else {
    target.fill(last)
    target.set(pattern.length > target.length ? pattern.subarray(0, target.length) : pattern)
  }
}

/** Where writing ends when each step moves on from where the one before stopped. */
function extentOf(steps: readonly FileStep[]): number {
  let at = 0
  let most = 0
  for (const step of steps) {
    if (step.do === 'move') at += step.bytes
    if (step.do === 'fill') {
      at += step.content.length
      most = Math.max(most, at)
    }
  }
  return most
}

/** What the content of an elementary file is made of. */
interface Filling {
  readonly size: number
  /** Octets after which the pattern begins anew. */
  readonly stretch: number
  readonly pattern: Uint8Array
  readonly again: boolean
  readonly steps: readonly FileStep[]
}

function makeContent({ size, stretch, pattern, again, steps }: Filling): Uint8Array {
  const content = new Uint8Array(size)
  if (pattern.length === 1) content.fill(pattern[0]!)
  else
    for (let at = 0; at < size; at += stretch)
      fillWith(content.subarray(at, Math.min(at + stretch, size)), pattern, again)
  let at = 0
  for (const step of steps) {
    if (step.do === 'move') at += step.bytes
    if (step.do !== 'fill') continue
    const room = size - at
    if (room > 0) content.set(step.content.length > room ? step.content.subarray(0, room) : step.content, at)
    at += step.content.length
  }
  return content
}

/** The size of a file and how it is filled; nothing when no budget is left for it. */
function fillingOf(
  fcp: Fcp | undefined,
  template: TemplateFile | undefined,
  structure: FileStructure,
  recordBytes: number | undefined,
  records: number | undefined,
  steps: readonly FileStep[],
  budget: FileBudget,
): { filling?: Filling; overflow: number } {
  const pattern = fcp?.proprietary?.fillPattern
  const repeat = fcp?.proprietary?.repeatPattern
  const extent = extentOf(steps)
  const counted = recordBytes && records ? recordBytes * records : undefined
  const own = structure === 'transparent' || structure === 'ber-tlv' ? template?.bytes : counted
  const size =
    fcp?.fileSize ?? own ?? Math.max(extent, pattern?.length ?? 0, repeat?.length ?? 0, recordBytes ?? 0)
  if (size > budget.leftBytes) return { overflow: Math.max(size, extent) }
  budget.leftBytes -= size
  const filling = {
    size,
    // TS 102 222, 6.3.2.2.2: in a file of records the pattern begins anew in each record.
    stretch: recordBytes || size || 1,
    pattern: repeat ?? pattern ?? template?.fill ?? ERASED,
    again: repeat !== undefined,
    steps,
  }
  return { filling, overflow: Math.max(0, extent - size) }
}

const NOTHING = new Uint8Array()
/** What a file holds that nobody filled. */
const ERASED = Uint8Array.of(0xff)

/** A file of no template that says nothing of a short identifier has the last five bits of its own (TS 102 222). */
function shortIdOf(
  fcp: Fcp | undefined,
  template: TemplateFile | undefined,
  fileId: number,
): number | undefined {
  if (fcp?.shortId !== undefined) return fcp.shortId || undefined
  if (template) return template.shortId
  const last = fileId & 0x1f
  return last === 0 || last === 0x1f ? undefined : last
}

/** An image whose content is made when somebody looks at it: whoever checks a package looks at few of its files. */
class Image implements FileImage {
  readonly structure: FileStructure
  readonly fileId: number
  readonly under: readonly number[]
  name?: string
  recordBytes?: number
  shortId?: number
  dfName?: Uint8Array
  securityAttributes?: Uint8Array
  lifeCycle?: Uint8Array
  specialFileInformation?: Uint8Array
  pinStatusTemplate?: Uint8Array
  linkPath?: Uint8Array
  overflow = 0
  #filling?: Filling
  #content?: Uint8Array

  constructor(structure: FileStructure, fileId: number, under: readonly number[]) {
    this.structure = structure
    this.fileId = fileId
    this.under = under
  }

  fill({ filling, overflow }: { filling?: Filling; overflow: number }): void {
    this.#filling = filling
    this.overflow = overflow
  }

  get size(): number {
    return this.#filling?.size ?? 0
  }

  get content(): Uint8Array {
    this.#content ??= this.#filling ? makeContent(this.#filling) : NOTHING
    return this.#content
  }

  /** Whoever keeps the image as a file may write to it. */
  set content(content: Uint8Array) {
    this.#content = content
  }
}

function makeImage(
  under: readonly number[],
  steps: readonly FileStep[],
  budget: FileBudget,
  template?: TemplateFile,
): FileImage | undefined {
  if (steps.some((step) => step.do === 'skip-file')) return undefined
  const create = steps.find((step) => step.do === 'create')
  const fcp = create?.do === 'create' ? create.fcp : undefined
  const described = fcp?.fileDescriptor && readDescriptor(fcp.fileDescriptor)
  const structure =
    template && isDirectory(template.structure)
      ? template.structure
      : (described?.structure ?? template?.structure)
  const fileId = fcp?.fileId ?? template?.fileId
  if (!structure || fileId === undefined) return undefined
  const image = new Image(structure, fileId, under)
  image.name = template?.name
  image.shortId = shortIdOf(fcp, template, fileId)
  image.dfName = fcp?.dfName
  image.securityAttributes = fcp?.securityAttributes ?? template?.rule
  image.lifeCycle = fcp?.lifeCycle
  image.specialFileInformation = fcp?.proprietary?.specialFileInformation
  image.pinStatusTemplate = fcp?.pinStatusTemplate
  image.linkPath = fcp?.linkPath
  image.recordBytes = described?.recordBytes
  if (isDirectory(structure) || fcp?.linkPath) return image
  const holdsRecords = structure === 'linear' || structure === 'cyclic'
  const recordBytes = holdsRecords ? (described?.recordBytes ?? template?.bytes) : undefined
  const records = described?.records ?? template?.records
  image.recordBytes = recordBytes
  image.fill(fillingOf(fcp, template, structure, recordBytes, records, steps, budget))
  return image
}

/**
 * The files of a template element, directories before what they hold. `under` counts from the template's root:
 * the MF, or the application the element belongs to. The application's own directory stands under nothing.
 */
export function templateImages(
  element: TemplateElement,
  budget: FileBudget = fileBudget(),
): { root: Template['root']; images: FileImage[] } {
  const template = templateOf(element.kind)
  if (!template) return { root: 'mf', images: [] }
  const paths = new Map<string, readonly number[]>()
  const images: FileImage[] = []
  for (const { number, steps } of element.files) {
    const file = template.files[number - 2]
    const under = (file?.under && paths.get(file.under)) || []
    const image = makeImage(under, steps, budget, file)
    if (!image) continue
    images.push(image)
    // MF and ADF are the root itself: what they hold stands under nothing.
    if (file && isDirectory(image.structure))
      paths.set(file.name, image.structure === 'df' ? [...under, image.fileId] : [])
  }
  return { root: template.root, images }
}

/** The files that file management creates. `under` counts from the MF; an ADF is named by its file identifier. */
export function managementImages(
  element: FileManagementElement,
  budget: FileBudget = fileBudget(),
): FileImage[] {
  const images: FileImage[] = []
  for (const command of element.commands) {
    let under: number[] = []
    let steps: FileStep[] = []
    const close = () => {
      const image = steps.length ? makeImage(under, steps, budget) : undefined
      if (image) images.push(image)
      steps = []
    }
    for (const step of command) {
      if (step.do === 'path') {
        close()
        under = pathOf(step.path)
      } else if (step.do === 'create') {
        close()
        steps = [step]
      } else if (steps.length) steps.push(step)
    }
    close()
  }
  return images
}

/** The file identifiers of a path of two octets each; a leading MF is left out. */
export function pathOf(bytes: Uint8Array): number[] {
  const ids: number[] = []
  for (let i = 0; i + 1 < bytes.length; i += 2) ids.push(bytes[i]! * 256 + bytes[i + 1]!)
  return ids[0] === 0x3f00 ? ids.slice(1) : ids
}
