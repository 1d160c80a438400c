import type { FailureCatalogue } from '@gesim/base'

export const rspFailures = {
  'rsp.not-understood': {
    kind: 'refused',
    says: 'The command line was not understood.',
    remedy: '`gesim-rsp --help` lists the commands, `gesim-rsp COMMAND --help` the options of one.',
  },
  'rsp.file-unreadable': {
    kind: 'refused',
    says: 'A file or folder cannot be read.',
    remedy: 'Check the path and its permissions.',
  },
  'rsp.file-unwritable': {
    kind: 'refused',
    says: 'A file or folder cannot be written.',
    remedy: 'Check the path, its permissions and the room on the disk.',
  },
  'rsp.file-exists': {
    kind: 'refused',
    says: 'The file is there already and is not overwritten.',
    remedy: 'Give another path, or take the file away.',
  },
  'rsp.no-pki': {
    kind: 'refused',
    says: 'There are no certificates where they were looked for.',
    remedy: 'Make a test PKI with `gesim-rsp pki`, or name a directory of certificates with `--pki DIR`.',
  },
  'rsp.no-operator': {
    kind: 'refused',
    says: 'The operator has no certificate and key to show to the SM-DP+.',
    remedy: 'Give both with `--cert FILE --key FILE`, or make a test operator with `gesim-rsp pki`.',
  },
  'rsp.port-taken': {
    kind: 'refused',
    says: 'Another program listens on the port, or the address is not of this machine.',
    remedy: 'Choose another port (0 takes a free one) or end the other program.',
  },
  'rsp.nothing-found': {
    kind: 'refused',
    says: 'Nothing waits for this card at the discovery server.',
    remedy:
      'Order with the EID of the card and the address of the SM-DS: `gesim-rsp order --eid EID --smds HOST`.',
  },
  'rsp.not-a-message': {
    kind: 'refused',
    says: 'The input is neither hex, base64, PEM, JSON nor DER.',
    remedy: 'Give the bytes of a message as hex or base64, the path of a file, or `-` to read stdin.',
  },
  'rsp.damaged': {
    kind: 'refused',
    says: 'The input ends in the middle of an element, or an element in it is damaged.',
    remedy:
      'See the line marked with ✗: what stands before it was read. Check that the input was copied whole.',
  },
  'rsp.bad-profile': {
    kind: 'refused',
    says: 'The profile package breaks rules of its format.',
    remedy: 'See the findings: each names the element, its offset and the rule.',
  },
  'rsp.kept-notifications': {
    kind: 'unreachable',
    says: 'Some notifications were not accepted by their server; they stay on the card.',
    remedy: 'Run `gesim-rsp notifications --send` again when the server answers.',
  },
  'rsp.upload-refused': {
    kind: 'refused',
    says: 'The SM-DP+ did not take the profile package.',
    remedy: 'See the code and the message of the server; `gesim-rsp inspect FILE` checks the package.',
  },
  'rsp.interrupted': {
    kind: 'refused',
    says: 'The command was interrupted.',
    remedy:
      'Start it again when you like: an open session was ended as "postponed", so that the order stays, and an installation that had begun was finished; `gesim-rsp profiles` lists what is on the card.',
  },
  'rsp.unexpected': {
    kind: 'broken',
    says: 'Something failed that this program did not foresee.',
    remedy: 'Run it again with LOG_LEVEL=debug and report what it prints.',
  },
} as const satisfies FailureCatalogue
