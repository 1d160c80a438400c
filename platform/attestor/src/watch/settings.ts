import type { SettingsTable } from '@gesim/base'
import type { Hex } from '@gesim/journey'

const whole = (least: number, most: number) => (text: string) => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least || value > most)
    throw new RangeError(`not a whole number between ${least} and ${most}`)
  return value
}

export const watcherSettings = {
  sources: {
    env: 'WATCHER_SOURCES',
    means:
      'Nodes that publish trees, separated by commas: the own one first, then mirrors; without one no root can be checked',
    default: [],
    parse: (text: string): readonly string[] =>
      text
        .split(',')
        .filter((part) => part.trim() !== '')
        .map((part) => new URL(part.trim()).toString().replace(/\/$/, '')),
  },
  challenger: {
    env: 'WATCHER_CHALLENGER',
    means:
      "Address of the relayer's poster key, which puts up bonds and is paid rewards; without it nothing is demanded",
    default: null,
    parse: (text: string): Hex | null => {
      if (!/^0x[0-9a-fA-F]{40}$/.test(text)) throw new TypeError('not an address')
      return text.toLowerCase() as Hex
    },
  },
  pollMs: {
    env: 'WATCHER_POLL_MS',
    means: 'How often roots and their proofs are looked at',
    unit: 'milliseconds',
    default: 2_000,
    parse: whole(50, 600_000),
  },
  dueSeconds: {
    env: 'WATCHER_DUE_SECONDS',
    means: "How long after a root's posting its data may stay unpublished before a leaf is demanded",
    unit: 'seconds',
    default: 3_600,
    parse: whole(1, 604_800),
  },
  dailyMicros: {
    env: 'WATCHER_DAILY_MICROS',
    means:
      'Bonds put up within 24 hours at most; a bond is 5 USDC and lost when the demand is answered; 0 demands nothing',
    unit: 'micro-USDC',
    default: 10_000_000,
    parse: whole(0, 1_000_000_000_000),
  },
  demandsPerRoot: {
    env: 'WATCHER_DEMANDS_PER_ROOT',
    means: 'Leaves of one root that are demanded at most, one after the other',
    default: 2,
    parse: whole(0, 100),
  },
  retrySeconds: {
    env: 'WATCHER_RETRY_SECONDS',
    means: 'How long after a refusal a proof or demand is tried again',
    unit: 'seconds',
    default: 30,
    parse: whole(1, 86_400),
  },
} as const satisfies SettingsTable
