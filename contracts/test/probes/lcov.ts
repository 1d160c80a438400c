/** What forge's own coverage says of one file: hits by line, and by branch. */
export interface Measured {
  lines: Map<number, number>
  branches: Map<string, { line: number; hits: number }>
}

/** A file and an item may occur several times, once for each contract that has the code: the most hits count. */
export function readLcov(text: string, folder: string): Map<string, Measured> {
  const files = new Map<string, Measured>()
  let file: Measured | undefined
  for (const line of text.split('\n')) {
    const [key, value = ''] = split(line)
    if (key === 'SF') {
      file = value.startsWith(folder)
        ? (files.get(value) ?? { lines: new Map(), branches: new Map() })
        : undefined
      if (file) files.set(value, file)
    } else if (key === 'DA' && file) {
      const [at, hits] = value.split(',').map(Number) as [number, number]
      file.lines.set(at, Math.max(hits, file.lines.get(at) ?? 0))
    } else if (key === 'BRDA' && file) {
      const [at, block, path, hits] = value.split(',') as [string, string, string, string]
      const name = `${at},${block},${path}`
      const before = file.branches.get(name)?.hits ?? 0
      file.branches.set(name, { line: Number(at), hits: Math.max(hits === '-' ? 0 : Number(hits), before) })
    }
  }
  return files
}

function split(line: string): [key: string, value?: string] {
  const at = line.indexOf(':')
  return at < 0 ? [line] : [line.slice(0, at), line.slice(at + 1)]
}
