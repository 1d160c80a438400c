/** Registers the service worker and tells it the language of its calm page. */
export async function startWorker(): Promise<void> {
  try {
    await navigator.serviceWorker.register('/worker.js', { updateViaCache: 'none' })
    await tellWorker({ kind: 'hello', language: document.documentElement.lang })
  } catch {
    // A browser may refuse workers (private windows do). Everything works without one, with a network.
  }
}

/** Asks the worker to store the page that is open, as the server would draw it now; `again` even if it just did. */
export async function keepThisPage(path: string, again: boolean): Promise<void> {
  if ('serviceWorker' in navigator && navigator.onLine) await tellWorker({ kind: 'keep', path, again })
}

type Message =
  | { readonly kind: 'hello'; readonly language: string }
  | { readonly kind: 'keep'; readonly path: string; readonly again: boolean }

async function tellWorker(message: Message): Promise<void> {
  const { active } = await navigator.serviceWorker.ready
  active?.postMessage(message)
}
