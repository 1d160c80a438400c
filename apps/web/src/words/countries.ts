const names = new Map<string, Intl.DisplayNames>()
/** Names by language and code that nobody has to look up any more. */
const told = new Map<string, string>()

/** Takes names of countries that were looked up elsewhere. */
export function learnCountries(locale: string, found: Readonly<Record<string, string>>): void {
  for (const [code, name] of Object.entries(found)) told.set(`${locale}/${code.toUpperCase()}`, name)
}

/** The name of an ISO 3166 country code in a language; the code itself where it has none. */
export function countryName(code: string, locale = 'en'): string {
  const learned = told.get(`${locale}/${code.toUpperCase()}`)
  if (learned !== undefined) return learned
  let known = names.get(locale)
  if (!known) {
    known = new Intl.DisplayNames([locale], { type: 'region' })
    names.set(locale, known)
  }
  try {
    return known.of(code.toUpperCase()) ?? code
  } catch {
    return code
  }
}

/** Words people type that are not the name: endonyms, cities, older and shorter names. */
const SYNONYMS: Readonly<Record<string, string>> = {
  AE: 'uae emirates dubai abu dhabi',
  AT: 'osterreich vienna wien',
  AU: 'sydney melbourne',
  BR: 'brasil rio sao paulo',
  CA: 'toronto vancouver',
  CH: 'schweiz suisse svizzera zurich geneva',
  CN: 'prc beijing shanghai',
  CZ: 'czech republic cesko prague praha',
  DE: 'deutschland berlin munich',
  EG: 'cairo misr',
  ES: 'espana madrid barcelona canary mallorca',
  FR: 'paris',
  GB: 'uk england scotland wales great britain london',
  GR: 'hellas athens',
  HR: 'hrvatska',
  ID: 'bali jakarta',
  IN: 'bharat delhi mumbai',
  IT: 'italia rome roma milan',
  JP: 'nippon nihon tokyo osaka',
  KR: 'korea seoul',
  MX: 'mexico cancun',
  NL: 'holland amsterdam',
  PT: 'lisbon lisboa porto madeira azores',
  SE: 'sverige stockholm',
  TH: 'bangkok phuket',
  TR: 'turkey turkiye istanbul',
  US: 'usa america new york',
  VN: 'hanoi saigon',
  ZA: 'cape town',
}

/** Lower case without accents, so that "Türkiye", "turkiye" and "TURKIYE" are one. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim()
}

/** Everything a country can be found by, folded: its name in English and in the reader's language, its code, its cities. */
export function countryWords(code: string, locale = 'en'): string {
  return fold(
    `${countryName(code)} ${countryName(code, locale)} ${code} ${SYNONYMS[code.toUpperCase()] ?? ''}`,
  )
}
