import { keepChoice } from '../../words/keep-choice.ts'
import { isLocale, LOCALE_COOKIE } from '../../words/locales.ts'

/** Keeps the language that was chosen. */
export async function POST(request: Request): Promise<Response> {
  const form = await request.formData()
  const to = String(form.get('to'))
  return keepChoice(form, isLocale(to) ? { name: LOCALE_COOKIE, value: to } : null)
}
