import { refuse } from '@gesim/base'
import { type ActivationCode, parseActivationCode } from '@gesim/sgp22'

/** Characters that servers in the field put into matching identifiers, beyond capital letters, digits and hyphens. */
const FIELD_MATCHING_ID = /^[\x21-\x23\x25-\x7e]{1,255}$/

/** The code in a link that opens the settings of a phone (`…?carddata=LPA:1$…`), or the text itself. */
function codeInLink(text: string): string {
  if (!/^(?:https?|lpa-link):/i.test(text) || !URL.canParse(text)) return text
  const { searchParams } = new URL(text)
  return searchParams.get('carddata') ?? searchParams.get('ac') ?? text
}

/** Takes away what shells, mails and links put around a code. */
function plain(text: string): string {
  const bare = codeInLink(
    text
      .trim()
      .replace(/^(['"`])(.*)\1$/s, '$2')
      .trim(),
  )
  const unescaped = bare.replaceAll('\\$', '$')
  return unescaped.includes('$') ? unescaped : unescaped.replace(/%24/g, '$').replace(/%3a/gi, ':')
}

/**
 * Reads an activation code as people hand it on: in quotes, with `\$` or `%24` for `$`, inside a setup link. A matching
 * identifier may hold any visible characters: the server that made it knows what they mean (SGP.22, 4.1, allows capital
 * letters, digits and hyphens to those who write codes). Throws `sgp22.not-activation-code`.
 *
 * ```ts
 * readActivationCode("'LPA:1\\$smdp.example.com\\$04386-AGYFT'")
 * readActivationCode('https://esimsetup.example.com/?carddata=LPA:1$smdp.example.com$04386-AGYFT')
 * ```
 */
export function readActivationCode(text: string): ActivationCode {
  const code = plain(text)
  if (/^(?:lpa:)?1(?:\.|-|$)/i.test(code) && !code.includes('$'))
    throw refuse('sgp22.not-activation-code', {
      why: 'it holds no $: a shell takes them away unless the code stands in single quotes',
    })
  const fields = code.split('$')
  const [format, address, matchingId = '', ...rest] = fields
  if (fields.length < 3 || /^[A-Z0-9-]*$/.test(matchingId) || !FIELD_MATCHING_ID.test(matchingId))
    return parseActivationCode(code)
  const strict = parseActivationCode([format, address, '', ...rest].join('$'))
  return { ...strict, matchingId }
}
