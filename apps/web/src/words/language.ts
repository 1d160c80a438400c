import compile from 'icu-minify/compile'
import { cookies, headers } from 'next/headers'
import { cache } from 'react'
import { createTranslator, type Messages } from 'use-intl/core'
import { type Formats, formatsOf } from './format.ts'
import { LOCALE_COOKIE, LOCALES, type Locale, negotiate, type Room } from './locales.ts'

/** The language of the page that is being rendered. */
export const localeOfPage = cache(async (): Promise<Locale> => {
  const [jar, incoming] = await Promise.all([cookies(), headers()])
  return negotiate(jar.get(LOCALE_COOKIE)?.value, incoming.get('accept-language'))
})

/** The words of one room for a component of the server. */
export async function wordsOf<R extends Room>(room: R) {
  const locale = await localeOfPage()
  return createTranslator({
    locale: LOCALES[locale].tag,
    messages: (await compiledRooms([room])) as unknown as Messages,
    namespace: room,
  })
}

/** Numbers, dates and names in the language of the page. */
export async function formatsOfPage(): Promise<Formats> {
  return formatsOf(LOCALES[await localeOfPage()].tag)
}

type Compiled = { [key: string]: Compiled } | ReturnType<typeof compile>

const compiled = new Map<string, Promise<Compiled>>()

/** The messages of some rooms, compiled: neither the server's pages nor the browser's parse ICU syntax. */
export async function compiledRooms(rooms: readonly Room[]): Promise<Record<string, Compiled>> {
  const locale = await localeOfPage()
  const entries = rooms.map(async (room) => [room, await compiledRoom(locale, room)] as const)
  return Object.fromEntries(await Promise.all(entries))
}

function compiledRoom(locale: Locale, room: Room): Promise<Compiled> {
  const key = `${locale}/${room}`
  let found = compiled.get(key)
  if (!found) {
    found = import(`./messages/${locale}/${room}.json`).then((file) => compileAll(file.default))
    compiled.set(key, found)
  }
  return found
}

interface Written {
  readonly [key: string]: string | Written
}

function compileAll(written: Written): Compiled {
  return Object.fromEntries(
    Object.entries(written).map(([key, value]) => [
      key,
      // The compiler makes objects without a prototype, which React does not pass on to the browser.
      typeof value === 'string' ? JSON.parse(JSON.stringify(compile(value))) : compileAll(value),
    ]),
  ) as Compiled
}
