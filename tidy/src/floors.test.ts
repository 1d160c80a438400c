import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  findCycle,
  type HousePackage,
  housePackages,
  importsOf,
  packageOf,
  ROOT,
  resolveRelative,
} from './house.ts'

/** The floors of the house, lowest first. A package imports only from lower floors. */
const FLOORS: readonly (readonly string[])[] = [
  ['base'],
  ['journey', 'wire', 'contracts', 'tlv'],
  ['store', 'proofs', 'crypto', 'sgp22', 'saip'],
  ['smdp', 'smds', 'lpa', 'euicc', 'sdk'],
  [
    'identity',
    'intents',
    'indexer',
    'relayer',
    'provisioner',
    'metering',
    'smart-switch',
    'billing',
    'settlement',
    'treasury',
    'attestor',
    'oracles',
    'advisor',
    'transparency',
    'web-push',
  ],
  ['rsp', 'node', 'web', 'exit', 'phone', 'cli', 'stack', 'carrier', 'esim-access', 'sign-in', 'card-ramp'],
]
/** Looks at the whole house from outside: tests and measurements, imported by nobody. */
const OUTSIDE = ['tidy', 'e2e', 'bench']

const rootTools = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).devDependencies as Record<
  string,
  string
>
const packages = housePackages()
const byName = new Map(packages.map((one) => [one.name, one]))
const floorOf = (one: HousePackage) =>
  FLOORS.findIndex((floor) => floor.includes(one.name.slice('@gesim/'.length)))
const isOutside = (one: HousePackage) => OUTSIDE.includes(one.name.slice('@gesim/'.length))

describe('the floors of the house', () => {
  it('give every package a place', () => {
    const homeless = packages.filter((one) => floorOf(one) === -1 && !isOutside(one)).map((one) => one.name)
    expect(homeless).toEqual([])
  })

  it('let imports only go down', () => {
    const upward: string[] = []
    for (const one of packages.filter((each) => !isOutside(each))) {
      for (const file of one.files.filter((each) => !each.isTest)) {
        for (const specifier of importsOf(file)) {
          const other = byName.get(packageOf(specifier) ?? '')
          if (!other || other === one) continue
          if (isOutside(other) || floorOf(other) >= floorOf(one))
            upward.push(`${file.path} imports ${specifier}`)
        }
      }
    }
    expect(upward).toEqual([])
  })

  it('keep rsp free of our business, and the platform free of the SM-DP+', () => {
    const wrong: string[] = []
    for (const one of packages) {
      for (const specifier of one.files.filter((each) => !each.isTest).flatMap(importsOf)) {
        const other = byName.get(packageOf(specifier) ?? '')
        if (!other) continue
        if (one.dir.startsWith('rsp/') && other.dir.startsWith('platform/'))
          wrong.push(`${one.name} on ${other.name}`)
        if (one.dir.startsWith('platform/') && other.name === '@gesim/smdp')
          wrong.push(`${one.name} on ${other.name}`)
      }
    }
    expect(wrong).toEqual([])
  })

  it('let apps/web stand on wire, contracts, proofs and base only', () => {
    const allowed = ['@gesim/wire', '@gesim/contracts', '@gesim/proofs', '@gesim/base']
    const web = byName.get('@gesim/web')!
    const ours = new Set(
      web.files
        .flatMap(importsOf)
        .map(packageOf)
        .filter((name) => name?.startsWith('@gesim/')),
    )
    expect([...ours].filter((name) => !allowed.includes(name!))).toEqual([])
  })

  it('let nobody use what the manifest does not declare', () => {
    const undeclared = new Set<string>()
    for (const one of packages) {
      // What looks at the house from outside is tests all over: it may use the root's tools.
      const tools = isOutside(one) ? rootTools : {}
      const declared = new Set(
        Object.keys({ ...one.manifest.dependencies, ...one.manifest.devDependencies, ...tools }),
      )
      for (const file of one.files.filter((each) => !each.isTest && !/\.config\.(ts|mjs)$/.test(each.path))) {
        for (const name of importsOf(file).map(packageOf)) {
          if (name && name !== one.name && !declared.has(name)) undeclared.add(`${file.path}: ${name}`)
        }
      }
    }
    expect([...undeclared]).toEqual([])
  })

  it('let packages be entered only through their doors', () => {
    const broken: string[] = []
    for (const one of packages) {
      for (const file of one.files) {
        for (const specifier of importsOf(file)) {
          const name = packageOf(specifier)
          const other = name ? byName.get(name) : undefined
          if (other && name) {
            const door = `.${specifier.slice(name.length)}`
            if (!other.manifest.exports?.[door]) broken.push(`${file.path} enters ${specifier}`)
          }
          if (specifier.startsWith('.') && !isOutside(one)) {
            const target = resolveRelative(file, specifier)
            if (!target.startsWith(`${one.dir}/`)) broken.push(`${file.path} reaches into ${target}`)
          }
        }
      }
    }
    expect(broken).toEqual([])
  })
})

describe('circles', () => {
  it('do not exist between packages, type imports included', () => {
    const graph = new Map(
      packages.map((one) => [
        one.name,
        [
          ...new Set(
            one.files
              .filter((file) => !file.isTest)
              .flatMap(importsOf)
              .map(packageOf),
          ),
        ].filter((name): name is string => !!name && byName.has(name) && name !== one.name),
      ]),
    )
    expect(findCycle(graph)).toBeNull()
  })

  it('do not exist between files, type imports included', () => {
    const files = packages.flatMap((one) => one.files)
    const known = new Set(files.map((file) => file.path))
    const graph = new Map(
      files.map((file) => [
        file.path,
        importsOf(file)
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => resolveRelative(file, specifier))
          .filter((path) => known.has(path)),
      ]),
    )
    expect(findCycle(graph)).toBeNull()
  })
})
