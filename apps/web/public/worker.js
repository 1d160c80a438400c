// The service worker: what a traveller without network still sees. It keeps hashed files, one calm page that says
// there is no network, and the last "My eSIMs" and purchase pages, as the server drew them, until the sign-out.
// It never keeps an answer of /v1 or /rpc (activation codes, shares, sessions, events), no page of the wallet, and
// nothing that is not a GET. It does not skip waiting: a new version takes over once no page of the old one is open.

const ASSETS = 'gesim-assets'
const SEEN = 'gesim-seen'
const CALM = 'gesim-calm'
const KEPT_AT = 'x-kept-at-ms'
const DAY_MS = 86_400_000
const MOST_DAYS = 35
const MOST_PAGES = 20
const MOST_ASSETS = 400
const PATIENCE_MS = 6000
const CALM_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
const KEPT_PATH = /^\/esims(?:\/0x[0-9a-f]{64})?$/i
const ENDS_SESSION = [
  ['POST', /^\/v1\/(?:auth\/(?:logout|wallet)|privacy\/ending)$/],
  ['DELETE', /^\/v1\/auth\/sessions\//],
  ['GET', /^\/v1\/auth\/(?:login|callback)$/],
]

/**
 * What is done with a request, and the whole of it:
 * `forget`  goes to the network; what was seen is deleted, for whoever signs in next is perhaps another person
 * `asset`   a file that never changes under its name: from the store, else from the network into the store
 * `seen`    a page that is kept: from the network, else as it was stored
 * `page`    from the network, else the calm page; never stored
 * `leave`   as if there were no worker
 */
function routeOf({ method, url, mode }, origin) {
  const { origin: asked, pathname, search } = new URL(url)
  if (asked !== origin) return 'leave'
  if (ENDS_SESSION.some(([verb, path]) => verb === method && path.test(pathname))) return 'forget'
  if (method !== 'GET') return 'leave'
  if (/^\/(?:v1|rpc)(?:\/|$)/.test(pathname) || pathname.startsWith('/wallet/export')) return 'leave'
  if (mode === 'navigate') return KEPT_PATH.test(pathname) && search === '' ? 'seen' : 'page'
  if (/^\/(?:_next\/static\/|flags\/[a-z-]+\.svg$)/.test(pathname)) return 'asset'
  return 'leave'
}

/** Rises with each sign-out: what was asked for before it is not stored after it. */
let generation = 0

async function forget() {
  generation += 1
  await caches.delete(SEEN)
}

async function forgetAround(request) {
  await forget()
  try {
    return await fetch(request)
  } finally {
    await forget()
  }
}

async function assetOf(request) {
  const store = await caches.open(ASSETS)
  const known = await store.match(request, { ignoreVary: true })
  if (known) return known
  const answer = await fetch(request)
  if (answer.status === 200) await store.put(request, answer.clone())
  return answer
}

async function pageOf(network) {
  try {
    return await network
  } catch {
    const calm = await (await caches.open(CALM)).match('/offline')
    return calm ?? Response.error()
  }
}

/** From the network; without one, or when it is too slow and there is something stored, as it was stored. */
async function seenOf(path, network, lives) {
  const asked = generation
  const fresh = network.then(async (answer) => {
    if (answer.type === 'opaqueredirect') await forget()
    else lives(keep(path, answer.clone(), asked))
    return answer
  })
  lives(fresh.catch(() => undefined))
  const stored = await storedOf(path)
  if (!stored) return await pageOf(fresh)
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, stored))
  return await Promise.race([fresh.catch(() => stored), late])
}

/** The stored page, marked as such in its first tag: the style sheet shows the mark, with scripts or without. */
async function storedOf(path) {
  const found = await caches.match(path, { cacheName: SEEN })
  const keptAt = Number(found?.headers.get(KEPT_AT))
  if (!found || Date.now() - keptAt > MOST_DAYS * DAY_MS) return undefined
  const text = await found.text()
  const marked = text.replace('<html ', `<html data-kept-at="${keptAt}" `)
  return new Response(marked, { headers: found.headers })
}

/** Stores a page that says of itself that it may be kept: a page that shows a failure does not. */
async function keep(path, answer, asked) {
  const text = answer.status === 200 ? await answer.text() : ''
  if (!text.includes('data-keep=') || asked !== generation) return
  const headers = new Headers(answer.headers)
  for (const name of ['content-encoding', 'content-length', 'vary', 'link']) headers.delete(name)
  headers.set(KEPT_AT, String(Date.now()))
  const store = await caches.open(SEEN)
  await store.delete(path)
  await store.put(path, new Response(text, { headers }))
  // A sign-out may have come while this was written.
  if (asked !== generation) return void (await caches.delete(SEEN))
  await trim(store, MOST_PAGES)
  await keepFilesOf(text)
}

async function keepFilesOf(text) {
  const names = new Set(text.match(/\/(?:_next\/static|flags)\/[\w\-./~%]+\.(?:js|css|svg|woff2)/g))
  await Promise.all([...names].map((name) => assetOf(new Request(name)).catch(() => undefined)))
  await trim(await caches.open(ASSETS), MOST_ASSETS)
}

/** Deletes the oldest; a store lists its entries in the order in which they came. */
async function trim(store, most) {
  const keys = await store.keys()
  await Promise.all(keys.slice(0, Math.max(0, keys.length - most)).map((key) => store.delete(key)))
}

