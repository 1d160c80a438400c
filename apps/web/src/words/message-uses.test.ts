import { beforeAll, describe, expect, it } from 'vitest'
import { ROOMS } from './locales.ts'
import { messageUses, type Use } from './testing/message-uses.ts'
import { needsOf, writtenMessages } from './written-messages.ts'

type Rooms = ReadonlyMap<string, ReadonlyMap<string, string>>

const english: Rooms = new Map(ROOMS.map((room) => [room, writtenMessages('en', room)]))

/** What is wrong with a use: a key that no message has, or values that are not exactly those it needs. */
function complaints(use: Use, rooms: Rooms): string[] {
  if (!use.keys) return [`${use.place} asks for a key that its type does not name`]
  return use.keys.flatMap((key) => {
    const message = rooms.get(use.room)?.get(key)
    if (message === undefined) return [`${use.place} asks for ${use.room}/${key}, which is not there`]
    if (use.way === 'has' || use.way === 'raw') return []
    const { values, tags } = needsOf(message)
    const wrong = [
      `${use.place} gives {${use.given}} to ${use.room}/${key}, which needs {${values}} <${tags}>`,
    ]
    if (tags.length > 0 && use.way === 't') return wrong
    return String([...values, ...tags].sort()) === String(use.given) ? [] : wrong
  })
}

function unasked(uses: readonly Use[], rooms: Rooms): string[] {
  const asked = new Set(uses.flatMap((use) => (use.keys ?? []).map((key) => `${use.room}/${key}`)))
  return [...rooms].flatMap(([room, messages]) =>
    [...messages.keys()].map((key) => `${room}/${key}`).filter((key) => !asked.has(key)),
  )
}

describe('the messages that the sources ask for', () => {
  let uses: Use[] = []
  beforeAll(() => {
    uses = messageUses()
  }, 120_000)

  const all = (rooms: Rooms) => uses.flatMap((use) => complaints(use, rooms))

  it('exist, and are given exactly the values and tags that they need', () => {
    // Without its types the checker would find no translator, and nothing to complain about.
    expect(uses.length).toBeGreaterThan(300)
    expect(all(english)).toEqual([])
  })

  it('are all that there are: no message is written for nobody', () => {
    expect(unasked(uses, english)).toEqual([])
  })

  it('are missed when a key is taken away, also one that is put together', () => {
    const without = new Map(english)
    const journey = new Map(english.get('journey'))
    journey.delete('title')
    journey.delete('steps.paid.done')
    without.set('journey', journey)
    expect(all(without).map((text) => text.split(' asks for ')[1])).toEqual(
      expect.arrayContaining([
        'journey/title, which is not there',
        'journey/steps.paid.done, which is not there',
      ]),
    )
  })

  it('are refused when a value is misspelt, missing or too much', () => {
    const shop = new Map(english.get('shop'))
    for (const [key, message] of [
      ['perGb', '{prize} per GB'],
      ['planPerUse', 'pay per use'],
      ['title', 'Plans for {name}'],
      ['buy', '<b>Buy</b>'],
    ] as const)
      shop.set(key, message)
    const wrong = all(new Map([...english, ['shop', shop]]))
    for (const key of ['perGb', 'planPerUse', 'title', 'buy'])
      expect(wrong.some((text) => text.includes(` to shop/${key}, `))).toBe(true)
  })
})
