import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, extname, isAbsolute, join } from 'node:path'
import { isFailure, refuse, toHex, utf8 } from '@gesim/base'
import { sha256 } from '@gesim/crypto'
import { luhnDigit, personalise } from '@gesim/saip'
import { type Iccid, isObject, parseEid, parseIccid } from '@gesim/sgp22'
import { ANY_OPERATOR, type Order, type Profile, type ProfileState, type SmdpState } from './ports.ts'
import { iccidOfPackage, readMetadata, textOf } from './profile-input.ts'

/** Where the profiles and orders lie that a server starts with, and what it gives to those that say nothing of it. */
export interface StockPlaces {
  /** Every `*.der` in it becomes a profile that any operator may order. */
  readonly uppDir?: string
  /** How many profiles are made of each such file, the further ones under ICCIDs of their own. Default 1. */
  readonly uppCopies?: number
  /** JSON list of orders. */
  readonly ordersFile?: string
  readonly smdpAddress: string
  readonly orderLifeMs: number
  readonly nowMs: number
}

const MAX_PACKAGE_BYTES = 4 << 20
const MAX_FILES = 10_000
const KNOWN_STATES: readonly ProfileState[] = [
  'Available',
  'Allocated',
  'Linked',
  'Confirmed',
  'Released',
  'Error',
  'Unavailable',
]

function readUpp(path: string): Uint8Array {
  const { size } = statSync(path)
  if (size > MAX_PACKAGE_BYTES) throw refuse('smdp.bad-profile', { why: 'too large' })
  return Uint8Array.from(readFileSync(path))
}

/** What a profile says of itself that nobody described: all events are told to its SM-DP+. */
function plainMetadata(name: string, address: string): Profile['metadata'] {
  return {
    serviceProviderName: 'GeSIM',
    profileName: name.slice(0, 64),
    notifications: [{ events: ['enable', 'disable', 'delete'], address }],
  }
}

/**
 * Profiles of a directory, each under the type that its file name gives, and fixtures of orders. Throws `smdp.bad-stock`
 * with the file and the entry that cannot be used.
 */
export function readStock(places: StockPlaces): Profile[] {
  const { uppDir, ordersFile } = places
  // Orders first: they may name the ICCID that a package has.
  const used = new Set<Iccid>()
  const orders = ordersFile === undefined ? [] : readOrders(ordersFile, places, used)
  return [...orders, ...(uppDir === undefined ? [] : readUppDirectory(uppDir, places, used))]
}

const ISSUER_DIGITS = '898821'

/** An ICCID of its own for one more profile of a package: the same at each start. */
function derivedIccid(seed: string): Iccid {
  const number = BigInt(`0x${toHex(sha256(utf8(`gesim stock ${seed}`)).slice(0, 8))}`) % 10n ** 12n
  const digits = ISSUER_DIGITS + number.toString().padStart(12, '0')
  return parseIccid(digits + luhnDigit(digits))
}

/** The package itself while nobody has its ICCID, else one made of it under another ICCID. */
function unusedPackage(upp: Uint8Array, seed: string, used: Set<Iccid>): { iccid: Iccid; upp: Uint8Array } {
  const own = iccidOfPackage(upp)
  if (!used.has(own)) {
    used.add(own)
    return { iccid: own, upp }
  }
  const iccid = derivedIccid(seed)
  if (used.has(iccid)) throw new TypeError(`ICCID ${iccid} is there already`)
  used.add(iccid)
  return { iccid, upp: personalise(upp, { iccid }) }
}

function naming<T>(file: string, entry: string | number, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw refuse('smdp.bad-stock', { file, entry, why }, cause)
  }
}

function readUppDirectory(directory: string, places: StockPlaces, used: Set<Iccid>): Profile[] {
  const { smdpAddress, nowMs, uppCopies = 1 } = places
  const files = naming(directory, '', () => readdirSync(directory))
    .filter((name) => extname(name).toLowerCase() === '.der')
    .sort()
    .slice(0, MAX_FILES)
  const copies = Array.from({ length: uppCopies }, (_, copy) => copy)
  return files.flatMap((name, at) =>
    naming(directory, name, () => {
      const original = readUpp(join(directory, name))
      const profileType = basename(name, extname(name))
      return copies.map((copy): Profile => {
        const { iccid, upp } = unusedPackage(original, `${name} ${copy}`, used)
        return {
          iccid,
          operator: ANY_OPERATOR,
          profileType,
          state: 'Available',
          metadata: plainMetadata(profileType, smdpAddress),
          package: upp,
          downloads: [],
          // Profiles of one type are sold in this order.
          updatedAtMs: nowMs + at * uppCopies + copy,
        }
      })
    }),
  )
}

