import type { Hex } from '@gesim/journey'

/** One order, as a carrier is told of it. */
export interface OrderReference {
  /** Name of the order: `<intentId>:<book>`, or `warm:<id>` for a profile reserved ahead. Each step's call begins with it. */
  readonly call: string
  readonly planId: string
  readonly profileType: string
}

/** A profile that a carrier set aside. The handle is the carrier's word for it (an ICCID, an order number): sealed at rest. */
export interface Reservation {
  readonly handle: string
  /** Present where the carrier names the profile at once. */
  readonly iccid?: string
}

/** What a traveller's phone needs, and what is needed to cancel. */
export interface Release {
  readonly activationCode: string
  readonly handle: string
  readonly iccid?: string
}

/** What a carrier without notifications answers when asked how far a download is. */
export type Progress = 'waiting' | 'downloaded' | 'installed' | 'over'

/**
 * A carrier as the provisioner sees it: reserve, confirm (which releases the profile for download), cancel. Each call is
 * idempotent by the order: the same one again gives the same profile. Refusals are failures of kind `refused`,
 * silence is `unreachable`.
 */
export interface Carrier {
  readonly book: number
  readonly name: string
  /** Base address of the radio for phones in software; real radio needs none. */
  readonly radioUrl?: string
  /** Whether profiles can be reserved before an intent needs them. */
  readonly warms: boolean
  reserve(order: OrderReference): Promise<Reservation>
  confirm(order: OrderReference, reservation: Reservation): Promise<Release>
  cancel(order: OrderReference, handle: string): Promise<void>
  /** Absent where the carrier sends notifications itself. */
  progress?(order: OrderReference, handle: string): Promise<Progress>
}

/** What the provisioner asks the chain. */
export interface Keys {
  /** Whether the key has the role PROVISIONING for the carrier of the book now. */
  isProvisioningKey(book: number, key: Hex): Promise<boolean>
  /** Whether the signature over the digest is one of the signer: ERC-7913 bytes; 20 bytes are an account. */
  signedBy(signer: Hex, digest: Hex, signature: Hex): Promise<boolean>
}
