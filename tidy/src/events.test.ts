import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EVENTS, type EventKind, STAGES } from '@gesim/journey'
import { describe, expect, it } from 'vitest'
import { housePackages, ROOT, withoutComments } from './house.ts'
import { failuresPage, journeyPage } from './pages.ts'

const kinds = Object.keys(EVENTS) as EventKind[]
const stageText = new Map(
  housePackages()
    .filter(
      (one) => one.dir.startsWith('platform/') && STAGES.some((stage) => one.dir === `platform/${stage}`),
    )
    .map((one) => [
      one.dir.slice('platform/'.length),
      one.files
        .filter((file) => !file.isTest)
        .map((file) => withoutComments(file.text))
        .join('\n'),
    ]),
)
const speaksOf = (stage: string, kind: EventKind) =>
  stageText.get(stage)?.includes(`'${kind}'`) || stageText.get(stage)?.includes(`"${kind}"`) || false

describe('events of the journey', () => {
  it('are each written by their one writer', () => {
    expect(kinds.filter((kind) => !speaksOf(EVENTS[kind].writer, kind))).toEqual([])
  })

  it('are each read by whom the table says, and by at least one', () => {
    const unread = kinds.flatMap((kind) => {
      const { readers } = EVENTS[kind]
      if (readers.length === 0) return [`${kind}: nobody`]
      return readers.filter((reader) => !speaksOf(reader, kind)).map((reader) => `${kind}: ${reader}`)
    })
    expect(unread).toEqual([])
  })

  it('are spoken of by nobody else', () => {
    const strangers = kinds.flatMap((kind) =>
      [...stageText.keys()]
        .filter((stage) => stage !== EVENTS[kind].writer && !EVENTS[kind].readers.includes(stage as never))
        .filter((stage) => speaksOf(stage, kind))
        .map((stage) => `${kind}: ${stage}`),
    )
    expect(strangers).toEqual([])
  })
})

describe('generated pages', () => {
  it('docs/journey.md is what `npm run fix` writes', async () => {
    expect(readFileSync(join(ROOT, 'docs/journey.md'), 'utf8')).toBe(await journeyPage())
  })

  it('docs/failures.md is what `npm run fix` writes', async () => {
    expect(readFileSync(join(ROOT, 'docs/failures.md'), 'utf8')).toBe(await failuresPage())
  })
})