function readOrders(file: string, places: StockPlaces, used: Set<Iccid>): Profile[] {
  const list = naming(file, '', () => {
    const json: unknown = JSON.parse(readFileSync(file, 'utf8'))
    const orders = isObject(json) ? json.orders : json
    if (!Array.isArray(orders)) throw new TypeError('neither a list nor { "orders": [ … ] }')
    return orders as unknown[]
  })
  return list.map((entry, at) =>
    naming(file, at, () => {
      if (!isObject(entry)) throw new TypeError('not an object')
      return profileOf(entry, at, places, used)
    }),
  )
}

function optionalText(entry: Record<string, unknown>, name: string, maxLength = 255): string | undefined {
  const value = entry[name]
  return value === undefined ? undefined : value === '' ? '' : textOf(value, maxLength, name)
}

function optionalCount(entry: Record<string, unknown>, name: string): number | undefined {
  const value = entry[name]
  if (value === undefined) return undefined
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new TypeError(`${name} is not a number`)
  return value as number
}

/** The package of an entry: the file as it is, or with another ICCID when the entry names one or the file's is used. */
function packageOf(entry: Record<string, unknown>, at: number, places: StockPlaces, used: Set<Iccid>) {
  const path = textOf(entry.package, 4096, 'package')
  const { uppDir } = places
  const upp = readUpp(isAbsolute(path) || uppDir === undefined ? path : join(uppDir, path))
  const named = optionalText(entry, 'iccid', 20)
  if (named === undefined) return unusedPackage(upp, `order ${at}`, used)
  const iccid = parseIccid(named)
  if (used.has(iccid)) throw new TypeError(`ICCID ${iccid} is there already`)
  used.add(iccid)
  return { iccid, upp: iccid === iccidOfPackage(upp) ? upp : personalise(upp, { iccid }) }
}

function profileOf(
  entry: Record<string, unknown>,
  at: number,
  places: StockPlaces,
  used: Set<Iccid>,
): Profile {
  const { smdpAddress, nowMs } = places
  const { iccid, upp } = packageOf(entry, at, places, used)
  const state = (optionalText(entry, 'state') ?? 'Released') as ProfileState
  if (!KNOWN_STATES.includes(state)) throw new TypeError(`state is none of ${KNOWN_STATES.join(', ')}`)
  const profileType = optionalText(entry, 'profileType') ?? basename(String(entry.package), '.der')
  const isOrdered = state !== 'Available' && state !== 'Unavailable'
  return {
    iccid,
    operator: optionalText(entry, 'operator') ?? ANY_OPERATOR,
    profileType,
    state,
    metadata:
      entry.metadata === undefined
        ? plainMetadata(profileType, smdpAddress)
        : readMetadata(entry.metadata, smdpAddress),
    package: upp,
    ...(isOrdered ? { order: orderOf(entry, at, places) } : {}),
    downloads: [],
    updatedAtMs: nowMs + at,
  }
}

function orderOf(entry: Record<string, unknown>, at: number, places: StockPlaces): Order {
  const eid = optionalText(entry, 'eid')
  const code = optionalText(entry, 'confirmationCode', 64)
  const expiresAt = optionalText(entry, 'expiresAt')
  const matchingId = optionalText(entry, 'matchingId')
  const expiresAtMs = expiresAt === undefined ? places.nowMs + places.orderLifeMs : Date.parse(expiresAt)
  if (!Number.isFinite(expiresAtMs)) throw new TypeError('expiresAt is not a time')
  if (!matchingId && eid === undefined) throw new TypeError('neither matchingId nor eid')
  const maxDownloadTries = optionalCount(entry, 'maxDownloads')
  const maxConfirmationTries = optionalCount(entry, 'maxConfirmationTries')
  const smdsAddress = optionalText(entry, 'smdsAddress')
  return {
    callId: `fixture-${at}`,
    ...(eid === undefined ? {} : { eid: parseEid(eid) }),
    matchingId: matchingId ?? '',
    ...(code === undefined ? {} : { confirmationCodeHash: sha256(utf8(code)) }),
    ...(smdsAddress === undefined ? {} : { smdsAddress }),
    ...(maxDownloadTries === undefined ? {} : { maxDownloadTries }),
    ...(maxConfirmationTries === undefined ? {} : { maxConfirmationTries }),
    confirmationTries: 0,
    downloadTries: 0,
    expiresAtMs,
  }
}

/**
 * Puts profiles into a state, unless they are there: a second start sells nothing twice. Returns how many are new.
 * Throws `smdp.bad-stock` when two orders share a matching identifier.
 */
export async function stockUp(state: SmdpState, profiles: readonly Profile[]): Promise<number> {
  let added = 0
  for (const profile of profiles) {
    try {
      const isNew = await state.change(profile.iccid, (had) =>
        had ? { result: false } : { result: true, profile },
      )
      if (isNew) added++
    } catch (error) {
      if (!isFailure(error)) throw error
      const { matchingId: entry } = profile.order ?? {}
      throw refuse('smdp.bad-stock', { entry, why: error.code }, error)
    }
  }
  return added
}
