import { bytesEqual, isFailure } from '@gesim/base'
import {
  type FileBudget,
  type FileImage,
  fileBudget,
  isAka,
  isFileManagement,
  isHeader,
  isPin,
  isPuk,
  isTemplate,
  managementImages,
  type ProfileElement,
  type ProfilePackage,
  pathOf,
  peOf,
  type Template,
  templateImages,
} from '@gesim/saip'
import { addFile, type CardFile, walk } from './files.ts'
import { type Application, authenticatorOf, type InstalledProfile, pinOf, pukOf } from './naa.ts'

/** Result of one element, numbered as the PEStatus of the format. */
export interface ElementStatus {
  readonly status: number
  readonly identification?: number
}

export const PE_STATUS = {
  ok: 0,
  notSupported: 1,
  badValues: 3,
  notEnoughMemory: 4,
  requestFormat: 5,
  runtime: 7,
  lib: 8,
  template: 9,
  feature: 10,
  unsupportedVersion: 31,
} as const

/** A package was put on the card, or was not because of one element. */
export type Installation =
  | { readonly profile: InstalledProfile; readonly statuses: readonly ElementStatus[] }
  | { readonly failed: ElementStatus; readonly kind: string; readonly offset: number; readonly why: string }

class InstallError extends Error {
  readonly status: number
  constructor(status: number, why: string) {
    super(why)
    this.status = status
  }
}

interface Building {
  mf?: CardFile
  readonly budget: FileBudget
  readonly applications: Application[]
  readonly pins: InstalledProfile['pins']
  readonly puks: InstalledProfile['puks']
}

const lastOf = (building: Building, kind: Template['root']) =>
  building.applications.filter((application) => application.kind === kind).at(-1)

function linkTarget(building: Building, image: FileImage): CardFile | undefined {
  if (!image.linkPath) return undefined
  const target = fileAt(building, pathOf(image.linkPath))
  if (!target) throw new InstallError(PE_STATUS.badValues, 'a link points to no file')
  return target
}

/** A path from the MF; an application's directory is named by its temporary file identifier. */
function fileAt(building: Building, path: readonly number[]): CardFile | undefined {
  const [first, ...rest] = path
  const application = building.applications.find(({ adf }) => adf.fileId === first)
  if (application) return walk(application.adf, rest)
  return building.mf && walk(building.mf, path)
}

function installTemplate(building: Building, element: ProfileElement): void {
  if (!isTemplate(element)) return
  const { root, images } = templateImages(element, building.budget)
  for (const image of images) {
    if (image.overflow) throw new InstallError(PE_STATUS.badValues, `${image.name} is filled beyond its end`)
    if (image.structure === 'mf') {
      building.mf = addFile(undefined, image)
      continue
    }
    if (image.structure === 'adf') {
      const kind = root as Application['kind']
      building.applications.push({ kind, adf: addFile(undefined, image), pins: new Map() })
      continue
    }
    const base = root === 'mf' ? building.mf : lastOf(building, root)?.adf
    const parent = base && walk(base, image.under)
    if (!parent) throw new InstallError(PE_STATUS.template, `no directory for ${image.name}`)
    addFile(parent, image, linkTarget(building, image))
  }
}

function installManagement(building: Building, element: ProfileElement): void {
  if (!isFileManagement(element)) return
  for (const image of managementImages(element, building.budget)) {
    const id = image.fileId.toString(16)
    if (image.overflow) throw new InstallError(PE_STATUS.badValues, `file ${id} is filled beyond its end`)
    const parent = fileAt(building, image.under)
    if (!parent) throw new InstallError(PE_STATUS.badValues, `no directory for file ${id}`)
    addFile(parent, image, linkTarget(building, image))
  }
}

function installCodes(building: Building, element: ProfileElement): void {
  if (isPuk(element)) {
    for (const code of element.codes) building.puks.set(code.keyReference, pukOf(code))
    return
  }
  if (!isPin(element)) return
  // Local codes (80 and above) belong to the application before them; global ones to the card.
  const application = building.applications.at(-1)
  if (element.sharedPath) {
    const [fileId] = pathOf(element.sharedPath)
    const owner = building.applications.find(({ adf }) => adf.fileId === fileId)
    if (!owner || !application) throw new InstallError(PE_STATUS.badValues, 'codes of no application')
    for (const [reference, pin] of owner.pins) application.pins.set(reference, pin)
    return
  }
  for (const code of element.codes) {
    const local = code.keyReference >= 0x80 && application
    ;(local ? application.pins : building.pins).set(code.keyReference, pinOf(code))
  }
}

