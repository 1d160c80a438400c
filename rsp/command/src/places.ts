import { join } from 'node:path'
import type { OptionTable } from './command.ts'

/** Where things lie when nothing is said: all below one folder. */
export const DEFAULT_HOME = '.gesim-rsp'

export const HOME_OPTION = {
  home: {
    type: 'string',
    value: 'DIR',
    means: `folder for what is not named otherwise; default ${DEFAULT_HOME}`,
  },
} as const satisfies OptionTable

/** The places below a home folder. */
export function placesOf(home = DEFAULT_HOME) {
  return {
    home,
    pki: join(home, 'pki'),
    profiles: join(home, 'profiles'),
    card: join(home, 'card.json'),
  }
}

/** Name and identifier of the operator of a test PKI. */
export const TEST_OPERATOR = { name: 'operator', registeredId: '2.999.20' }
