import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { housePackages, ROOT, walk } from './house.ts'

const files = walk(ROOT).map((path) => relative(ROOT, path))
const isGenerated = (path: string) => /(^|\/)(abi\/generated|generated)\//.test(path)

describe('files', () => {
  it('are under 400 lines', () => {
    const long = files
      .filter((path) => /\.(ts|tsx|mjs|sol|css|sql)$/.test(path) && !isGenerated(path))
      .map((path) => [path, readFileSync(join(ROOT, path), 'utf8').split('\n').length - 1] as const)
      .filter(([, lines]) => lines > 400)
    expect(long).toEqual([])
  })

  it('are not called utils, helpers, common, misc or manager', () => {
    const vague = /(^|[-_.])(utils?|helpers?|common|misc|managers?)([-_.]|$)/i
    expect(files.filter((path) => vague.test(basename(path)) || vague.test(basename(dirname(path))))).toEqual(
      [],
    )
  })

  it('say nothing of the machine they were written on', () => {
    const machine = /(^|[^A-Za-z0-9_.])\/(work|root|home)\/[A-Za-z0-9._-]+/
    const told = files.filter(
      (path) =>
        /\.(ts|tsx|mjs|sol|md|json|sql|yaml|css)$/.test(path) &&
        machine.test(readFileSync(join(ROOT, path), 'utf8')),
    )
    expect(told.filter((path) => path !== 'tidy/src/files.test.ts')).toEqual([])
  })
})

describe('migrations', () => {
  it('each have a number of their own: of two with the same one, the second never comes', () => {
    const numbers = files
      .filter((path) => path.startsWith('deploy/supabase/migrations/'))
      .map((path) => basename(path).slice(0, 14))
    expect(numbers.length).toBeGreaterThan(20)
    expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([])
  })
})

describe('packages', () => {
  it('each have a README', () => {
    expect(
      housePackages()
        .filter((one) => !existsSync(join(ROOT, one.dir, 'README.md')))
        .map((one) => one.dir),
    ).toEqual([])
  })
})

describe('links in the documents', () => {
  it('all lead somewhere', () => {
    const dead: string[] = []
    for (const path of files.filter((each) => each.endsWith('.md'))) {
      const text = readFileSync(join(ROOT, path), 'utf8')
        .replace(/```[\s\S]*?```/g, '')
        .replace(/`[^`\n]*`/g, '')
      for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (!target || /^(https?:|mailto:|#)/.test(target)) continue
        if (!existsSync(join(ROOT, dirname(path), target.split('#')[0]!))) dead.push(`${path} → ${target}`)
      }
    }
    expect(dead).toEqual([])
  })
})
