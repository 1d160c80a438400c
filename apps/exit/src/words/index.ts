import { ar } from './ar.ts'
import { de } from './de.ts'
import { en, type Words } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { ja } from './ja.ts'
import { pt } from './pt.ts'

/** Languages in the order in which the page offers them; the tag is what `Intl` formats with. */
export const LANGUAGES = {
  en: { name: 'English', tag: 'en-GB', words: en },
  es: { name: 'Español', tag: 'es', words: es },
  fr: { name: 'Français', tag: 'fr', words: fr },
  de: { name: 'Deutsch', tag: 'de', words: de },
  pt: { name: 'Português', tag: 'pt-BR', words: pt },
  ja: { name: '日本語', tag: 'ja', words: ja },
  // Latin digits: its figures are compared with codes and amounts that have no others.
  ar: { name: 'العربية', tag: 'ar-u-nu-latn', words: ar },
} as const satisfies Record<string, { name: string; tag: string; words: Words }>

export type Language = keyof typeof LANGUAGES

/** What the browser asks for, else English. */
export function preferred(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0]!
    if (Object.hasOwn(LANGUAGES, language)) return language as Language
  }
  return 'en'
}

export type { Words } from './en.ts'
export type Say = (key: keyof Words, values?: Readonly<Record<string, string | number>>) => string

/** The sentences of a language. A value that a sentence asks for and does not get is a mistake of ours. */
export function speak(language: Language): Say {
  const words: Words = LANGUAGES[language].words
  return (key, values = {}) =>
    words[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? `{${name}}`))
}
