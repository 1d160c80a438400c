import type { Clock, Log, SettingsOf } from '@gesim/base'
import type { Certificate } from '@gesim/crypto'
import type { Domain } from '@gesim/proofs'
import type { PrivateKeyAccount } from 'viem'
import type { Chain } from './chain.ts'
import type { Fault } from './faults.ts'
import type { GesimNode } from './node-client.ts'
import type { carrierSettings } from './settings.ts'
import type { Smdp } from './smdp-client.ts'
import type { StateFile, Subscription } from './state.ts'

/** What the carrier's departments share. */
export interface Parts {
  readonly settings: SettingsOf<typeof carrierSettings>
  readonly log: Log
  readonly clock: Clock
  readonly file: StateFile
  readonly smdp: Smdp
  readonly node: GesimNode
  readonly chain: Chain
  readonly domain: Domain
  readonly provisioning: PrivateKeyAccount
  readonly usage: PrivateKeyAccount
  /** Issuers whose cards are believed. */
  readonly issuers: readonly Certificate[]
  readonly fault: Fault
  /** Aborted when the carrier is asked to end. */
  readonly signal: AbortSignal
}

export function allSubscriptions(parts: Pick<Parts, 'file'>): Subscription[] {
  return Object.values(parts.file.state.subscriptions)
}
