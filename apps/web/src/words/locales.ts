/**
 * The languages of the traveller's pages. `tag` is what `Intl` formats with: the region decides dates, and Arabic keeps
 * Latin digits, because its figures are compared with amounts, codes and hashes that have no others.
 */
export const LOCALES = {
  en: { name: 'English', tag: 'en-GB', lang: 'en', direction: 'ltr' },
  es: { name: 'Español', tag: 'es', lang: 'es', direction: 'ltr' },
  fr: { name: 'Français', tag: 'fr', lang: 'fr', direction: 'ltr' },
  de: { name: 'Deutsch', tag: 'de', lang: 'de', direction: 'ltr' },
  pt: { name: 'Português', tag: 'pt-BR', lang: 'pt-BR', direction: 'ltr' },
  ja: { name: '日本語', tag: 'ja', lang: 'ja', direction: 'ltr' },
  ar: { name: 'العربية', tag: 'ar-u-nu-latn', lang: 'ar', direction: 'rtl' },
} as const

export type Locale = keyof typeof LOCALES

export const LOCALE_COOKIE = 'locale'

/** The rooms of the house that speak to travellers; each has its own file of messages in each language. */
export const ROOMS = [
  'frame',
  'landing',
  'shop',
  'journey',
  'receipt',
  'wallet',
  'recoverer',
  'keys',
  'id',
  'restore',
  'trust',
  'privacy',
  'ending',
  'sign-in',
  'failures',
] as const

export type Room = (typeof ROOMS)[number]

export function isLocale(text: string | undefined): text is Locale {
  return text !== undefined && Object.hasOwn(LOCALES, text)
}

/** The reader's own choice, else what the browser asks for, else English. Nothing is guessed from where they are. */
export function negotiate(cookie: string | undefined, acceptLanguage: string | null): Locale {
  if (isLocale(cookie)) return cookie
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((part, place) => {
      const [tag = '', ...parameters] = part.trim().split(';')
      const quality = parameters.map((one) => one.trim()).find((one) => one.startsWith('q='))
      return {
        language: tag.toLowerCase().split('-')[0],
        weight: quality ? Number(quality.slice(2)) : 1,
        place,
      }
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.place - b.place)
  for (const { language } of wanted) if (isLocale(language)) return language
  return 'en'
}
