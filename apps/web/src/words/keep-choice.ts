/**
 * Keeps a choice of the footer in a cookie for a year and goes back to the page: the answer to a plain form, which needs
 * no script. Null keeps nothing.
 */
export function keepChoice(form: FormData, cookie: { name: string; value: string } | null): Response {
  const asked = String(form.get('back') ?? '')
  const back = /^\/(?![/\\])[!-~]*$/.test(asked) ? asked : '/'
  const headers = new Headers({ location: back, 'cache-control': 'no-store' })
  if (cookie)
    headers.set('set-cookie', `${cookie.name}=${cookie.value}; Path=/; Max-Age=31536000; SameSite=Lax`)
  return new Response(null, { status: 303, headers })
}
