import type { SettingsTable } from '@gesim/base'

const positive = (text: string): number => {
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0) throw new TypeError('not a positive number')
  return value
}

export const advisorSettings = {
  tooFewCost: {
    env: 'ADVISOR_TOO_FEW_COST',
    means: 'What one warm profile too few costs, in the unit of ADVISOR_TOO_MANY_COST.',
    default: 9,
    parse: positive,
  },
  tooManyCost: {
    env: 'ADVISOR_TOO_MANY_COST',
    means: 'What one warm profile too many costs, in the unit of ADVISOR_TOO_FEW_COST.',
    default: 1,
    parse: positive,
  },
  prewarmEverySeconds: {
    env: 'ADVISOR_PREWARM_EVERY_SECONDS',
    means: 'How often the demand of the next hour is looked at.',
    unit: 'seconds',
    default: 300,
    parse: positive,
  },
  falseAlarms: {
    env: 'ADVISOR_FALSE_ALARMS',
    means: 'Part of ordinary usage records that may be flagged by chance.',
    default: 0.01,
    parse: positive,
  },
  cohortSize: {
    env: 'ADVISOR_COHORT_SIZE',
    means: 'Latest usage rates of a carrier that make the cohort.',
    default: 500,
    parse: positive,
  },
  profileType: {
    env: 'ADVISOR_PROFILE_TYPE',
    means: 'Profile type that is advised to be kept warm.',
    default: 'gesim-data',
    parse: (text: string) => text,
  },
} as const satisfies SettingsTable
