import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../abi/testing/foundry.ts'
import { readLcov } from './lcov.ts'
import { probedFiles, read, sourcesIn } from './probing.ts'
import { REASONS } from './reasons.ts'
import { judge } from './verdict.ts'

const PATH = 'contracts/src/Example.sol'

function probed(body: string, mutability = '') {
  const source = `pragma solidity 0.8.37; // SPDX-License-Identifier: Apache-2.0\ncontract Example {\nfunction f(uint256 a) external ${mutability} {\n${body}\n}\n}\n`
  return probedFiles(new Map([[PATH, source]]))[0]!
}

const lines = async function* (text: string) {
  yield* text.split('\n')
}

test('a function, each statement and both sides of a decision are places', () => {
  const { places } = probed('if (a == 1) return;\nrequire(a != 2, Bad(a));')
  expect(places.map(({ kind, side, from }) => [kind, side, from])).toEqual([
    ['function', undefined, 3],
    ['statement', undefined, 4],
    ['side', 'true', 4],
    ['statement', undefined, 4],
    ['side', 'false', 4],
    ['statement', undefined, 5],
    ['side', 'true', 5],
    ['side', 'false', 5],
  ])
})

test('a requirement becomes a decision with the same error', () => {
  const text = probed('require(a > (a == 3 ? 1 : 2), Bad(a, unicode"é"));').written('./Probe.sol')
  expect(text).toContain(
    'Probe.at(1); if (!(a > (Probe.side(a == 3, 4) ? 1 : 2))) { Probe.at(3); revert Bad(a, unicode"é"); } else Probe.at(2);',
  )
})

test('a statement without braces gets them, and an else that was not there', () => {
  const text = probed('for (;;) if (a == 1) break; else a++;').written('./Probe.sol')
  expect(text).toContain(
    'for (;;) { Probe.at(2); if (a == 1) { Probe.at(3); { Probe.at(4); break; } } else { Probe.at(5); { Probe.at(6); a++; } } }',
  )
  expect(probed('if (a == 1) a++;').written('./Probe.sol')).toContain('a++; } } else { Probe.at(4); }')
})

test('pure assembly marks its blocks, and what comes after a way out', () => {
  const body = 'assembly {\nfor {} a {} {\nif a { break }\na := 0\n}\n}'
  const { places } = probed(body, 'pure')
  expect(places.slice(2).map(({ from, side }) => [from, side])).toEqual([
    [5, undefined],
    [6, 'true'],
    [7, undefined],
  ])
  const text = probed(body, 'pure').written('./Probe.sol')
  expect(text.match(/mstore\(0x20000/g)).toHaveLength(3)
  expect(text).toContain('Probe.marks(2);')
  expect(probed(body, 'view').written('./Probe.sol')).not.toContain('Probe.marks')
})

test('every contract can be probed, and no place is in two files', { timeout: 120_000 }, () => {
  const files = probedFiles(sourcesIn(ROOT))
  const numbers = files.flatMap(({ places }) => places.map(({ number }) => number))
  expect(numbers).toEqual([...numbers.keys()])
  expect(numbers.length).toBeGreaterThan(4_000)
})

test('only what tests that pass have logged counts', async () => {
  const { numbers, tests, failed } = await read(
    lines(
      '[PASS] test_A() (gas: 1)\nLogs:\n  7000000004\n  12\n\n[FAIL: a [b] c] test_B(uint256) (runs: 1)\nLogs:\n  7000000005\n' +
        '[PASS] test_C(uint8) (runs: 32)\n  7000000006\nFailing tests:\n[FAIL: x] test_B(uint256)\n',
    ),
  )
  expect([...numbers]).toEqual([4, 6])
  expect([tests, failed]).toEqual([2, ['test_B(uint256)']])
})

test('a place that nothing passed is a gap, and its line and branch are not proven', () => {
  const { places } = probed('if (a == 1) return;\na++;')
  const lcov = `SF:${PATH}\nDA:3,1\nDA:4,0\nDA:5,0\nDA:90,1\nBRDA:4,0,0,-\nBRDA:5,1,0,0\nend_of_record\n`
  const all = new Set(places.map(({ number }) => number))
  const measured = readLcov(lcov, 'contracts/src/')
  const whole = judge(measured, places, all)
  expect(whole.gaps).toEqual([])
  expect(whole.unknown).toEqual([`${PATH}:90`, `${PATH}:5 (branch)`])
  expect(whole.files[0]).toMatchObject({ lines: { hit: 3, of: 4 }, doubted: { hit: 1, of: 2 } })

  all.delete(2)
  all.delete(3)
  const { gaps, files } = judge(measured, places, all)
  expect(gaps.map(({ first, last }) => [first.number, last.number])).toEqual([[2, 3]])
  expect(files[0]).toMatchObject({ sides: { hit: 1, of: 2 }, doubted: { hit: 0, of: 2 } })
  expect(judge(measured, places, new Set()).files[0]!.lines.hit).toBe(0)
})

test('of an item that occurs for several contracts the most hits count', () => {
  const { lines: hits, branches } = readLcov(
    `SF:${PATH}\nDA:3,2\nBRDA:3,0,0,1\nSF:lib/Else.sol\nDA:3,9\nSF:${PATH}\nDA:3,0\nBRDA:3,0,0,-\n`,
    'contracts/src/',
  ).get(PATH)!
  expect([...hits]).toEqual([[3, 2]])
  expect([...branches.values()]).toEqual([{ line: 3, hits: 1 }])
})

test('what a reason speaks of stands in its file', () => {
  for (const { file, code, why } of REASONS) {
    expect(readFileSync(join(ROOT, file), 'utf8').replace(/\s+/g, ' ')).toContain(code)
    expect(why).toMatch(/\.$/)
  }
})
