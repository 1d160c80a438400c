// All that is alive on a page without the framework's scripts (plain-page.ts): the worker, the theme, the reader's own
// time zone, the footer's forms, and estimates whose rate holds no more. build.ts makes it one file.
import '../instrumentation-client.ts'
import { forgetSeen } from '../offline/forget.ts'
import { startWorker } from '../offline/worker.ts'
import { watchFooterChoices } from '../ui/footer-choices.ts'
import { MOMENTS } from '../words/format.ts'

/** How often a page that stays open looks whether its rates still hold. */
const LOOK_MS = 60_000

const here = document.documentElement
const openedAtMs = Date.now()
/** By the server's clock, since the device's may be wrong. */
const drawnAtMs = Number(document.querySelector<HTMLElement>('script[data-drawn-at]')?.dataset.drawnAt)

watchFooterChoices()

// Figures are Latin in every language (words/locales.ts).
for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-form=time]'))
  time.textContent = MOMENTS.time(Date.parse(time.dateTime), undefined, `${here.lang}-u-nu-latn`)

function look(): void {
  if (document.visibilityState !== 'visible') return
  const serverNowMs = drawnAtMs + (Date.now() - openedAtMs)
  for (const one of document.querySelectorAll<HTMLElement>('[data-holds-until]'))
    if (Number(one.dataset.holdsUntil) * 1000 <= serverNowMs) one.remove()
}
setInterval(look, LOOK_MS)
document.addEventListener('visibilitychange', look)

// Nobody is signed in where this runs.
if ('serviceWorker' in navigator) {
  forgetSeen()
  if (document.readyState === 'complete') void startWorker()
  else addEventListener('load', () => void startWorker(), { once: true })
}
