import { toHex, utf8 } from '@gesim/base'
import type { Hex, JourneyEvent } from '@gesim/journey'
import { logLeafHash } from '@gesim/proofs'

/** What is logged. Usage is not logged record by record: an epoch's root binds the evidence of every leaf. */
export const LOGGED = [
  'profile.installed',
  'epoch.closed',
  'root.posted',
  'root.final',
  'payout.claimed',
  'anomaly.flagged',
] as const
type LoggedKind = (typeof LOGGED)[number]
export type LoggedEvent = { [K in LoggedKind]: JourneyEvent<K> }[LoggedKind]

export interface Entry {
  readonly kind: string
  /** Canonical JSON: keys in order, no spaces, so that whoever has the facts makes the same bytes. */
  readonly text: string
  readonly leafHash: Hex
}

/**
 * The entry of an event: digests, roots, sums and addresses that are public on chain anyway. Of an anomaly only its hash
 * is logged: it says that the statistic spoke and when, not about whom.
 */
export function entryOf(event: LoggedEvent): Entry {
  const atSeconds = Math.floor(event.atMs / 1000)
  const facts = factsOf(event)
  return makeEntry(facts.kind, { ...facts, at: atSeconds, seq: event.seq.toString() })
}

function factsOf(event: LoggedEvent): Record<string, string | number> & { kind: string } {
  switch (event.kind) {
    case 'profile.installed':
      return {
        kind: 'receipt',
        intentId: event.intentId!,
        book: event.body.book,
        receiptDigest: event.body.receiptDigest,
        evidence: event.body.evidence,
      }
    case 'epoch.closed':
      return {
        kind: 'epoch',
        epoch: event.body.epoch,
        cutoff: event.body.cutoff,
        root: event.body.root,
        total: event.body.totalMicros,
        coSigned: event.body.coSignedMicros,
        leaves: event.body.leaves,
        dataHash: event.body.dataHash,
      }
    case 'root.posted':
      return {
        kind: 'root',
        epoch: event.body.epoch,
        root: event.body.root,
        total: event.body.totalMicros,
        coSigned: event.body.coSignedMicros,
        weight: event.body.weight,
        txHash: event.body.txHash,
      }
    case 'root.final':
      return { kind: 'final', epoch: event.body.epoch }
    case 'payout.claimed':
      return {
        kind: 'payout',
        epoch: event.body.epoch,
        book: event.body.book,
        gross: event.body.grossMicros,
        fee: event.body.feeMicros,
        to: event.body.to,
        txHash: event.body.txHash,
      }
    case 'anomaly.flagged': {
      const said = canonicalJson({ ...event.body, intentId: event.intentId ?? '' })
      return { kind: 'anomaly', hash: leafHashOf(said) }
    }
  }
}

function makeEntry(kind: string, facts: Readonly<Record<string, string | number>>): Entry {
  const text = canonicalJson(facts)
  return { kind, text, leafHash: leafHashOf(text) }
}

function leafHashOf(text: string): Hex {
  return `0x${toHex(logLeafHash(utf8(text)))}`
}

/** JSON of a flat object with its keys in code unit order and no white space. */
export function canonicalJson(facts: Readonly<Record<string, string | number>>): string {
  const pairs = Object.keys(facts)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(facts[key])}`)
  return `{${pairs.join(',')}}`
}
