import type { FailureCatalogue } from '@gesim/base'

export const webPushFailures = {
  'web-push.off': {
    kind: 'refused',
    says: 'This server sends nothing to browsers whose pages are closed.',
    remedy: 'Notices are shown while a page is open. The operator turns this on with WEB_PUSH_KEY.',
    httpStatus: 404,
  },
  'web-push.service-unknown': {
    kind: 'refused',
    says: 'This browser asks for its messages at a push service that this server does not call.',
    remedy:
      'Notices are shown while a page is open. The operator names further services in WEB_PUSH_SERVICES.',
    httpStatus: 422,
  },
  'web-push.keys-wrong': {
    kind: 'refused',
    says: 'The keys of the subscription are not those of a browser: a P-256 point and 16 bytes.',
    remedy: 'Subscribe again and send `p256dh` and `auth` as the browser gives them.',
    httpStatus: 422,
  },
  'web-push.not-signed-in': {
    kind: 'refused',
    says: 'Nobody is signed in, or the wallet is not registered yet.',
    remedy: 'Sign in, open the wallet once and try again.',
    httpStatus: 401,
  },
  'web-push.service-busy': {
    kind: 'unreachable',
    says: 'A push service does not take messages now.',
    remedy: 'Nothing: the message is tried again for a quarter of an hour.',
    httpStatus: 503,
  },
} as const satisfies FailureCatalogue
