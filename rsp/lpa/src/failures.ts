import type { FailureCatalogue } from '@gesim/base'

export const lpaFailures = {
  'lpa.card-status': {
    kind: 'refused',
    says: 'The card answered a command with a status word that is not success.',
    remedy: 'See the status word and the function; reset the card and try again, or try another reader.',
  },
  'lpa.no-isdr': {
    kind: 'refused',
    says: 'The card has no security domain for profiles under the AID that was asked for.',
    remedy:
      'Check that the card in the reader is an eUICC; some have an AID of their own, which the maker tells (`aids`).',
  },
  'lpa.no-channel': {
    kind: 'refused',
    says: 'The card gave no logical channel, and its basic channel does not lead to the security domain either.',
    remedy:
      'See both status words. Channels are held by another program (a modem manager, another LPA) or were left open: end that program, or take the card out and put it in again.',
  },
  'lpa.no-pcsc': {
    kind: 'refused',
    says: 'No program library for card readers (PC/SC) is installed beside this program.',
    remedy:
      'Install one, such as `npm install @pokusew/pcsclite`, or hand a reader over in your own program.',
  },
  'lpa.no-reader': {
    kind: 'refused',
    says: 'No card reader with a card in it was found.',
    remedy: 'Plug the reader in, put a card in, check its name, and that the PC/SC service runs.',
  },
  'lpa.not-imei': {
    kind: 'refused',
    says: 'The text is not an IMEI.',
    remedy: 'Give 15 digits.',
  },
  'lpa.server-answer': {
    kind: 'refused',
    says: 'The server sent something that cannot be read.',
    remedy:
      'See the function and the reason; tell the operator, its server does not follow the specification.',
  },
  'lpa.no-event': {
    kind: 'refused',
    says: 'The discovery server knows no event for this card under this identifier.',
    remedy: 'Ask the discovery server again: the event was used, deleted or has expired.',
  },
  'lpa.no-discovery-server': {
    kind: 'refused',
    says: 'The server that was asked for events is an SM-DP+ and no SM-DS.',
    remedy: 'Give the address of a discovery server, or download from this one by its activation code.',
  },
  'lpa.card-gone': {
    kind: 'unreachable',
    says: 'The card does not answer any more.',
    remedy: 'Check the reader or the card process, then try again.',
  },
  'lpa.card-answer': {
    kind: 'refused',
    says: 'The card gave an answer that is not one of the function that was asked.',
    remedy: 'See the function and the reason; the card does not follow the specification.',
  },
  'lpa.server-refused-by-card': {
    kind: 'refused',
    says: 'The card does not accept the server or what it signed.',
    remedy:
      'See the function and the error: the certificates of server and card must come from the same issuer and be in force.',
  },
  'lpa.server-address': {
    kind: 'refused',
    says: 'The server signed another address than the one that was asked.',
    remedy: 'Use the address that the operator gave; a server in between may have answered.',
  },
  'lpa.server-identity': {
    kind: 'refused',
    says: 'The server is not the one that the activation code names.',
    remedy: 'Ask the operator for a fresh activation code.',
  },
  'lpa.confirmation-code-missing': {
    kind: 'refused',
    says: 'The profile needs a confirmation code and none was given.',
    remedy: 'Ask the operator for the code and start again; the order stays open.',
  },
  'lpa.not-wanted': {
    kind: 'refused',
    says: 'The user did not want the profile; the server was told why.',
    remedy: 'Start again if this was not meant; after "later" the order stays open.',
  },
  'lpa.policy-not-allowed': {
    kind: 'refused',
    says: 'The profile sets rules that this card does not allow its operator.',
    remedy: 'Ask the operator for a profile without these rules.',
  },
  'lpa.metadata-mismatch': {
    kind: 'refused',
    says: 'The package is for another profile than the one that was shown.',
    remedy: 'Tell the operator; nothing was installed.',
  },
  'lpa.install-failed': {
    kind: 'refused',
    says: 'The card could not install the profile.',
    remedy: 'See command, reason, profile element and offset; the result was sent to the server.',
  },
  'lpa.function-refused': {
    kind: 'refused',
    says: 'The card refused to change a profile.',
    remedy: 'See the function and the result, such as "profileNotInDisabledState": disable it first.',
  },
  'lpa.not-an-address': {
    kind: 'refused',
    says: 'A server was named by something that is no host name.',
    remedy: 'Ask whoever named it, the SM-DS or the operator of the profile, for the address.',
  },
  'lpa.no-server': {
    kind: 'refused',
    says: 'Neither the activation code nor the card names a server.',
    remedy: 'Give an activation code, or set a default SM-DP+ address on the card.',
  },
} as const satisfies FailureCatalogue
