import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import compile from 'icu-minify/compile'
import type { Room } from './locales.ts'

type Tree = { readonly [key: string]: string | Tree }

/** The messages of one room as they are written, each by its whole key. */
export function writtenMessages(locale: string, room: Room): Map<string, string> {
  const file = join(import.meta.dirname, 'messages', locale, `${room}.json`)
  const flat = new Map<string, string>()
  const walk = (tree: Tree, path: string) => {
    for (const [key, value] of Object.entries(tree)) {
      if (typeof value === 'string') flat.set(`${path}${key}`, value)
      else walk(value, `${path}${key}.`)
    }
  }
  walk(JSON.parse(readFileSync(file, 'utf8')), '')
  return flat
}

/** What a message has to be given, and the plural forms it knows. */
export interface Needs {
  readonly values: readonly string[]
  readonly tags: readonly string[]
  readonly pluralForms: readonly (readonly string[])[]
}

// The kinds of a compiled node, as `icu-minify` numbers them; 0 is the number sign within a plural.
const SELECT = 1
const PLURAL = 2
const SELECT_ORDINAL = 3

/** Read from the compiled message, so that it is what the formatter asks for. Throws where the syntax is wrong. */
export function needsOf(message: string): Needs {
  const values = new Set<string>()
  const tags = new Set<string>()
  const pluralForms: string[][] = []
  const walkAll = (nodes: unknown) => {
    if (Array.isArray(nodes)) for (const node of nodes) walk(node)
  }
  const walk = (node: unknown) => {
    if (!Array.isArray(node)) return
    const [name, kind, forms] = node as [string, unknown, Record<string, unknown> | undefined]
    const isTag = node.length > 1 && !(typeof kind === 'number' && kind > 0)
    if (isTag) {
      tags.add(name)
      return walkAll(node.slice(1))
    }
    values.add(name)
    if (kind === PLURAL || kind === SELECT_ORDINAL) pluralForms.push(Object.keys(forms!).sort())
    if (kind === SELECT || kind === PLURAL || kind === SELECT_ORDINAL) Object.values(forms!).forEach(walkAll)
  }
  walkAll(compile(message))
  return { values: [...values].sort(), tags: [...tags].sort(), pluralForms }
}
