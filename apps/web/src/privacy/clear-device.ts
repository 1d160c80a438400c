/** The databases of this site where a browser does not list them. */
const DATABASES = ['gesim']

/**
 * Removes everything that this site keeps in this browser: the device's part of the key, kept pages and files, push
 * subscriptions, the service worker, settings. Returns whether the browser did all of it. Doing it again is harmless.
 */
export async function clearDevice(): Promise<boolean> {
  const done = await Promise.allSettled([dropDatabases(), dropWorkers(), dropCaches(), dropSettings()])
  return done.every(({ status }) => status === 'fulfilled')
}

async function dropDatabases(): Promise<void> {
  const listed = (await indexedDB.databases?.())?.flatMap(({ name }) => (name ? [name] : [])) ?? DATABASES
  await Promise.all(
    listed.map(
      (name) =>
        new Promise<void>((resolve, reject) => {
          const request = indexedDB.deleteDatabase(name)
          request.onsuccess = () => resolve()
          request.onerror = () => reject(request.error)
          // Another tab holds it open; it is deleted once that one is closed.
          request.onblocked = () => reject(new Error('blocked'))
        }),
    ),
  )
}

async function dropWorkers(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  for (const registration of await navigator.serviceWorker.getRegistrations()) {
    // Ends with the worker in most browsers, but not at the service that delivers.
    await (await registration.pushManager?.getSubscription())?.unsubscribe()
    await registration.unregister()
  }
}

async function dropCaches(): Promise<void> {
  if (!('caches' in globalThis)) return
  for (const name of await caches.keys()) await caches.delete(name)
}

async function dropSettings(): Promise<void> {
  localStorage.clear()
  sessionStorage.clear()
}
