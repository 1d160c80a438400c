import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LANGUAGES, type Language, preferred, speak, type Words } from './index.ts'

const valuesOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((one) => one[1]!).sort()
const english: Words = LANGUAGES.en.words
const keys = Object.keys(english) as (keyof Words)[]

describe.each(Object.keys(LANGUAGES) as Language[])('the sentences in %s', (language) => {
  const words: Words = LANGUAGES[language].words

  it('take the same values as in English, and none is empty', () => {
    expect(Object.keys(words).sort()).toEqual([...keys].sort())
    for (const key of keys) {
      expect([key, valuesOf(words[key])]).toEqual([key, valuesOf(english[key])])
      expect(words[key].trim(), key).not.toBe('')
    }
  })

  it('are a translation', () => {
    const same = keys.filter((key) => english[key].split(' ').length > 3 && words[key] === english[key])
    expect(same).toEqual(language === 'en' ? keys.filter((key) => english[key].split(' ').length > 3) : [])
  })
})

it('are chosen by what the browser asks for', () => {
  expect(preferred(['sv-SE', 'pt-PT', 'en'])).toBe('pt')
  expect(preferred(['constructor', 'tlh'])).toBe('en')
  expect(speak('de')('reading', { percent: 7 })).toContain('7 %')
})

it('are all used by the page: none is written for nobody', () => {
  const folder = join(import.meta.dirname, '..')
  const source = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n')
  expect(keys.filter((key) => !new RegExp(`'${key}'`).test(source))).toEqual([])
})
