import type { Curve, Random } from '@gesim/crypto'
import type { Eid, Iccid, ProfileMetadata } from '@gesim/sgp22'

/**
 * The life of a profile (SGP.22 section 3.1.6). `Allocated` and `Linked`: ordered, without and with an
 * EID; `Confirmed`: has a matching identifier; `Released`: may be downloaded; `Downloaded`: a bound
 * package was handed out; `Installed` and `Error`: the card's signed result came, or the user refused. After an
 * interrupted installation an order is `Released` again.
 */
export type ProfileState =
  | 'Available'
  | 'Allocated'
  | 'Linked'
  | 'Confirmed'
  | 'Released'
  | 'Downloaded'
  | 'Installed'
  | 'Error'
  | 'Unavailable'

/** What an operator ordered. */
export interface Order {
  /** functionCallIdentifier of downloadOrder: a retry is the same order. */
  readonly callId: string
  readonly eid?: Eid
  /** Present once confirmed; empty when the order is found by the EID alone. */
  readonly matchingId?: string
  /** SHA-256 of the confirmation code. */
  readonly confirmationCodeHash?: Uint8Array
  readonly confirmationTries: number
  readonly downloadTries: number
  /** Limits of this order, where they are not those of the server. */
  readonly maxConfirmationTries?: number
  readonly maxDownloadTries?: number
  readonly smdsAddress?: string
  readonly expiresAtMs: number
}

/** A package that was bound: what the signed result of the card is checked with. */
export interface Download {
  readonly transactionId: Uint8Array
  readonly eid: Eid
  readonly euiccOtpk: Uint8Array
  /** Curve of that key: a session on the other one cannot use it. */
  readonly curve?: Curve
  /** DER. */
  readonly euiccCertificate: Uint8Array
  /** DER. */
  readonly eumCertificate: Uint8Array
  readonly atMs: number
  /** ErrorReason that the card gave for this attempt; none while it has not failed. */
  readonly failedBy?: number
}

/** The card's signed word on an installation, with all that a stranger needs to check it. */
export interface Evidence {
  readonly success: boolean
  /** `BF37` as received. */
  readonly profileInstallationResult: Uint8Array
  readonly euiccCertificate: Uint8Array
  readonly eumCertificate: Uint8Array
  readonly eid: Eid
  readonly atMs: number
}

/** The owner of profiles that any operator may order. */
export const ANY_OPERATOR = '*'

/** One profile with its order, if it has one. */
export interface Profile {
  readonly iccid: Iccid
  /** Identifier of the operator that owns it, or `ANY_OPERATOR` until one orders it. */
  readonly operator: string
  /** It was anybody's before it was ordered, and is again when the order is taken back. */
  readonly pooled?: boolean
  readonly profileType: string
  readonly state: ProfileState
  readonly metadata: Omit<ProfileMetadata, 'iccid'>
  /** The unprotected profile package; taken away once it is installed or will never be. */
  readonly package?: Uint8Array
  readonly order?: Order
  /** Every attempt of the order: the result of an earlier one may come late. */
  readonly downloads: readonly Download[]
  readonly evidence?: Evidence
  /** functionCallIdentifier of the cancelOrder that ended the last order: a retry is no second one. */
  readonly cancelCallId?: string
  /** The last event that the card told after the installation. */
  readonly lastEvent?: 'enable' | 'disable' | 'delete'
  readonly updatedAtMs: number
}

/** Something that another server must be told, and is told again until it took it. */
export interface Message {
  readonly kind: 'progress' | 'delete-event'
  readonly iccid: Iccid
  /** The operator or the address of the SM-DS. */
  readonly target: string
  /** Body of the function, in JSON. */
  readonly body: string
}

/** A message that waits. */
export interface PendingMessage extends Message {
  readonly id: string
  readonly attempts: number
}

/** What became of a profile, and what must be told because of it: both are kept, or neither. */
export interface Change<T> {
  readonly result: T
  /** The profile as it shall be; absent leaves it as it is. */
  readonly profile?: Profile
  readonly messages?: readonly Message[]
}

/** How a profile is looked for. */
export type ProfileKey =
  | { readonly iccid: Iccid }
  | { readonly matchingId: string }
  /** Orders without a matching identifier, by card. */
  | { readonly defaultFor: Eid }
  | { readonly transactionId: Uint8Array }
  | { readonly operator: string; readonly callId: string }

/** Where profiles, orders and messages are kept. Memory and Postgres implement it, under one test suite. */
export interface SmdpState {
  /** Finds a profile; of several the one that changed first. */
  find(key: ProfileKey): Promise<Profile | undefined>
  /**
   * Reads a profile, decides and writes, alone: nobody else changes it meanwhile. What the decision throws
   * is thrown, and nothing is written. Throws `smdp.matching-id-taken` when two orders would share one, and
   * `smdp.order-exists` when two would be of one call.
   */
  change<T>(iccid: Iccid, decide: (profile: Profile | undefined) => Change<T>): Promise<T>
  /** The same with any available profile of a type, so that two orders never get the same one. */
  changeAvailable<T>(
    operator: string,
    profileType: string,
    decide: (profile: Profile | undefined) => Change<T>,
  ): Promise<T>
  /** Whether an operator has, or had, profiles of a type in any state. */
  knowsType(operator: string, profileType: string): Promise<boolean>
  /** Messages that are due, the oldest of each target only, so that they arrive in order. */
  dueMessages(atMs: number, limit: number): Promise<PendingMessage[]>
  /** Forgets a message that was taken, or sets the time of its next attempt. */
  settleMessage(id: string, nextAtMs?: number): Promise<void>
  /** Forgets profiles that ended, or whose orders expired, before a time. Returns how many. */
  forget(endedBeforeMs: number): Promise<number>
  close(): Promise<void>
}

/** Everything that makes one run differ from another; a replayed session passes what was recorded. */
export interface Chance {
  readonly random: Random
  readonly nowMs: () => number
}
