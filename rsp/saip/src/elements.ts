import type { Fcp } from './fcp.ts'
import type { ElementKind } from './kinds.ts'

/** What precedes the content of every element but the first: must the card know it, and its number. */
export interface PeHeader {
  readonly mandated: boolean
  readonly identification: number
}

interface ElementBase {
  readonly kind: ElementKind
  readonly tag: number
  /** Offset of the element in the package; 0 for one that was written here. */
  readonly offset: number
  /** The whole element, as received or as written. */
  readonly raw: Uint8Array
}

/** One step of making a file: create it, move on, write, or go elsewhere. */
export type FileStep =
  | { readonly do: 'skip-file' }
  | { readonly do: 'create'; readonly fcp: Fcp }
  /** Moves the writing place on by this many octets, relative to where it is. */
  | { readonly do: 'move'; readonly bytes: number }
  | { readonly do: 'fill'; readonly content: Uint8Array }
  /** File management only: the directory (from the MF) in which files follow. */
  | { readonly do: 'path'; readonly path: Uint8Array }

export interface HeaderElement extends ElementBase {
  readonly kind: 'header'
  readonly majorVersion: number
  readonly minorVersion: number
  readonly profileType?: string
  /** Ten bytes, digits in order, filled up with F. */
  readonly iccid: Uint8Array
  /** Profile policy rules of older versions of the format. */
  readonly pol?: Uint8Array
  /** Context numbers of the services without which the profile must not be installed. */
  readonly mandatoryServices: readonly number[]
  /** Object identifiers of the file templates that the card must know. */
  readonly mandatoryTemplates: readonly string[]
  readonly others: readonly Uint8Array[]
}

/** The files of one template. */
export interface TemplateElement extends ElementBase {
  readonly pe: PeHeader
  readonly templateId: string
  /** Each file by its context number, its steps in order. */
  readonly files: readonly { readonly number: number; readonly steps: readonly FileStep[] }[]
}

export interface FileManagementElement extends ElementBase {
  readonly kind: 'genericFileManagement'
  readonly pe: PeHeader
  readonly commands: readonly (readonly FileStep[])[]
}

export interface PinCode {
  readonly keyReference: number
  readonly value: Uint8Array
  readonly unblockedBy?: number
  /** Bit 1: enabled, bit 2: may be changed, bit 3: may be disabled. */
  readonly attributes?: number
  /** High half: tries at most; low half: tries left. */
  readonly tries?: number
}

export interface PinElement extends ElementBase {
  readonly kind: 'pinCodes'
  readonly pe: PeHeader
  readonly codes: readonly PinCode[]
  /** The element refers to the codes of another application in place of holding its own. */
  readonly sharedWith?: Uint8Array
  /** Path of the directory whose codes they are. */
  readonly sharedPath?: Uint8Array
}

export interface PukCode {
  readonly keyReference: number
  readonly value: Uint8Array
  readonly tries?: number
}

export interface PukElement extends ElementBase {
  readonly kind: 'pukCodes'
  readonly pe: PeHeader
  readonly codes: readonly PukCode[]
}

export type AkaAlgorithm = 'milenage' | 'tuak' | 'usim-test'

export interface AkaElement extends ElementBase {
  readonly kind: 'akaParameter'
  readonly pe: PeHeader
  readonly algorithm?: AkaAlgorithm
  /** The algorithm is that of another application: this element points there. */
  readonly mapping?: Uint8Array
  /** AID of that application. */
  readonly mappingSource?: Uint8Array
  readonly options?: Uint8Array
  readonly key?: Uint8Array
  /** OPc for Milenage, TOPc for TUAK. */
  readonly opc?: Uint8Array
  readonly rotations?: Uint8Array
  readonly constants?: Uint8Array
  readonly authCounterMax?: Uint8Array
  readonly keccakCount?: number
  readonly sqnOptions?: Uint8Array
  readonly sqnDelta?: Uint8Array
  readonly sqnAgeLimit?: Uint8Array
  readonly sqnInit?: readonly Uint8Array[]
}

/** An element whose content stays as it came: this software keeps it and hands it on. */
export interface OpaqueElement extends ElementBase {
  readonly pe?: PeHeader
}

export type ProfileElement =
  | HeaderElement
  | TemplateElement
  | FileManagementElement
  | PinElement
  | PukElement
  | AkaElement
  | OpaqueElement

/** A profile package: its elements in order. */
export interface ProfilePackage {
  readonly elements: readonly ProfileElement[]
}

// An element of a known kind whose own header cannot be read stays opaque, so the kind alone says too little.
export const isHeader = (element: ProfileElement): element is HeaderElement => 'majorVersion' in element
export const isTemplate = (element: ProfileElement): element is TemplateElement => 'templateId' in element
export const isFileManagement = (element: ProfileElement): element is FileManagementElement =>
  'commands' in element
export const isPin = (element: ProfileElement): element is PinElement =>
  element.kind === 'pinCodes' && 'codes' in element
export const isPuk = (element: ProfileElement): element is PukElement =>
  element.kind === 'pukCodes' && 'codes' in element
export const isAka = (element: ProfileElement): element is AkaElement =>
  element.kind === 'akaParameter' && 'pe' in element

/** The element's own header; the header of the package has none. */
export function peOf(element: ProfileElement): PeHeader | undefined {
  return 'pe' in element ? element.pe : undefined
}
