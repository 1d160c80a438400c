import { fromBase64Url, toBase64Url } from '@gesim/base'
import { forgetKeyToBring } from './key-to-bring.ts'
import { newDeviceKey, open, seal } from './seal.ts'

/** The device share of one wallet, sealed under a key that cannot be exported from this browser. */
interface Row {
  /** The account, or what {@link besideOf} makes of it. */
  readonly account: string
  readonly key: CryptoKey
  readonly sealedShares: readonly string[]
}

const DATABASE = 'gesim'
const STORE = 'device-shares'

/**
 * Keeps a device share beside the ones already here. A new split changes the server's share and ours, and a browser
 * may die between the two: so the old one stays until {@link keepOnly} says which one fits.
 */
export async function addDeviceShare(account: string, share: string): Promise<void> {
  const known = await readRow(account)
  const key = known?.key ?? (await newDeviceKey())
  const sealed = await seal(key, contextOf(account), fromBase64Url(share))
  await put({ account: account.toLowerCase(), key, sealedShares: [...(known?.sealedShares ?? []), sealed] })
}

/** Forgets all device shares of the account but this one, which is kept. */
export async function keepOnly(account: string, share: string): Promise<void> {
  const key = (await readRow(account))?.key ?? (await newDeviceKey())
  const sealed = await seal(key, contextOf(account), fromBase64Url(share))
  await put({ account: account.toLowerCase(), key, sealedShares: [sealed] })
}

/** The device shares of the account in this browser, the newest first; none where there is none. */
export async function readDeviceShares(account: string): Promise<string[]> {
  const row = await readRow(account)
  if (!row) return []
  const shares: string[] = []
  for (const sealed of row.sealedShares)
    shares.unshift(toBase64Url(await open(row.key, contextOf(account), sealed)))
  return shares
}

/** Forgets the account's shares in this browser. */
export async function forgetDeviceShares(account: string): Promise<void> {
  await run('readwrite', (store) => store.delete(account.toLowerCase()))
}

/** Forgets all that belongs to one account; true where this browser holds parts of no other one. */
export async function forgetAccount(account: string | null): Promise<boolean> {
  if (account) {
    for (const owner of await ownersBeside(account)) await forgetDeviceShares(besideOf(account, owner))
    await forgetDeviceShares(account)
    forgetKeyToBring(account)
  }
  return (await run<number>('readonly', (store) => store.count())) === 0
}

/** Where the share of a new key lies beside the account's own, until the chain has taken that key. */
export function besideOf(account: string, owner: string): string {
  return `${account}/${owner}`.toLowerCase()
}

/** The new keys of the account of which a share lies beside, in this browser. */
export async function ownersBeside(account: string): Promise<`0x${string}`[]> {
  const before = besideOf(account, '')
  const keys = await run<IDBValidKey[]>('readonly', (store) => store.getAllKeys())
  return keys
    .filter((key): key is string => typeof key === 'string' && key.startsWith(before))
    .map((key) => key.slice(before.length) as `0x${string}`)
}

function contextOf(account: string): string {
  return `gesim/device-share/v1/${account.toLowerCase()}`
}

function readRow(account: string): Promise<Row | undefined> {
  return run<Row | undefined>('readonly', (store) => store.get(account.toLowerCase()))
}

function put(row: Row): Promise<unknown> {
  return run('readwrite', (store) => store.put(row))
}

async function run<T = unknown>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest,
): Promise<T> {
  const database = await openDatabase()
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: 'strict' })
      const request = work(transaction.objectStore(STORE))
      // Only a completed transaction is on disk: a wallet must not be registered on a share that may be lost.
      transaction.oncomplete = () => resolve(request.result as T)
      transaction.onerror = () => reject(transaction.error)
      transaction.onabort = () => reject(transaction.error)
    })
  } finally {
    database.close()
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'account' })
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
