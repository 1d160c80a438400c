import type { FailureCatalogue } from '@gesim/base'

export const cardRampFailures = {
  'card-ramp.not-local': {
    kind: 'refused',
    says: 'The sandbox sells test money and works on a local chain only.',
    remedy: 'Connect a real provider by an adapter of its own behind the on-ramp port.',
  },
  'card-ramp.port-taken': {
    kind: 'refused',
    says: 'The port of the card sandbox is taken.',
    remedy: 'Choose another CARD_RAMP_PORT, or 0.',
  },
} as const satisfies FailureCatalogue
