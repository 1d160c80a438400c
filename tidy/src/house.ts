// Reads the house as it stands on disk: packages, their files, what each file imports.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

export const ROOT = join(import.meta.dirname, '..', '..')

const SKIPPED = new Set(['node_modules', '.next', '.git', '.gesim', 'out', 'cache', 'generated', '.ci'])

export interface SourceFile {
  /** Path from the root, with `/`. */
  readonly path: string
  readonly text: string
  readonly isTest: boolean
}

export interface HousePackage {
  readonly name: string
  readonly dir: string
  readonly manifest: {
    dependencies?: Record<string, string>
    devDependencies?: Record<string, string>
    exports?: Record<string, string>
  }
  readonly files: readonly SourceFile[]
}

/** Every file below a folder, skipping what is installed or built. */
export function walk(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    if (SKIPPED.has(name)) return []
    const path = join(dir, name)
    return statSync(path).isDirectory() ? walk(path) : [path]
  })
}

/** The text without comments, so that a word in a comment is not taken for code. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`\\])\/\/[^\n]*/g, '$1')
}

/** Every workspace package of the root manifest. */
export function housePackages(): HousePackage[] {
  const root = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { workspaces: string[] }
  const dirs = root.workspaces.flatMap((pattern) =>
    pattern.endsWith('/*')
      ? readdirSync(join(ROOT, pattern.slice(0, -2))).map((name) => `${pattern.slice(0, -2)}/${name}`)
      : [pattern],
  )
  return dirs
    .filter((dir) => statSync(join(ROOT, dir)).isDirectory())
    .map((dir) => {
      const manifest = JSON.parse(readFileSync(join(ROOT, dir, 'package.json'), 'utf8'))
      const files = walk(join(ROOT, dir))
        .filter((path) => /\.(ts|tsx|mts|mjs)$/.test(path) && !path.endsWith('.d.ts'))
        .map((path) => ({
          path: relative(ROOT, path),
          text: readFileSync(path, 'utf8'),
          isTest: /\.test\.tsx?$/.test(path) || /\/(testing|fixtures?|test)(\/|\.ts)/.test(path),
        }))
      return { name: manifest.name, dir, manifest, files }
    })
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** What a file imports, types included, as written. */
export function importsOf(file: SourceFile): string[] {
  return [...withoutComments(file.text).matchAll(IMPORT)].map((match) => (match[1] ?? match[2] ?? match[3])!)
}

/** `@scope/name` or `name` of an import, or null for a relative or built-in one. */
export function packageOf(specifier: string): string | null {
  if (specifier.startsWith('.') || specifier.startsWith('node:') || specifier.startsWith('@/')) return null
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** A relative import as a path from the root. */
export function resolveRelative(from: SourceFile, specifier: string): string {
  return relative(ROOT, join(ROOT, dirname(from.path), specifier))
}

/** Names on a cycle of a graph, or null when there is none. */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>()
  const trail: string[] = []
  const visit = (node: string): string[] | null => {
    if (done.has(node)) return null
    const at = trail.indexOf(node)
    if (at !== -1) return [...trail.slice(at), node]
    trail.push(node)
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next)
      if (cycle) return cycle
    }
    trail.pop()
    done.add(node)
    return null
  }
  for (const node of graph.keys()) {
    const cycle = visit(node)
    if (cycle) return cycle
  }
  return null
}
