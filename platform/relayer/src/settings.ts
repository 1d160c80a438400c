import type { Setting, SettingsTable } from '@gesim/base'
import type { Hex } from '@gesim/journey'

const KEY = /^0x[0-9a-f]{64}$/

function key(text: string): Hex {
  if (!KEY.test(text)) throw new TypeError('not a private key')
  return text as Hex
}

function whole(least: number, most: number) {
  return (text: string) => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < least || value > most)
      throw new RangeError(`not between ${least} and ${most}`)
    return value
  }
}

const number = (env: string, means: string, unit: string, fallback: number, least: number, most: number) =>
  ({ env, means, unit, default: fallback, parse: whole(least, most) }) satisfies Setting<number>

/** Settings of the relayer. Keys are 32 bytes in hex; a KMS takes their place behind the signer port. */
export const relayerSettings = {
  operatorKey: {
    env: 'RELAYER_OPERATOR_KEY',
    means: 'Key that activates, refunds, mints identities and sets budgets',
    secret: true,
    parse: key,
  } satisfies Setting<Hex>,
  posterKey: {
    env: 'RELAYER_POSTER_KEY',
    means: 'Key that posts and settles epochs',
    secret: true,
    parse: key,
  } satisfies Setting<Hex>,
  executorKeys: {
    env: 'RELAYER_EXECUTOR_KEYS',
    means: 'Keys that send bundles of user operations, separated by commas',
    secret: true,
    parse: (text: string): readonly Hex[] => text.split(',').map((one) => key(one.trim())),
  } satisfies Setting<readonly Hex[]>,
  sponsorKey: {
    env: 'RELAYER_SPONSOR_KEY',
    means: 'Key that signs for sponsored operations at the paymaster',
    secret: true,
    parse: key,
  } satisfies Setting<Hex>,
  budgetMicros: number(
    'RELAYER_BUDGET_MICROS',
    'Gas that is sponsored for a new account',
    'micro-USDC',
    5_000_000,
    0,
    1_000_000_000,
  ),
  budgetDays: number(
    'RELAYER_BUDGET_DAYS',
    'How long the sponsorship of a new account lasts',
    'days',
    365,
    1,
    3_650,
  ),
  bumpAfterMs: number(
    'RELAYER_BUMP_AFTER_MS',
    'A transaction that is not mined by then is sent again with a higher fee',
    'ms',
    15_000,
    1_000,
    3_600_000,
  ),
  bundleSize: number('RELAYER_BUNDLE_SIZE', 'User operations in a bundle at most', 'operations', 25, 1, 100),
  poolSize: number(
    'RELAYER_POOL_SIZE',
    'User operations that wait at most; more are refused',
    'operations',
    5_000,
    1,
    100_000,
  ),
  paidDuties: number(
    'RELAYER_PAID_DUTIES',
    'Whether epochs are posted and settled through the fee treasury where it pays for them: 1 yes, 0 always directly',
    'yes or no',
    0,
    0,
    1,
  ),
  sweepEverySeconds: number(
    'RELAYER_SWEEP_EVERY_SECONDS',
    'How often fees and gas margins are sent to the treasury; 0 never',
    's',
    300,
    0,
    604_800,
  ),
} as const satisfies SettingsTable
