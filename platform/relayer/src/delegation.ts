import { refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { concatHex, hexToBigInt, numberToHex, pad, parseTransaction } from 'viem'
import { recoverAuthorizationAddress } from 'viem/utils'

/**
 * The authorization of EIP-7702 that comes with an operation (`eip7702Auth` of ERC-7769): by it the sender, an address with
 * a key of its own, delegates itself to a contract's code in the transaction of the bundle.
 */
export interface Delegation {
  readonly chainId: number
  readonly address: Hex
  readonly nonce: number
  readonly yParity: number
  readonly r: Hex
  readonly s: Hex
}

/** What stands for a factory in an operation whose sender delegates itself; EntryPoint v0.8 knows it by these bytes. */
export const DELEGATION_MARKER: Hex = `0x7702${'00'.repeat(18)}`

/** What a delegation costs the transaction that carries it: EIP-7702's PER_EMPTY_ACCOUNT_COST, part of its intrinsic gas. */
export const DELEGATION_GAS = 25_000n

const ADDRESS = /^0x[0-9a-fA-F]{40}$/
const QUANTITY = /^0x[0-9a-fA-F]{1,64}$/
// EIP-2: the chain takes the lower of two signatures only.
const MOST_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

const invalid = (why: string) => refuse('relayer.operation-invalid', { field: 'eip7702Auth', why })

/** Whether what stands in an operation's place for a factory says that its sender delegates itself. */
export function isMarker(factory: unknown): boolean {
  return typeof factory === 'string' && (factory === '0x7702' || factory.toLowerCase() === DELEGATION_MARKER)
}

/** Reads an authorization from JSON. Throws `relayer.operation-invalid`. */
export function readDelegation(json: unknown): Delegation {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) throw invalid('not an object')
  const given = json as Record<string, unknown>
  const quantity = (field: string, most: bigint) => {
    const value = given[field]
    if (typeof value !== 'string' || !QUANTITY.test(value)) throw invalid(`${field} is not a quantity in hex`)
    const read = hexToBigInt(value as Hex)
    if (read > most) throw invalid(`${field} is too large`)
    return read
  }
  const { address } = given
  if (typeof address !== 'string' || !ADDRESS.test(address)) throw invalid('address is not an address')
  const exact = BigInt(Number.MAX_SAFE_INTEGER)
  const word = (field: string, most: bigint) => pad(numberToHex(quantity(field, most)), { size: 32 })
  return {
    chainId: Number(quantity('chainId', exact)),
    address: address.toLowerCase() as Hex,
    nonce: Number(quantity('nonce', exact)),
    yParity: Number(quantity('yParity', 1n)),
    r: word('r', (1n << 256n) - 1n),
    s: word('s', MOST_S),
  }
}

/** The authorization as ERC-7769 and a node's `authorizationList` write it. */
export function writeDelegation({ chainId, address, nonce, yParity, r, s }: Delegation): Record<string, Hex> {
  return {
    chainId: numberToHex(chainId),
    address,
    nonce: numberToHex(nonce),
    yParity: numberToHex(yParity),
    r: numberToHex(hexToBigInt(r)),
    s: numberToHex(hexToBigInt(s)),
  }
}

/** Only the code of our own accounts, on this chain alone: zero would stand for every chain. Throws. */
export function requireOurs(delegation: Delegation, accountImplementation: Hex, chainId: number): void {
  if (delegation.address !== accountImplementation.toLowerCase())
    throw invalid(`delegates to ${delegation.address}, accounts here run ${accountImplementation}`)
  if (delegation.chainId !== chainId) throw invalid(`is for chain ${delegation.chainId}, not ${chainId}`)
}

/** The sender itself must have signed: anybody else's would delegate anybody else. Throws. */
export async function requireSignedBy(delegation: Delegation, sender: Hex): Promise<void> {
  const authority = await recoverAuthorizationAddress({ authorization: delegation }).catch(() => undefined)
  if (authority?.toLowerCase() !== sender)
    throw invalid(`is signed by ${authority ?? 'nobody'}, not by the sender`)
}

/** What a delegated address carries as code; laid over the sender where its authorization is not signed yet. */
export const delegatedCode = (delegate: Hex): Hex => concatHex(['0xef0100', delegate])

/** The authorizations of a transaction that was signed before, so that it is signed again with the same. */
export function delegationsIn(raw: Hex | null): readonly Delegation[] {
  if (!raw?.startsWith('0x04')) return []
  const { authorizationList = [] } = parseTransaction(raw as `0x04${string}`)
  return authorizationList.map(({ chainId, address, nonce, yParity, r, s }) => ({
    chainId,
    address: address.toLowerCase() as Hex,
    nonce,
    yParity: yParity ?? 0,
    r,
    s,
  }))
}
