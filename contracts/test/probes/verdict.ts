// What the tool says, beside what was passed in truth.
import type { Measured } from './lcov.ts'
import type { Place } from './places.ts'

export interface Share {
  hit: number
  of: number
}

export interface FileVerdict {
  file: string
  toolLines: Share
  toolBranches: Share
  lines: Share
  sides: Share
  /** Branches that the tool calls uncovered, and how many of them lie in decisions that went every way. */
  doubted: Share
}

/** Places in a row that nothing passed, named by the first. */
export interface Gap {
  first: Place
  last: Place
}

export interface Verdict {
  files: FileVerdict[]
  gaps: Gap[]
  /** What the tool counts and no place stands for: then the figures compare different things. */
  unknown: string[]
}

export function judge(measured: Map<string, Measured>, places: Place[], passed: Set<number>): Verdict {
  const byFile = new Map<string, Place[]>()
  for (const place of places) byFile.set(place.file, [...(byFile.get(place.file) ?? []), place])
  const unknown: string[] = []
  const files = [...byFile].map(([file, ofFile]) => {
    const { lines, branches } = measured.get(file) ?? { lines: new Map(), branches: new Map() }
    const isPassed = (place: Place) => passed.has(place.number)
    const known = [...lines.keys()].filter((line) => {
      const candidates = placesOf(ofFile, line)
      if (candidates.length === 0) unknown.push(`${file}:${line}`)
      return candidates.some(isPassed)
    })
    const uncovered = [...branches.values()].filter(({ hits }) => hits === 0)
    const proven = uncovered.filter(({ line }) => {
      const sides = ofFile.filter(({ side, decision }) => side !== undefined && decision === line)
      if (sides.length === 0) unknown.push(`${file}:${line} (branch)`)
      return sides.length > 0 && sides.every(isPassed)
    })
    const sides = ofFile.filter(({ side }) => side !== undefined)
    return {
      file,
      toolLines: share([...lines.values()], (hits) => hits > 0),
      toolBranches: share([...branches.values()], ({ hits }) => hits > 0),
      lines: { hit: known.length, of: lines.size },
      sides: share(sides, isPassed),
      doubted: { hit: proven.length, of: uncovered.length },
    }
  })
  return { files, gaps: gapsIn(places, passed), unknown }
}

/** What begins on the line; else the innermost that it lies in. */
function placesOf(places: Place[], line: number): Place[] {
  const runs = places.filter(({ kind, from, to }) => kind !== 'side' && from <= line && line <= to)
  const begin = runs.filter(({ from }) => from === line)
  if (begin.length > 0) return begin
  const innermost = runs.toSorted((a, b) => b.from - a.from || a.to - b.to)[0]
  return innermost ? [innermost] : []
}

function gapsIn(places: Place[], passed: Set<number>): Gap[] {
  const gaps: Gap[] = []
  for (const place of places.filter(({ number }) => !passed.has(number))) {
    const before = gaps.at(-1)
    if (before && before.last.number === place.number - 1 && before.last.file === place.file)
      before.last = place
    else gaps.push({ first: place, last: place })
  }
  return gaps
}

function share<T>(all: T[], isHit: (each: T) => boolean): Share {
  return { hit: all.filter(isHit).length, of: all.length }
}

export function total(shares: Share[]): Share {
  return {
    hit: shares.reduce((sum, { hit }) => sum + hit, 0),
    of: shares.reduce((sum, { of }) => sum + of, 0),
  }
}
