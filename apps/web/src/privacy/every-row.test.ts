import { afterEach, expect, it, vi } from 'vitest'
import { everyRow } from './every-row.ts'

afterEach(() => vi.unstubAllGlobals())

/** An API that gives two rows at a time, of five that it counts and as many as it has. */
function apiWith(rows: number) {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path)
    const skip = Number(new URL(path, 'http://any').searchParams.get('skip') ?? 0)
    const page = Array.from({ length: rows }, (_, n) => ({ number: String(n) })).slice(skip, skip + 2)
    const groups = page.length ? [{ group: 'steps', total: 5, rows: page }] : []
    return new Response(JSON.stringify({ groups }))
  })
  return asked
}

it('asks on until every row of a group is there', async () => {
  const asked = apiWith(5)
  const { groups } = await everyRow()
  expect(groups[0]!.rows.map((row) => row.number)).toEqual(['0', '1', '2', '3', '4'])
  expect(asked).toEqual(['/v1/privacy', '/v1/privacy?group=steps&skip=2', '/v1/privacy?group=steps&skip=4'])
})

it('ends when rows have gone meanwhile', async () => {
  apiWith(3)
  expect((await everyRow()).groups[0]!.rows).toHaveLength(3)
})
