import type { FailureCatalogue } from './failure.ts'

export const baseFailures = {
  'base.setting-missing': {
    kind: 'refused',
    says: 'A setting without which the program cannot start is not set.',
    remedy: 'Set the named environment variable; `--settings` prints all of them.',
  },
  'base.setting-invalid': {
    kind: 'refused',
    says: 'A setting is set to something that cannot be read.',
    remedy: 'Correct the named environment variable; `--settings` prints its meaning and unit.',
  },
} as const satisfies FailureCatalogue
