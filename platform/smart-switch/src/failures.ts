import type { FailureCatalogue } from '@gesim/base'

export const smartSwitchFailures = {
  'smart-switch.not-signed-in': {
    kind: 'refused',
    says: 'The request carries no valid carrier API key.',
    remedy: 'Create a carrier API key on the developer page and send it as a bearer token.',
    httpStatus: 401,
  },
  'smart-switch.not-your-book': {
    kind: 'refused',
    says: "A measurement names a book that is not one of this carrier's.",
    remedy: 'Send measurements of your own books only; nothing of the batch was stored.',
    httpStatus: 403,
  },
  'smart-switch.from-future': {
    kind: 'refused',
    says: 'A measurement lies in the future.',
    remedy: "Set the carrier's clock; nothing of the batch was stored.",
    httpStatus: 400,
  },
} as const satisfies FailureCatalogue
