import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, walk, withoutComments } from './house.ts'

const contractFiles = walk(join(ROOT, 'contracts')).map((path) => relative(ROOT, path))
const testNames = new Set(
  contractFiles
    .filter((path) => path.endsWith('.t.sol'))
    .flatMap((path) => [
      ...readFileSync(join(ROOT, path), 'utf8').matchAll(/function\s+(test\w+|invariant\w+)\s*\(/g),
    ])
    .map((match) => match[1]!),
)

describe('test trees', () => {
  it('have leaves that are all tests', () => {
    const missing: string[] = []
    for (const path of contractFiles.filter((each) => each.endsWith('.tree'))) {
      for (const [, leaf] of readFileSync(join(ROOT, path), 'utf8').matchAll(/`(\w+)`/g)) {
        if (!testNames.has(leaf!)) missing.push(`${path}: ${leaf}`)
      }
    }
    expect(missing).toEqual([])
  })

  it('exist for every function that anyone can call from outside', () => {
    const grown = contractFiles
      .filter((path) => path.endsWith('.tree'))
      .map((path) => readFileSync(join(ROOT, path), 'utf8'))
      .join('\n')
    const bare: string[] = []
    for (const path of contractFiles.filter((each) =>
      /^contracts\/src\/(abstracts\/)?[^/]+\.sol$/.test(each),
    )) {
      const text = withoutComments(readFileSync(join(ROOT, path), 'utf8'))
      const named = /\bcontract\s+(\w+)/.exec(text)?.[1]
      if (!named) continue
      // A function of a part has its tree under the contract that people call.
      const contract = path.includes('/abstracts/') ? '\\w+' : named
      for (const [, name, modifiers] of text.matchAll(/function\s+(\w+)\s*\([^)]*\)\s*([^{;]*)\{/g)) {
        if (!/\b(external|public)\b/.test(modifiers!) || /\b(view|pure)\b/.test(modifiers!)) continue
        if (!new RegExp(`${contract}::${name}\\b`).test(grown)) bare.push(`${contract}::${name}`)
      }
    }
    expect(bare).toEqual([])
  })
})
