import { isLocale, LOCALE_COOKIE } from '../../words/locales.ts'

/** Keeps the language that was chosen, in a cookie, and goes back to the page. A plain form: it needs no script. */
export async function POST(request: Request): Promise<Response> {
  const form = await request.formData()
  const to = String(form.get('to'))
  const asked = String(form.get('back') ?? '')
  const back = /^\/(?![/\\])[!-~]*$/.test(asked) ? asked : '/'
  const headers = new Headers({ location: back, 'cache-control': 'no-store' })
  if (isLocale(to))
    headers.set('set-cookie', `${LOCALE_COOKIE}=${to}; Path=/; Max-Age=31536000; SameSite=Lax`)
  return new Response(null, { status: 303, headers })
}
