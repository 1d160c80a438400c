import type { FailureCatalogue } from '@gesim/base'

export const cliFailures = {
  'cli.not-understood': {
    kind: 'refused',
    says: 'The command line was not understood.',
    remedy: '`gesim --help` lists commands and options.',
  },
  'cli.no-stack': {
    kind: 'refused',
    says: 'No running GeSIM was found.',
    remedy: 'Start one with `npm start`, or name an API with `--node URL`.',
  },
  'cli.no-plan': {
    kind: 'refused',
    says: 'No plan on sale fits.',
    remedy: '`gesim plans` lists what is on sale; choose one with `--plan`.',
  },
  'cli.profile-unreadable': {
    kind: 'refused',
    says: 'The file given as profile package cannot be read.',
    remedy: 'Give the path of a DER file that holds an unprotected profile package.',
  },
  'cli.profile-needs-stack': {
    kind: 'refused',
    says: 'A profile package can only be handed to the simulated carriers of a local stack.',
    remedy: 'Run the command beside `npm start`, without `--node`.',
  },
  'cli.profile-refused': {
    kind: 'refused',
    says: 'A carrier did not take the file as a profile package.',
    remedy: 'The facts name the element that is wrong; give an unprotected profile package in DER.',
  },
  'cli.no-phone': {
    kind: 'unreachable',
    says: 'The phone in software did not answer.',
    remedy: 'It runs beside the stack: check that `npm start` is still up.',
  },
  'cli.no-data': {
    kind: 'refused',
    says: 'The phone could not move any data.',
    remedy: 'The facts say what stopped it: no signal, the deposit used up, or the service ended.',
  },
  'cli.books-differ': {
    kind: 'broken',
    says: 'What the chain says and what the books say differ.',
    remedy: 'Open the finance dashboard: the reconciliation names the line that differs.',
  },
  'cli.payout-missing': {
    kind: 'broken',
    says: 'The purchase is settled but the carrier’s payout is not on chain.',
    remedy: 'Look at the relayer’s transactions on the developer dashboard.',
  },
  'cli.took-too-long': {
    kind: 'unreachable',
    says: 'The next step did not happen in time.',
    remedy:
      '`gesim show INTENT` says where it stands; the money is in escrow and comes back by itself after the deadline.',
  },
  'cli.no-network': {
    kind: 'refused',
    says: 'It is not known where the contracts are.',
    remedy:
      'Name a file with `--network`: the page that the web app hands out at /exit, or the JSON that `/v1/network` answered.',
  },
  'cli.bad-recoverer': {
    kind: 'refused',
    says: 'This is no address of somebody who could help.',
    remedy:
      'Give an address of another person as their wallet shows it; `none` takes away whoever is named. The fact says what is wrong.',
  },
  'cli.digits-missing': {
    kind: 'refused',
    says: 'An address that came in a message can be swapped on the way, and whoever swapped it would be named.',
    remedy:
      'Let the person open the page of the fact `page` and read out its digits, and give them with `--digits`; `--met` where they gave you the address face to face.',
  },
  'cli.digits-differ': {
    kind: 'refused',
    says: 'The digits are not those of this address on this account: the address or the digits were changed on the way.',
    remedy: 'Name nobody. Call the person, by voice, and compare the address and the digits once more.',
  },
  'cli.recovery-running': {
    kind: 'refused',
    says: 'While a recovery is under way the account names nobody else.',
    remedy: 'Stop it first with `gesim recovery cancel`, if it was not agreed with you.',
  },
  'cli.no-recovery': {
    kind: 'refused',
    says: 'No recovery of this account is under way, so there is nothing to stop.',
    remedy: '`gesim recovery show` says who may ask for one.',
  },
  'cli.operation-refused': {
    kind: 'refused',
    says: 'The bundler did not take the user operation.',
    remedy:
      'Nothing was paid. The reason is in the facts; when the sponsored gas is used up, anyone can top the account up at the paymaster.',
  },
  'cli.operation-failed': {
    kind: 'refused',
    says: 'The user operation was mined but its calls failed.',
    remedy: 'Nothing was paid. The reason is in the facts; usually the balance is too small.',
  },
} as const satisfies FailureCatalogue