async function keepSeen(path, again) {
  if (!KEPT_PATH.test(path)) return
  const found = await caches.match(path, { cacheName: SEEN })
  if (!again && found && Date.now() - Number(found.headers.get(KEPT_AT)) < 5000) return
  const asked = generation
  const answer = await fetch(path, { redirect: 'manual', headers: { accept: 'text/html' } })
  if (answer.type === 'opaqueredirect') return await forget()
  await keep(path, answer, asked)
}

/** The calm page, once a day, in the language of the page that asks, of nobody in particular and without scripts. */
async function keepCalmPage(language) {
  const store = await caches.open(CALM)
  const known = await store.match('/offline')
  const recent = known && Date.now() - Number(known.headers.get(KEPT_AT)) < DAY_MS
  if (recent && known.headers.get('content-language') === language) return
  const answer = await fetch('/offline', { credentials: 'omit', headers: { 'accept-language': language } })
  if (answer.status !== 200) return
  const text = (await answer.text()).replace(
    /<script\b[\s\S]*?<\/script>|<link\b[^>]*\bas="script"[^>]*>/g,
    '',
  )
  const headers = new Headers({ 'content-type': 'text/html; charset=utf-8', 'content-language': language })
  headers.set('content-security-policy', CALM_POLICY)
  headers.set(KEPT_AT, String(Date.now()))
  await store.put('/offline', new Response(text, { headers }))
  await keepFilesOf(text)
}

self.addEventListener('install', (event) => event.waitUntil(keepCalmPage('en').catch(() => undefined)))

// At the first visit there is no older version, and later ones come only when no page is open: nothing is taken over.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('fetch', (event) => {
  const { request } = event
  const route = routeOf(request, self.location.origin)
  if (route === 'leave') return
  if (route === 'forget' && request.mode === 'navigate') return event.waitUntil(forget())
  if (route === 'forget') return event.respondWith(forgetAround(request))
  if (route === 'asset') return event.respondWith(assetOf(request))
  const network = fetch(request)
  if (route === 'page') return event.respondWith(pageOf(network))
  event.respondWith(seenOf(new URL(request.url).pathname, network, (work) => event.waitUntil(work)))
})

self.addEventListener('message', (event) => {
  const { kind, path, again, language, words } = event.data ?? {}
  if (kind === 'keep') event.waitUntil(keepSeen(String(path), again === true).catch(() => undefined))
  if (kind === 'words') event.waitUntil(keepWords(words).catch(() => undefined))
  if (kind === 'hello') event.waitUntil(keepCalmPage(String(language)).catch(() => undefined))
})

/** What is said of a message where no page ever left its own words. */
const NOTICES = {
  'usage-50': { title: '50% of your data is used', body: 'Open the purchase to see what is left.' },
  'usage-80': { title: '80% of your data is used', body: 'Open the purchase to see what is left.' },
  'usage-90': { title: '90% of your data is used', body: 'Open the purchase to see what is left.' },
  refunded: { title: 'Your money is back', body: 'No eSIM was delivered in time.' },
  renewed: { title: 'Your plan has renewed itself', body: 'The new eSIM is paid. Open it to install it.' },
  'renewal-undelivered': {
    title: 'Your renewed plan is not delivered',
    body: 'Open it to take the money back.',
  },
  'renewal-price': { title: 'Your plan was not renewed', body: 'It costs more now. Nothing was paid.' },
  'renewal-balance': {
    title: 'Your plan was not renewed',
    body: 'The wallet holds too little. Nothing was paid.',
  },
  'renewal-limit': { title: 'Your plan was not renewed', body: 'Your spending limit stands against it.' },
  'renewal-ended': { title: 'Your plan does not renew itself any more', body: 'Open it to see why.' },
}
const WORDS = '/notice-words'

async function keepWords(words) {
  const store = await caches.open(CALM)
  await store.put(
    WORDS,
    new Response(JSON.stringify(words), { headers: { 'content-type': 'application/json' } }),
  )
}

/** Shows a message of the server; the push service saw only that there was one. */
async function showNotice({ intentId, about }) {
  const path = `/esims/${intentId}`
  if (!KEPT_PATH.test(path) || !Object.hasOwn(NOTICES, about)) return
  const kept = await (await caches.match(WORDS, { cacheName: CALM }))?.json().catch(() => undefined)
  const { title, body } = kept?.[about] ?? NOTICES[about]
  // A page of this purchase that stays open is told under the same name: the later one takes the place of the earlier.
  await self.registration.showNotification(title, { body, tag: path, icon: '/icons/192.png', data: { path } })
}

self.addEventListener('push', (event) => {
  let message = {}
  try {
    message = event.data?.json() ?? {}
  } catch {
    // Not ours, or of a later version.
  }
  event.waitUntil(showNotice(message))
})

self.addEventListener('notificationclick', (event) => {
  const path = String(event.notification.data?.path)
  event.notification.close()
  if (!KEPT_PATH.test(path)) return
  const show = async () => {
    const open = await self.clients.matchAll({ type: 'window' })
    const there = open.find((client) => new URL(client.url).pathname === path)
    return there ? await there.focus() : await self.clients.openWindow(path)
  }
  event.waitUntil(show())
})
