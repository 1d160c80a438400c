import { expect, it } from 'vitest'
import { byArea, outline } from './openapi.ts'

it('groups operations by the first word of their path', () => {
  const areas = byArea({
    info: { title: 't', version: '1' },
    paths: {
      '/v1/plans': { get: { summary: 'all' } },
      '/v1/plans/{planId}': { get: {}, parameters: {} as never },
      '/rpc/bundler': { post: {} },
    },
  })
  expect(areas.map(([area, operations]) => [area, operations.length])).toEqual([
    ['plans', 2],
    ['rpc', 1],
  ])
})

it('writes a schema as an outline', () => {
  const schema = {
    type: 'object',
    required: ['id'],
    properties: {
      id: { type: 'string', description: 'hex' },
      kind: { anyOf: [{ const: 'a' }, { const: 'b' }] },
      list: { type: 'array', items: { type: 'integer' } },
    },
  }
  expect(outline(schema)).toBe('{\n  id: string   // hex\n  kind?: "a" | "b"\n  list?: integer[]\n}')
})
