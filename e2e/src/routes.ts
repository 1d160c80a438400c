// Every page that the app has, found by its folders so that a new one cannot be forgotten.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './start-stack.ts'
import { PLAN } from './web-traveller.ts'

/** The folders of the app that hold a page, as `/plans/[planId]`. */
export const ROUTES: readonly string[] = readdirSync(join(ROOT, 'apps/web/src/app'), {
  recursive: true,
  encoding: 'utf8',
})
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /(?:^|\/)page\.tsx$/.test(file))
  .map((file) => `/${file.replace(/\/?page\.tsx$/, '')}`)
  .sort()

/** Where a page is for somebody who is signed in and has bought. Throws for a route with something new in it. */
export function pathOf(route: string, intentId: string): string {
  const path = route.replace('[planId]', PLAN).replace('[intentId]', intentId)
  if (path.includes('[')) throw new Error(`nobody says what stands in ${route}`)
  // A link of somebody who has named nobody, with a key that nobody has.
  if (path === '/trust') return `/trust?account=0x${'ab'.repeat(20)}&key=0x${'cd'.repeat(20)}`
  // Who is signed in sees that page only with a refusal.
  return path === '/sign-in' ? '/sign-in?failed=identity.sign-in-refused' : path
}
