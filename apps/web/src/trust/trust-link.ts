import type { Hex } from '../api/shapes.ts'

/** What a link to a trusted person names: the wallet, and the key they are asked to bring where it is lost already. */
export interface TrustLink {
  readonly account: Hex
  readonly key: Hex | null
}

/** A link by which somebody is asked to bring a key. */
export type RescueLink = TrustLink & { readonly key: Hex }

const ADDRESS = /^0x[0-9a-fA-F]{40}$/

/** Where the trusted person's page is for one wallet. */
export function trustPath({ account, key }: TrustLink): string {
  return `/trust?account=${account.toLowerCase()}${key ? `&key=${key.toLowerCase()}` : ''}`
}

/** Reads what {@link trustPath} wrote; null where anything in it is no address: half a link must not pass for a whole one. */
export function readTrustLink(asked: {
  readonly account?: string | string[]
  readonly key?: string | string[]
}): TrustLink | null {
  const { account, key } = asked
  if (typeof account !== 'string' || !ADDRESS.test(account)) return null
  if (key === undefined) return { account: account.toLowerCase() as Hex, key: null }
  if (typeof key !== 'string' || !ADDRESS.test(key)) return null
  return { account: account.toLowerCase() as Hex, key: key.toLowerCase() as Hex }
}
