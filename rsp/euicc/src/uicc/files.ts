import type { FileImage, FileStructure } from '@gesim/saip'

export const MF_ID = 0x3f00

/** A file of the card: a directory or an elementary file, with its content. */
export interface CardFile {
  readonly fileId: number
  readonly name?: string
  readonly structure: FileStructure
  readonly parent?: CardFile
  readonly children: CardFile[]
  /** Shared with the file a link points to. */
  readonly body: { content: Uint8Array }
  readonly recordBytes?: number
  readonly shortId?: number
  readonly dfName?: Uint8Array
  readonly securityAttributes?: Uint8Array
  readonly specialFileInformation?: number
  readonly pinStatusTemplate?: Uint8Array
  /** False while deactivated (TS 102 221, 11.1.14). */
  active: boolean
}

/** Life cycle states "deactivated" of ISO 7816-4, table 14: 04 and 06. */
const isDeactivated = (lifeCycle: Uint8Array | undefined) => ((lifeCycle?.[0] ?? 5) & 0xfd) === 0x04

/** Special file information, bit 7: readable and updatable while deactivated (TS 102 222, 6.3.2.2.2). */
export const USABLE_INACTIVE = 0x40

export function isDirectory(file: CardFile): boolean {
  return file.structure === 'mf' || file.structure === 'df' || file.structure === 'adf'
}

/**
 * Adds a file to a directory; a file of the same identifier gives way, as a later element of a package wins. The image is
 * the body of the file: most files of a profile are never read, and their content is made when they are.
 */
export function addFile(parent: CardFile | undefined, image: FileImage, link?: CardFile): CardFile {
  const file: CardFile = {
    // Whatever the package calls it, the root has its one identifier (TS 102 221, 8.1).
    fileId: image.structure === 'mf' ? MF_ID : image.fileId,
    name: image.name,
    structure: image.structure,
    parent,
    // A link to a directory shows what is in it.
    children: link?.children ?? [],
    body: link?.body ?? image,
    recordBytes: image.recordBytes ?? link?.recordBytes,
    shortId: image.shortId,
    dfName: image.dfName,
    securityAttributes: image.securityAttributes,
    specialFileInformation: image.specialFileInformation?.[0],
    active: !isDeactivated(image.lifeCycle),
    pinStatusTemplate: image.pinStatusTemplate,
  }
  if (parent) {
    const at = parent.children.findIndex((child) => child.fileId === file.fileId)
    if (at >= 0) parent.children.splice(at, 1, file)
    else parent.children.push(file)
  }
  return file
}

/** The file below a directory at a path of identifiers, or `undefined`. */
export function walk(from: CardFile, path: readonly number[]): CardFile | undefined {
  let file: CardFile | undefined = from
  for (const id of path) file = file?.children.find((child) => child.fileId === id)
  return file
}

/** Path of identifiers from the MF, or from the application's directory when that is where the file stands. */
export function pathOfFile(file: CardFile): string {
  const own = file.fileId.toString(16).padStart(4, '0')
  return file.parent ? `${pathOfFile(file.parent)}/${own}` : own
}

/** All elementary files below a directory. */
export function* filesBelow(directory: CardFile): Generator<CardFile> {
  for (const child of directory.children) {
    if (isDirectory(child)) yield* filesBelow(child)
    else yield child
  }
}
