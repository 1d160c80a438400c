import { fromHex } from '@gesim/base'
import type { ElementKind } from './kinds.ts'
import { templateRule } from './template-access.ts'
import * as tables from './template-tables.ts'

export type FileStructure = 'mf' | 'adf' | 'df' | 'transparent' | 'linear' | 'cyclic' | 'ber-tlv'

/** What a file is like when the package says nothing else. */
export interface TemplateFile {
  readonly name: string
  readonly structure: FileStructure
  readonly fileId?: number
  /** Octets of a transparent file, or of one record. */
  readonly bytes?: number
  readonly records?: number
  readonly shortId?: number
  /** Reference to the record of EF.ARR with the access rule: the number of the record. */
  readonly rule: Uint8Array
  /** Content when nothing is filled in; the last octet repeats. */
  readonly fill: Uint8Array
  /** The name of the directory of this template that holds the file; absent at its top. */
  readonly under?: string
}

/** One file template: the files of a profile element in the order of their tags, the first having tag [2]. */
export interface Template {
  readonly kind: ElementKind
  readonly oid: string
  /** Where the files stand: below the MF, or below the last USIM, ISIM or CSIM. */
  readonly root: 'mf' | 'usim' | 'isim' | 'csim'
  readonly files: readonly TemplateFile[]
}

const STRUCTURES: Record<string, FileStructure> = {
  mf: 'mf',
  adf: 'adf',
  df: 'df',
  t: 'transparent',
  l: 'linear',
  c: 'cyclic',
  b: 'ber-tlv',
}

function parse(table: string): TemplateFile[] {
  // The DFs of a template stand beside each other below its first directory; files stand below the DF before them.
  let outermost: string | undefined
  let current: string | undefined
  const files: TemplateFile[] = []
  for (const line of table.trim().split('\n')) {
    const [name, id, kind, size, sfi, fill] = line.trim().split(/ +/) as [string, ...string[]]
    const structure = STRUCTURES[kind!]!
    const directory = structure === 'mf' || structure === 'adf' || structure === 'df'
    const [bytes, records] = size === '-' ? [] : size!.split('x').map(Number)
    files.push({
      name,
      structure,
      fileId: id === '-' ? undefined : Number.parseInt(id!, 16),
      bytes,
      records,
      shortId: sfi === '-' ? undefined : Number.parseInt(sfi!, 16),
      rule: Uint8Array.of(templateRule(name, directory)),
      fill: fill === '-' ? Uint8Array.of(0xff) : fromHex(fill!),
      under: directory ? outermost : current,
    })
    if (directory) {
      outermost ??= name
      current = name
    }
  }
  return files
}

function template(kind: ElementKind, arc: number, root: Template['root'], table: string): Template {
  return { kind, oid: `2.23.143.1.2.${arc}`, root, files: parse(table) }
}

const TEMPLATES: readonly Template[] = [
  template('mf', 1, 'mf', tables.MF_TABLE),
  template('cd', 2, 'mf', tables.CD_TABLE),
  template('telecom', 3, 'mf', tables.TELECOM_TABLE),
  template('usim', 4, 'usim', tables.USIM_TABLE),
  template('opt-usim', 5, 'usim', tables.OPT_USIM_TABLE),
  template('phonebook', 6, 'usim', tables.PHONEBOOK_TABLE),
  template('gsm-access', 7, 'usim', tables.GSM_ACCESS_TABLE),
  template('isim', 8, 'isim', tables.ISIM_TABLE),
  template('opt-isim', 9, 'isim', tables.OPT_ISIM_TABLE),
  template('csim', 10, 'csim', tables.CSIM_TABLE),
  template('opt-csim', 11, 'csim', tables.OPT_CSIM_TABLE),
  template('eap', 12, 'usim', tables.EAP_TABLE),
  template('df-5gs', 13, 'usim', tables.DF_5GS_TABLE),
  template('df-saip', 14, 'usim', tables.DF_SAIP_TABLE),
]

const BY_KIND = new Map(TEMPLATES.map((entry) => [entry.kind, entry]))

/** The template of a kind of element, or `undefined` when this kind is not made of template files we know. */
export function templateOf(kind: ElementKind): Template | undefined {
  return BY_KIND.get(kind)
}
