import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ReceiptJson, TermsJson } from '@gesim/proofs'

type Hex = `0x${string}`

/** What the carrier keeps of one profile: the order, the subscriber's keys, the receipt, the counters. */
export interface Subscription {
  readonly iccid: string
  readonly imsi: string
  /** Hex, secret. */
  readonly ki: string
  readonly opc: string
  readonly profileType: string
  /** keccak256 of the package that was uploaded. */
  profileHash: Hex
  /** What the package was made of, and how long it is. */
  package?: { source: 'own' | 'template'; bytes: number }
  /** When it was confirmed for a purchase, milliseconds. */
  soldAtMs?: number
  /** How far the order is at the SM-DP+. */
  order: 'drawn' | 'allocated' | 'confirmed' | 'cancelled'
  /** Sequence number of the next challenge (TS 33.102), decimal. */
  sqn: string
  intentId?: Hex
  matchingId?: string
  smdpAddress?: string
  /** The SM-DP+ said that the profile is installed. */
  installed: boolean
  evidence?: { installationResult: string; euiccCertificate: string; eumCertificate: string }
  receipt?: ReceiptJson
  receiptSignature?: Hex
  receiptDigest?: Hex
  receiptPosted: boolean
  terms?: TermsJson
  /** Micro-USDC in the escrow, decimal. */
  funded: string
  service: 'off' | 'on' | 'ended'
  /** Octets since activation, both directions. */
  cumBytes: number
  /** What the device has signed for, as the node says. */
  vouchedBytes: number
  usage: UsageState
}

/** Where the chain of signed usage receipts stands. */
interface UsageState {
  seq: number
  /** Bytes in the last signed receipt. */
  signedBytes: number
  cdrRoot: Hex
  /** When the last record began to count, seconds. */
  sinceSeconds: number
  /** Signed but not yet taken by the node: sent again until it is. */
  unsent?: { receipt: Record<string, unknown>; signature: Hex; last: boolean } | undefined
  /** The last receipt after the end of service is signed and sent. */
  finished: boolean
}

export interface State {
  /** ES2+ call identifier to ICCID: a repeated call is the same order. */
  calls: Record<string, string>
  subscriptions: Record<string, Subscription>
  /** Last block that was searched for activations. */
  block: number
  /** Template package to personalise, base64; empty for the own one. */
  template: string
  /** Key of the commitments to ICCIDs and EIDs, hex. */
  commitmentKey: string
}

export interface StateFile {
  readonly state: State
  /** Writes at once: what was promised to another party must survive a crash. */
  save(): void
  /** Writes soon: counters, of which a crash may forget the last moment, never more than was signed. */
  saveSoon(): void
  close(): void
}

const SOON_MS = 300

/** Opens the journal, written so that a crash leaves the old or the new one. */
export function openState(path: string, fresh: () => State): StateFile {
  const state = read(path) ?? fresh()
  let timer: NodeJS.Timeout | undefined
  const save = (): void => {
    clearTimeout(timer)
    timer = undefined
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }
  return {
    state,
    save,
    saveSoon() {
      timer ??= setTimeout(save, SOON_MS)
    },
    close: save,
  }
}

function read(path: string): State | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as State
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
