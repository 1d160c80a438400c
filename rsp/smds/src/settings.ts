import type { SettingsOf, SettingsTable } from '@gesim/base'
import { serverSettings, wholeNumber } from '@gesim/sgp22'

const DEFAULT_PORT = 8444

/** Every setting of the SM-DS process. */
export const smdsSettings = {
  ...serverSettings('SMDS', DEFAULT_PORT),
  rootAddress: {
    env: 'SMDS_ROOT',
    means:
      'Address of the root SM-DS, which is told of events that ask for it; not set: this one is the root.',
    default: undefined as string | undefined,
    parse: ((value: string) => value) as (value: string) => string | undefined,
  },
  eventDays: {
    env: 'SMDS_EVENT_DAYS',
    means: 'How long an event waits.',
    unit: 'days',
    default: 90,
    parse: wholeNumber,
  },
} as const satisfies SettingsTable

export type SmdsSettings = SettingsOf<typeof smdsSettings>
