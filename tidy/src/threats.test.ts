import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RULES } from '../../contracts/model/rules.ts'
import { CORRUPTIONS } from '../../contracts/model/world.ts'
import { MUTATIONS } from '../../contracts/test/mutations/rules.ts'
import { ROOT, walk } from './house.ts'

const threats = readFileSync(join(ROOT, 'contracts', 'THREATS.md'), 'utf8')
const solidityTests = walk(join(ROOT, 'contracts', 'test'))
  .filter((path) => path.endsWith('.t.sol'))
  .map((path) => readFileSync(path, 'utf8'))
const functions = new Set(
  solidityTests
    .flatMap((text) => [...text.matchAll(/function\s+((?:test|invariant)\w*)\s*\(/g)])
    .map((match) => match[1]!),
)

/** The names in backticks right after a word: after “mutations” there may be several. */
function namedAfter(word: RegExp): string[] {
  return [...threats.matchAll(new RegExp(`${word.source}((?:(?:, | and )?\`[^\`]+\`)+)`, 'g'))].flatMap(
    (match) => [...match[1]!.matchAll(/`([^`]+)`/g)].map((each) => each[1]!),
  )
}

describe('the list of threats', () => {
  it('names only tests that exist', () => {
    const named = [...threats.matchAll(/`((?:test|testFuzz|invariant)_\w*)(\*?)`/g)]
    const missing = named.filter(([, name, star]) =>
      star ? ![...functions].some((each) => each.startsWith(name!)) : !functions.has(name!),
    )
    expect(named.length).toBeGreaterThan(40)
    expect(missing.map(([text]) => text)).toEqual([])
  })

  it('abbreviates no name of a test, which nobody could search for', () => {
    expect(threats.match(/`\.\.\.\w+`/g)).toBeNull()
  })

  it('names only mutations that can be run', () => {
    const rules = new Set(MUTATIONS.map(({ rule }) => rule))
    const named = namedAfter(/\bmutations? /)
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((name) => !rules.has(name))).toEqual([])
  })

  it('names only rules and corrupt roots that the model has', () => {
    const known = new Set<string>([...Object.keys(RULES), ...CORRUPTIONS])
    const named = namedAfter(/\bmodel(?: and mutation)? /).filter((name) => !/[./]/.test(name))
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((name) => !known.has(name))).toEqual([])
  })
})
