import { forgetAccount } from '../custody/vault.ts'

/** The databases of this site where a browser does not list them. */
const DATABASES = ['gesim']

/**
 * Removes what this site keeps in this browser of an account: the device's part of its key, kept pages and files, push
 * subscriptions, the service worker, settings. Where parts of another wallet lie here too, those and the settings stay.
 * Returns whether the browser did all of it; only then the tab forgets that it asked. Doing it again is harmless.
 */
export async function clearDevice(account: string | null): Promise<boolean> {
  const done = await Promise.allSettled([dropKeys(account), dropWorkers(), dropCaches()])
  const all = done.every(({ status }) => status === 'fulfilled')
  if (all) sessionStorage.clear()
  return all
}

async function dropKeys(account: string | null): Promise<void> {
  if (!(await forgetAccount(account))) return
  localStorage.clear()
  await dropDatabases()
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
