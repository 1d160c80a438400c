import { toHex } from '@gesim/base'
import {
  iccidOfBytes,
  NOTIFICATION_EVENTS,
  PROFILE_CLASSES,
  PROFILE_POLICY_RULES,
  resultName,
} from '@gesim/sgp22'
import { readBigUint, readBits, readBoolean, readOid, readText, type Tlv } from '@gesim/tlv'

/** Something read, as it is shown: a line with its value and what is inside. */
export interface Shown {
  readonly tag?: string
  readonly name: string
  /** Offset of the element in the input. */
  readonly offset?: number
  /** Bytes of content. */
  readonly length?: number
  readonly value?: string
  /** Content in hex, where there is no better way to show it. */
  readonly hex?: string
  /** What is wrong with it. */
  readonly damage?: string
  readonly inside?: readonly Shown[]
}

/** What an element is called, and how its content is read. */
export interface Shape {
  readonly name: string
  /** Shows a primitive; what it throws means that the content is not of its type, and hex is shown. */
  readonly shows?: (element: Tlv) => string
  /** What is inside: by tag, or by tag after a look at the element. */
  readonly inside?: Inside | ((element: Tlv) => Inside)
  /** The octets hold elements of their own. */
  readonly nested?: Shape | Inside
  /** Read whole by a reader of its own. */
  readonly as?: 'certificate' | 'revocation-list' | 'bound-metadata'
}

/** Elements by tag, in hex as it is printed; of several shapes of one tag the n-th is that of the n-th element. */
export interface Inside {
  readonly [tag: string]: Shape | readonly Shape[]
}

export const hex = (element: Tlv): string => toHex(element.value).toUpperCase()
export const text = (element: Tlv): string => JSON.stringify(readText(element, 4096))
export const uint = (element: Tlv): string => readBigUint(element).toString()
export const oid = (element: Tlv): string => readOid(element)
export const flag = (element: Tlv): string => String(readBoolean(element))
export const iccid = (element: Tlv): string => iccidOfBytes(element.value)

/** A version of three bytes; another length is no version. */
export const version = (element: Tlv): string => {
  if (element.length !== 3) throw new TypeError('not three bytes')
  return element.value.join('.')
}

/** An EID: 16 bytes, digits in order. */
export const eid = (element: Tlv): string => {
  if (element.length !== 16) throw new TypeError('not 16 bytes')
  return toHex(element.value)
}

/** Country and network code, digits swapped; the third digit of a short network code is F. */
export const operator = (element: Tlv): string => {
  if (element.length !== 3) throw new TypeError('not three bytes')
  const [a, b, c, f, d, e] = [...toHex(element.value)].map((_, i, all) => all[i ^ 1]) as string[]
  return `MCC ${a}${b}${c} MNC ${d}${e}${f === 'f' ? '' : f}`
}

/** An IMEI or type allocation code, digits swapped. */
export const swapped = (element: Tlv): string =>
  toHex(element.value)
    .replace(/(.)(.)/g, '$2$1')
    .replace(/f+$/i, '')

/** The names of the bits that are set. */
export const bits =
  (names: readonly (string | undefined)[]) =>
  (element: Tlv): string => {
    const set = readBits(element).map((position) => names[position] ?? `bit ${position}`)
    return set.length ? set.join(', ') : 'none'
  }

/** A number with its name in a table. */
export const named =
  (table: Readonly<Record<number, string>>) =>
  (element: Tlv): string => {
    const value = Number(readBigUint(element))
    const name = resultName(table, value)
    return name === String(value) ? name : `${name} (${value})`
  }

export const events = bits(NOTIFICATION_EVENTS)
export const rules = bits(['pprUpdateControl', ...PROFILE_POLICY_RULES.slice(1)])
export const profileClass = named({ ...PROFILE_CLASSES })

/** A point on a curve, compressed or not. */
export const point = (element: Tlv): string => {
  const kind = element.value[0] === 4 ? 'uncompressed' : 'not uncompressed'
  return `${hex(element)} (${kind} point)`
}

/** A signature of r and s. */
export const signature = (element: Tlv): string =>
  element.length === 64 ? `r ${hex(element).slice(0, 64)} s ${hex(element).slice(64)}` : hex(element)

/** A primitive by its name and reader. */
export const leaf = (name: string, shows: (element: Tlv) => string = hex): Shape => ({ name, shows })
/** A constructed element by its name and what is inside. */
export const group = (name: string, inside: Shape['inside']): Shape => ({ name, inside })

export const TRANSACTION = leaf('transactionId')
export const CERTIFICATE = (name: string): Shape => ({ name, as: 'certificate' })
export const SIGNATURE = (name: string): Shape => leaf(name, signature)