function installAka(building: Building, element: ProfileElement): void {
  if (!isAka(element)) return
  const application = building.applications.at(-1)
  if (!application) throw new InstallError(PE_STATUS.badValues, 'keys without an application')
  const { mappingSource } = element
  if (!mappingSource) {
    application.authenticator = authenticatorOf(element)
    return
  }
  // A mapping shares the keys, and with them the sequence numbers, of the application that it names.
  const source = building.applications.find(({ adf }) => adf.dfName && bytesEqual(adf.dfName, mappingSource))
  if (!source?.authenticator) throw new InstallError(PE_STATUS.badValues, 'a mapping to no keys')
  application.authenticator = source.authenticator
}

/** Kinds that are kept and answered with success although no part of this card uses them. */
const KEPT = new Set(['cdmaParameter', 'securityDomain', 'rfm', 'header', 'end'])

/** Services that a profile may ask for and this card has not (ServicesList of the format, by position). */
const MISSING_SERVICES: ReadonlyMap<number, string> = new Map([
  [0, 'contactless'],
  [7, 'gba-usim'],
  [8, 'gba-isim'],
  [9, 'mbms'],
  [10, 'eap'],
  [12, 'multos'],
])
const LAST_KNOWN_SERVICE = 23
const MULTOS = 12
/** Of the templates 1 to 14 none is missing. */
const KNOWN_TEMPLATE = /^2\.23\.143\.1\.2\.([1-9]|1[0-4])(\.\d+)?$/

/** A profile names what it cannot do without (ProfileHeader): a card without it must not install it. */
function checkMandatory(element: ProfileElement): void {
  if (!isHeader(element)) return
  for (const service of element.mandatoryServices) {
    const name = service > LAST_KNOWN_SERVICE ? `service ${service}` : MISSING_SERVICES.get(service)
    if (name === undefined) continue
    const status = service === MULTOS ? PE_STATUS.runtime : PE_STATUS.feature
    throw new InstallError(status, `${name} is not supported`)
  }
  const unknown = element.mandatoryTemplates.find((id) => !KNOWN_TEMPLATE.test(id))
  if (unknown) throw new InstallError(PE_STATUS.template, `template ${unknown} is not known`)
}

function installElement(building: Building, element: ProfileElement): number {
  if (isHeader(element)) checkMandatory(element)
  else if (isTemplate(element)) installTemplate(building, element)
  else if (isFileManagement(element)) installManagement(building, element)
  else if (isPin(element) || isPuk(element)) installCodes(building, element)
  else if (isAka(element)) installAka(building, element)
  else if (!KEPT.has(element.kind)) {
    if (peOf(element)?.mandated)
      throw new InstallError(PE_STATUS.notSupported, `${element.kind} is not supported`)
    return PE_STATUS.notSupported
  }
  return PE_STATUS.ok
}

/**
 * Builds the file system and secrets of a package, element by element. An element that is not supported and not
 * mandated is passed over with status 1; anything else that fails ends the installation and nothing remains.
 */
export function installPackage(profile: ProfilePackage): Installation {
  const building: Building = { budget: fileBudget(), applications: [], pins: new Map(), puks: new Map() }
  const statuses: ElementStatus[] = []
  for (const element of profile.elements) {
    const identification = peOf(element)?.identification
    try {
      const status = installElement(building, element)
      if (status !== PE_STATUS.ok) statuses.push({ status, identification })
    } catch (error) {
      if (!(error instanceof InstallError) && !isFailure(error)) throw error
      const status = error instanceof InstallError ? error.status : PE_STATUS.badValues
      const why = error instanceof Error ? error.message : ''
      return { failed: { status, identification }, kind: element.kind, offset: element.offset, why }
    }
  }
  const { mf, applications, pins, puks } = building
  if (!mf) {
    return {
      failed: { status: PE_STATUS.badValues },
      kind: 'mf',
      offset: 0,
      why: 'the package creates no MF',
    }
  }
  return { profile: { mf, applications, pins, puks }, statuses }
}
