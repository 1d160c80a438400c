import type { SettingsTable } from '@gesim/base'

const seconds = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new TypeError('not a whole number of seconds')
  return value
}

export const meteringSettings = {
  clockSkewSeconds: {
    env: 'METERING_CLOCK_SKEW_SECONDS',
    means: 'How far in the future the time of a usage record may lie before it is refused',
    unit: 'seconds',
    default: 30,
    parse: seconds,
  },
  graceSeconds: {
    env: 'METERING_GRACE_SECONDS',
    means: 'How long after the end of service the last records of device and carrier are still accepted',
    unit: 'seconds',
    default: 120,
    parse: seconds,
  },
  keyCacheSeconds: {
    env: 'METERING_KEY_CACHE_SECONDS',
    means: 'How long a valid carrier key is believed before the CarrierRegistry is asked again',
    unit: 'seconds',
    default: 30,
    parse: seconds,
  },
} as const satisfies SettingsTable
