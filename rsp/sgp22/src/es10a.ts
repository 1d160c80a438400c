import { node, readText, type Tlv, textNode } from '@gesim/tlv'
import { elementOf } from './elements.ts'

/** The addresses that a card knows. */
export interface EuiccConfiguredAddresses {
  readonly defaultSmdpAddress?: string
  readonly rootSmdsAddress: string
}

/** GetEuiccConfiguredAddresses: an empty request. */
export const GET_CONFIGURED_ADDRESSES: Uint8Array = node(0xbf3c)

export function writeConfiguredAddresses(addresses: EuiccConfiguredAddresses): Uint8Array {
  const { defaultSmdpAddress, rootSmdsAddress } = addresses
  return node(
    0xbf3c,
    defaultSmdpAddress ? textNode(0x80, defaultSmdpAddress) : undefined,
    textNode(0x81, rootSmdsAddress),
  )
}

export function readConfiguredAddresses(input: Uint8Array | Tlv): EuiccConfiguredAddresses {
  const cursor = elementOf(input, 0xbf3c).cursor()
  const defaultDp = cursor.maybe(0x80)
  const rootSmdsAddress = readText(cursor.take(0x81), 255)
  cursor.finish()
  return { ...(defaultDp ? { defaultSmdpAddress: readText(defaultDp, 255) } : {}), rootSmdsAddress }
}

/** SetDefaultDpAddress; an empty address takes it away. */
export function writeSetDefaultDpRequest(address: string): Uint8Array {
  return node(0xbf3f, textNode(0x80, address))
}

export function readSetDefaultDpRequest(input: Uint8Array | Tlv): string {
  return readText(elementOf(input, 0xbf3f).require(0x80), 255)
}
