import type { FailureCatalogue } from '@gesim/base'

export const identityFailures = {
  'identity.no-session': {
    kind: 'refused',
    says: 'Nobody is signed in.',
    remedy: 'Sign in and try again.',
    httpStatus: 401,
  },
  'identity.not-fresh': {
    kind: 'refused',
    says: 'This needs a sign-in of the last five minutes.',
    remedy: 'Sign in again (`/v1/auth/login?fresh=1`) and repeat it at once.',
    httpStatus: 403,
  },
  'identity.origin-wrong': {
    kind: 'refused',
    says: 'The request comes from a page of another site.',
    remedy: 'Call the API from the web app’s own origin, or with an API key.',
    httpStatus: 403,
  },
  'identity.provider-unknown': {
    kind: 'refused',
    says: 'There is no such way to sign in.',
    remedy: 'GET /v1/auth/providers lists the ways.',
    httpStatus: 404,
  },
  'identity.provider-unreachable': {
    kind: 'unreachable',
    says: 'The sign-in provider does not answer.',
    remedy: 'Try again in a moment, or choose another way to sign in.',
  },
  'identity.apple-key-wrong': {
    kind: 'refused',
    says: 'The key file that must sign Apple’s client secrets cannot do so.',
    remedy:
      'Name in IDENTITY_PROVIDERS the .p8 file as Apple gave it (PKCS #8, P-256), readable by the node; see docs/operating/sign-in.md.',
  },
  'identity.sign-in-unknown': {
    kind: 'refused',
    says: 'This sign-in was not begun in this browser, was used already, or took longer than ten minutes.',
    remedy: 'Begin the sign-in again.',
    httpStatus: 400,
  },
  'identity.sign-in-refused': {
    kind: 'refused',
    says: 'The sign-in provider did not confirm the sign-in.',
    remedy: 'Begin the sign-in again and allow it at the provider.',
    httpStatus: 403,
  },
  'identity.challenge-unknown': {
    kind: 'refused',
    says: 'There is no open challenge for this address and time.',
    remedy:
      'Ask for a new challenge (GET /v1/auth/challenge) and sign its text within five minutes; each works once.',
    httpStatus: 400,
  },
  'identity.signature-wrong': {
    kind: 'refused',
    says: 'The signature is not by the named key over the expected text.',
    remedy: 'Sign exactly the documented text (EIP-191) with the owner key.',
    httpStatus: 403,
  },
  'identity.no-account': {
    kind: 'refused',
    says: 'The traveller has no wallet yet.',
    remedy: 'Register the account first (POST /v1/wallet/account).',
    httpStatus: 409,
  },
  'identity.account-wrong': {
    kind: 'refused',
    says: 'The account is not the one that the factory makes for this owner.',
    remedy: 'Compute the address from the factory of GET /v1/network with this owner and salt 0.',
    httpStatus: 422,
  },
  'identity.account-taken': {
    kind: 'refused',
    says: 'The account belongs to another sign-in, or this sign-in has another account.',
    remedy: 'Sign in the way you did when the wallet was made.',
    httpStatus: 409,
  },
  'identity.account-unknown': {
    kind: 'refused',
    says: 'No such account is registered here.',
    remedy: 'Check the address.',
    httpStatus: 404,
  },
  'identity.account-ending': {
    kind: 'refused',
    says: 'The account was deleted a moment ago, and its soulbound token is still being taken off the chain.',
    remedy: 'Try again in a minute.',
    httpStatus: 409,
  },
  'identity.purchases-run': {
    kind: 'refused',
    says: 'A purchase with money in it is not over and was not named as one to leave behind.',
    remedy:
      'Read GET /v1/privacy/ending again; take the money back, end the service, or name the purchase in `leaving`.',
    httpStatus: 409,
  },
  'identity.ending-unknown': {
    kind: 'refused',
    says: 'No account was deleted under this number, or it was done more than a week ago.',
    remedy: 'Sign in and look whether the account is still there.',
    httpStatus: 404,
  },
  'identity.no-share': {
    kind: 'refused',
    says: 'No share of a seed is stored for this traveller.',
    remedy: 'Use the device’s share with the recovery share, or a passkey.',
    httpStatus: 404,
  },
  'identity.too-many-releases': {
    kind: 'refused',
    says: 'The share was released too often within an hour.',
    remedy: 'Wait an hour; if it was not you, end your other sessions.',
    httpStatus: 429,
  },
  'identity.share-broken': {
    kind: 'broken',
    says: 'A stored share cannot be opened with the key of the settings.',
    remedy: 'Set IDENTITY_SEAL_KEY to the key that sealed it.',
  },
  'identity.too-many-keys': {
    kind: 'refused',
    says: 'Parts of too many different keys were stored within a day.',
    remedy: 'Use the key that was stored last, or wait a day before making another.',
    httpStatus: 429,
  },
  'identity.passkey-challenge-unknown': {
    kind: 'refused',
    says: 'The challenge was not given to this browser, was used already, or is older than five minutes.',
    remedy: 'Ask for a new one (POST /v1/auth/passkey/challenge); each works once.',
    httpStatus: 400,
  },
  'identity.passkey-unknown': {
    kind: 'refused',
    says: 'No sign-in is known for this passkey.',
    remedy: 'Sign in another way; on the page “Keys” a passkey is added, or allowed to sign in.',
    httpStatus: 404,
  },
  'identity.passkey-wrong': {
    kind: 'refused',
    says: 'What the passkey signed is not what was asked for.',
    remedy:
      'Try once more on the web app’s own page; if it stays, sign in another way and remove this passkey.',
    httpStatus: 403,
  },
  'identity.passkey-taken': {
    kind: 'refused',
    says: 'This passkey is known already.',
    remedy: 'Use it as it is, or make another one.',
    httpStatus: 409,
  },
  'identity.too-many-passkeys': {
    kind: 'refused',
    says: 'There are as many passkeys as one sign-in may have.',
    remedy: 'Remove one that is not used any more.',
    httpStatus: 409,
  },
  'identity.last-way': {
    kind: 'refused',
    says: 'This passkey is the only way left to sign in.',
    remedy: 'Let another passkey sign in first.',
    httpStatus: 409,
  },
  'identity.key-wrong': {
    kind: 'refused',
    says: 'The API key is unknown, ended, expired, or has not the role for this.',
    remedy: 'Use a living key with that role; an operator makes one on the developer page.',
    httpStatus: 401,
  },
  'identity.key-unknown': {
    kind: 'refused',
    says: 'There is no such API key.',
    remedy: 'GET /v1/developer/keys lists the keys.',
    httpStatus: 404,
  },
  'identity.no-chain': {
    kind: 'unreachable',
    says: 'The chain does not answer.',
    remedy: 'Try again in a moment.',
  },
} as const satisfies FailureCatalogue
