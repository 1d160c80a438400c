import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LOCALES, type Locale, ROOMS } from './locales.ts'
import { needsOf, writtenMessages } from './written-messages.ts'

const SOURCE = join(import.meta.dirname, '..')

const others = Object.keys(LOCALES).filter((locale) => locale !== 'en') as Locale[]

/** The names of what a message is given: values and tags. */
function given(message: string): string[] {
  const { values, tags } = needsOf(message)
  return [...values, ...tags.map((tag) => `<${tag}>`)]
}

describe.each(Object.keys(LOCALES) as Locale[])('the messages in %s', (locale) => {
  it.each(ROOMS)('have every plural form of the language, and no other: %s', (room) => {
    const needed = new Intl.PluralRules(LOCALES[locale].tag).resolvedOptions().pluralCategories
    for (const [key, text] of writtenMessages(locale, room))
      for (const forms of needsOf(text).pluralForms) expect([key, forms]).toEqual([key, [...needed].sort()])
  })
})

describe.each(others)('the messages in %s', (locale) => {
  it.each(ROOMS)('have exactly the keys of English and take the same values: %s', (room) => {
    const english = writtenMessages('en', room)
    const own = writtenMessages(locale, room)
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort())
    for (const [key, text] of english) expect([key, given(own.get(key)!)]).toEqual([key, given(text)])
  })

  it('are a translation, not a copy', () => {
    const same = ROOMS.flatMap((room) =>
      [...writtenMessages('en', room)].filter(
        ([key, text]) => text.split(' ').length > 3 && writtenMessages(locale, room).get(key) === text,
      ),
    )
    expect(same.filter(([, text]) => /[a-z]{3}/.test(text.replace(/\{\w+\}|USDC/g, '')))).toEqual([])
  })
})

describe('the pages of the traveller', () => {
  /** What is the same in every language: names, units, signs. */
  const ALLOWED = /^(?:GeSIM|USDC|SM-DP\+|DID|EID|QR|[\W\d_]*)$/
  const rooms = ['landing', 'shop', 'journey', 'receipt', 'wallet', 'id', 'trust', 'privacy', 'ui', 'app']
  const english = /^app\/(?:carrier|finance|developer|decisions)\//
  const files = rooms.flatMap((room) =>
    readdirSync(join(SOURCE, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.tsx'))
      .map((file) => join(room, file)),
  )

  it.each(files.filter((file) => !english.test(file)))('hold no words of their own: %s', (file) => {
    const source = readFileSync(join(SOURCE, file), 'utf8')
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/(?<![:'"])\/\/.*$/gm, '')
    const attributes = [
      ...source.matchAll(
        /\b(?:aria-label|title|alt|placeholder|label|lead|name|note|valueText)="([^"{}]*)"/g,
      ),
    ]
      .filter(([whole]) => !/^name="(?:to|back|q|theme|scope|form|[a-z_]+)"$/.test(whole))
      .map((found) => found[1]!)
    // A text stands between the end of a tag or an expression and the next tag; code has other signs around it.
    const texts = [
      ...source.matchAll(/(?<=[a-z"'/})]>|\})\s*([A-Za-z][^<>{}=;()]*?)\s*(?=<\/?[A-Za-z]|\{[a-z])/g),
    ]
      .map((found) => found[1]!.trim())
      // A dollar at the end is the head of a template.
      .filter(
        (text) =>
          !text.endsWith('$') &&
          !/^(?:from|import|export|else|return|const|let|function|interface|type)\b/.test(text),
      )
    expect([...attributes, ...texts].filter((text) => !ALLOWED.test(text))).toEqual([])
  })
})
