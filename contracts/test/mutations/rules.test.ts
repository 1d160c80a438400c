import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../abi/testing/foundry.ts'
import { RULES } from '../../model/rules.ts'
import { editsOf } from './mutation.ts'
import { MUTATIONS } from './rules.ts'

test.each(MUTATIONS)('the lines of $rule are there once, so that they can be taken out', (mutation) => {
  for (const { file, find } of editsOf(mutation)) {
    expect(readFileSync(join(ROOT, file), 'utf8').split(find)).toHaveLength(2)
  }
})

test('every rule of the model that a contract keeps can be taken out of it', () => {
  const removable = new Set(MUTATIONS.map(({ rule }) => rule.replace(/ \(.*\)$/, '')))
  expect(Object.keys(RULES).filter((rule) => !removable.has(rule))).toEqual([])
})

test('every name is given once, so that one rule can be chosen by it', () => {
  const names = MUTATIONS.map(({ rule }) => rule)
  expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([])
})
