import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const APP = join(import.meta.dirname, '../app')

/** What the layout hands to every page. */
const EVERYWHERE = ['frame', 'failures']

/** The rooms whose words a file and all that it imports ask for in the browser. */
function roomsAskedFrom(entry: string): Set<string> {
  const rooms = new Set<string>()
  const seen = new Set<string>()
  const visit = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    const source = readFileSync(file, 'utf8')
    for (const [, room] of source.matchAll(/useTranslations\('([\w-]+)'\)/g)) rooms.add(room!)
    for (const [, path] of source.matchAll(/^(?:import|\} from|export)(?! type)[^\n]*?'(\.[^']+\.tsx?)'/gm))
      visit(join(dirname(file), path!))
  }
  visit(entry)
  return rooms
}

function roomsHandedBy(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/<Words rooms=\{\[([^\]]*)\]\}/g)].flatMap((found) =>
    [...found[1]!.matchAll(/'([\w-]+)'/g)].map((room) => room[1]!),
  )
}

const pages = readdirSync(APP, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /(?:^|\/)(?:page|error|not-found|layout)\.tsx$/.test(file),
)

describe('what a page hands to the browser', () => {
  it('can be missing: the purchase asks for two rooms', () => {
    expect([...roomsAskedFrom(join(APP, 'esims/[intentId]/page.tsx'))].sort()).toEqual([
      'failures',
      'frame',
      'journey',
      'shop',
    ])
  })

  it.each(pages)('are the words of every room that its parts speak from, and no others: %s', (page) => {
    const asked = [...roomsAskedFrom(join(APP, page))].filter((room) => !EVERYWHERE.includes(room))
    expect([...new Set(roomsHandedBy(join(APP, page)))].sort()).toEqual(asked.sort())
  })
})
