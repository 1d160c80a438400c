import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../abi/testing/foundry.ts'
import { RULES } from '../../model/rules.ts'
import { MUTATIONS } from './rules.ts'

test.each(MUTATIONS)('the line of $rule is there once, so that it can be taken out', ({ file, find }) => {
  expect(readFileSync(join(ROOT, file), 'utf8').split(find)).toHaveLength(2)
})

test('every rule of the model that a contract keeps can be taken out of it', () => {
  const removable = new Set(MUTATIONS.map(({ rule }) => rule.replace(/ \(.*\)$/, '')))
  expect(Object.keys(RULES).filter((rule) => !removable.has(rule))).toEqual([])
})
