import { CURRENCY_COOKIE, isCurrencyChoice } from '../../words/currency.ts'
import { keepChoice } from '../../words/keep-choice.ts'

/** Keeps the currency that was chosen for estimates. */
export async function POST(request: Request): Promise<Response> {
  const form = await request.formData()
  const to = String(form.get('to'))
  return keepChoice(form, isCurrencyChoice(to) ? { name: CURRENCY_COOKIE, value: to } : null)
}
