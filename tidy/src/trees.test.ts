import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, walk, withoutComments } from './house.ts'

/** Views that money moves by: what they answer is decided as carefully as what a call does. */
const VIEWS_THAT_DECIDE_MONEY = [
  'ComplianceHook::check',
  'GesimIdentity::isEntitled',
  'PriceOracle::read',
  'Receivables::appraise',
  'Settlement::claimBasis',
  'Settlement::closeBasis',
  'Settlement::isFinal',
]

/** What has no tree, and why. */
const WITHOUT_A_TREE: readonly (readonly [name: RegExp, why: string])[] = [
  [/::(grantRole|renounceRole|revokeRole)$/, "OpenZeppelin's roles, unchanged"],
  [
    /^GesimAccount::on(ERC721|ERC1155|ERC1155Batch)Received$/,
    'hooks of receivers: they answer, and do nothing',
  ],
  [
    /^AdvancePool::approve$/,
    "OpenZeppelin's ERC-20, unchanged; what it allows is in transferFrom and withdraw",
  ],
]

const contractFiles = walk(join(ROOT, 'contracts')).map((path) => relative(ROOT, path))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const sources = new Map(
  contractFiles
    .filter((path) => /^contracts\/src\/.*\.sol$/.test(path))
    .map((path) => [path, withoutComments(read(path))]),
)

interface Branch {
  depth: number
  text: string
  tests: string[]
}

interface Tree {
  path: string
  /** `Contract::function` */
  root: string
  branches: Branch[]
}

const INDENT = 4

/** The trees of a file: several functions that belong together may share one. */
function treesOf(path: string): Tree[] {
  const trees: Tree[] = []
  for (const line of read(path)
    .split('\n')
    .filter((each) => each.trim() !== '')) {
    const branch = /^((?:[│ ] {3})*)[├└]── (.*)$/.exec(line)
    if (branch) {
      const [, indent, text] = branch
      const tests = [...text!.matchAll(/`(\w+)`/g)].map((match) => match[1]!)
      trees.at(-1)?.branches.push({ depth: indent!.length / INDENT, text: text!, tests })
    } else trees.push({ path, root: line, branches: [] })
  }
  return trees
}

const trees = contractFiles.filter((path) => path.endsWith('.tree')).flatMap(treesOf)
const grown = new Set(trees.map(({ root }) => root))

const testsOf = new Map<string, Set<string>>()

function testsIn(folder: string): Set<string> {
  const known = testsOf.get(folder)
  if (known) return known
  const names = contractFiles
    .filter((path) => path.endsWith('.t.sol') && dirname(path) === folder)
    .flatMap((path) => [...read(path).matchAll(/function\s+((?:test|invariant)\w*)\s*\(/g)])
  const tests = new Set(names.map((match) => match[1]!))
  testsOf.set(folder, tests)
  return tests
}

interface Offered {
  name: string
  changesState: boolean
}

/** Every function of every contract that is deployed, as the compiler has it: inherited ones too. */
function surface(): Offered[] {
  const contracts = [...sources.values()].flatMap((text) => [...text.matchAll(/^contract\s+(\w+)/gm)])
  const offered: Offered[] = []
  let contract = ''
  for (const line of read('contracts/snapshots/surface.txt').split('\n')) {
    const heading = /^(\w+)$/.exec(line)?.[1]
    if (heading) {
      contract = contracts.find((match) => match[1]!.toLowerCase() === heading.toLowerCase())?.[1] ?? heading
    }
    const entry = /^ +0x[0-9a-f]{8} (\w+)\(.* (\w+)$/.exec(line)
    if (entry) offered.push({ name: `${contract}::${entry[1]}`, changesState: /payable$/.test(entry[2]!) })
  }
  return offered
}

/** What is not deployed is read from its source. */
function experiments(): Offered[] {
  return [...sources]
    .filter(([path]) => path.startsWith('contracts/src/experimental/'))
    .flatMap(([, text]) => {
      const contract = /^contract\s+(\w+)/m.exec(text)?.[1]
      if (!contract) return []
      return [...text.matchAll(/function\s+(\w+)\s*\([^)]*\)\s*([^{;]*)\{/g)]
        .filter((match) => /\b(external|public)\b/.test(match[2]!))
        .map((match) => ({
          name: `${contract}::${match[1]}`,
          changesState: !/\b(view|pure)\b/.test(match[2]!),
        }))
    })
}

const offered = [...surface(), ...experiments()]

describe('test trees', () => {
  it('are each of a function that is there', () => {
    const known = new Set(offered.map(({ name }) => name))
    const libraries = [...sources.values()].filter((text) => /^library\s/m.test(text))
    const unknown = trees.filter(({ root }) => {
      const [contract, name] = root.split('::')
      const library = libraries.find((text) => new RegExp(`^library\\s+${contract}\\b`, 'm').test(text))
      const isThere = library ? new RegExp(`function\\s+${name}\\b`).test(library) : known.has(root)
      return !isThere && name !== 'constructor'
    })
    expect(unknown.map(({ path, root }) => `${path}: ${root}`)).toEqual([])
  })

  it('end in tests, each of them in the same folder', () => {
    const wrong: string[] = []
    for (const { path, root, branches } of trees) {
      const tests = testsIn(dirname(path))
      if (branches.length === 0) wrong.push(`${path}: no branches below ${root}`)
      branches.forEach((branch, at) => {
        const isLeaf = (branches[at + 1]?.depth ?? 0) <= branch.depth
        if (isLeaf && branch.tests.length === 0) wrong.push(`${path}: no test in “${branch.text}”`)
        for (const name of branch.tests) if (!tests.has(name)) wrong.push(`${path}: no ${name} beside it`)
      })
    }
    expect(wrong).toEqual([])
  })

  it('are one for each function that changes state, of that very contract', () => {
    const bare = offered.filter(
      ({ name, changesState }) =>
        changesState && !grown.has(name) && !WITHOUT_A_TREE.some(([pattern]) => pattern.test(name)),
    )
    expect([...new Set(bare.map(({ name }) => name))]).toEqual([])
  })

  it('are one for each view that decides money', () => {
    const known = new Set(offered.map(({ name }) => name))
    expect(VIEWS_THAT_DECIDE_MONEY.filter((name) => !known.has(name) || !grown.has(name))).toEqual([])
  })

  it('are missing only where the list says why, and where there is none', () => {
    const idle = WITHOUT_A_TREE.filter(
      ([pattern]) =>
        !offered.some(({ name }) => pattern.test(name)) || trees.some(({ root }) => pattern.test(root)),
    )
    expect(idle.map(([pattern]) => String(pattern))).toEqual([])
  })
})
