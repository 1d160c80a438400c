import { join } from 'node:path'
import { type Abi, toEventSelector, toEventSignature, toFunctionSelector, toFunctionSignature } from 'viem'
import { expect, it } from 'vitest'
import * as generated from './generated/index.ts'

/** What a contract offers to the outside, one line each: whoever calls it depends on these. */
function surfaceOf(abi: Abi): string[] {
  return abi
    .flatMap((entry) => {
      if (entry.type === 'function')
        return [`${toFunctionSelector(entry)} ${toFunctionSignature(entry)} ${entry.stateMutability}`]
      if (entry.type === 'event')
        return [`${toEventSelector(entry).slice(0, 10)} event ${toEventSignature(entry)}`]
      return entry.type === 'error'
        ? [`${toFunctionSelector({ ...entry, type: 'function' } as never)} error ${entry.name}`]
        : []
    })
    .sort((a, b) => (a.slice(11) < b.slice(11) ? -1 : 1))
}

it('contracts offer what they offered: a changed line breaks callers, `vitest -u` accepts it', async () => {
  const contracts = Object.entries(generated as Readonly<Record<string, Abi | string>>)
    .filter((entry): entry is [string, Abi] => typeof entry[1] !== 'string')
    .map(
      ([name, abi]) =>
        `${name.replace(/Abi$/, '')}\n${surfaceOf(abi)
          .map((line) => `  ${line}\n`)
          .join('')}`,
    )
  await expect(contracts.join('\n')).toMatchFileSnapshot(
    join(import.meta.dirname, '../snapshots/surface.txt'),
  )
})
