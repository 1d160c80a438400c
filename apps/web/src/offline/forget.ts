/** Whose notices these are; the name begins like theirs, so that it goes when they go. */
const WHOSE = 'gesim-usage-of'

/** Deletes what this device stored for somebody: pages, and which notices were put away. */
export function forgetSeen(): void {
  void caches.delete('gesim-seen')
  try {
    forgetNotices()
  } catch {}
}

/** One person may sign in straight after another, with no page for nobody between them. */
export function forgetOthers(person: string | null): void {
  try {
    if (localStorage.getItem(WHOSE) === person) return
    forgetNotices()
    if (person) localStorage.setItem(WHOSE, person)
  } catch {}
}

function forgetNotices(): void {
  for (const name of Object.keys(localStorage))
    if (name.startsWith('gesim-usage-')) localStorage.removeItem(name)
}
