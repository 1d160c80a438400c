import type { Hex } from 'viem'

/** A failure as the page and the interface show it. */
export interface ShownFailure {
  readonly code: string
  readonly message: string
  readonly remedy: string
}

/** One download from the code to the enabled profile. */
export interface Download {
  readonly id: string
  readonly state: 'running' | 'done' | 'failed'
  /** What is being done now, or was last. */
  readonly step: DownloadStep
  /** 0 to 100. */
  readonly percent: number
  readonly startedAtMs: number
  readonly endedAtMs?: number
  /** When each step began. */
  readonly steps: readonly { readonly step: DownloadStep; readonly atMs: number }[]
  readonly profileName?: string
  readonly iccid?: string
  readonly intentId?: Hex
  readonly failure?: ShownFailure
}

export type DownloadStep =
  | 'pair'
  | 'authenticate'
  | 'preview'
  | 'prepare'
  | 'fetch'
  | 'install'
  | 'installed'
  | 'notify'
  | 'enable'
  | 'done'

export interface ShownProfile {
  readonly iccid: string
  readonly name: string
  readonly provider: string
  readonly nickname?: string
  readonly enabled: boolean
}

/** The connection to the network. */
export interface ShownLine {
  readonly state: 'no-profile' | 'searching' | 'attached' | 'denied'
  readonly plmn?: string
  readonly rat?: string
  /** 0 to 4. */
  readonly bars: number
  readonly latencyMs?: number
  readonly throughputMbps?: number
  readonly failure?: ShownFailure
}

/** The purchase behind the enabled profile. */
export interface ShownPurchase {
  readonly intentId: Hex
  /** State of the intent, as the node says it. */
  readonly state: string
  readonly service: 'off' | 'on' | 'ended'
  /** Whether the payer has bound this phone. */
  readonly bound: boolean
  readonly consent: 'not-wanted' | 'wanted' | 'given'
  readonly usedBytes: string
  readonly vouchedBytes: string
  readonly amountMicros: string
  readonly depositMicros: string
  readonly vouchers: number
  readonly over?: string
  readonly failure?: ShownFailure
}

/** One transfer of data. */
export interface ShownTraffic {
  readonly state: 'idle' | 'running' | 'done' | 'stopped'
  readonly wantedBytes: number
  readonly doneBytes: number
  readonly bytesPerSecond: number
  /** Why it ended before everything was fetched. */
  readonly why?: string
}

/** Everything that the page shows. */
export interface PhoneState {
  /** Address of the device key. */
  readonly device: Hex
  readonly profiles: readonly ShownProfile[]
  readonly line: ShownLine
  readonly purchase?: ShownPurchase
  readonly traffic: ShownTraffic
  readonly downloads: readonly Download[]
}
