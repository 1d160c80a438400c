import type { FailureCatalogue } from '@gesim/base'

export const esimAccessSimulatorFailures = {
  'esim-access.port-taken': {
    kind: 'refused',
    says: 'The port of the eSIM Access simulator is taken.',
    remedy: 'Set ESIM_ACCESS_SIM_PORT to a free port, or to 0 to take any.',
  },
} as const satisfies FailureCatalogue
