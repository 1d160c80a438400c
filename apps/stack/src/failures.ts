import type { FailureCatalogue } from '@gesim/base'

/** Every way in which a start says no. */
export const stackFailures = {
  'stack.already-running': {
    kind: 'refused',
    says: 'GeSIM already runs on this data folder.',
    remedy:
      'Stop it first, or start on another folder with `npm start -- --data FOLDER`. When the process is none of GeSIM’s, delete `stack.pid` in the folder.',
  },
  'stack.other-contracts': {
    kind: 'refused',
    says: 'The chain of this data folder holds the contracts of another version. Purchases are bound to the contracts they were made under, so nothing was started and nothing was changed.',
    remedy:
      'Finish open purchases with the version that used the folder last, or start this one beside it with `npm start -- --data FOLDER`, or anew with `npm start -- --reset`, which deletes purchases, test money, keys and installed profiles.',
  },
  'stack.newer-database': {
    kind: 'refused',
    says: 'The database of this data folder was brought to a form by a newer version that this one does not know. Nothing was started and nothing was changed.',
    remedy:
      'Start the version that used the folder last, or this one on another folder with `npm start -- --data FOLDER`, or anew with `npm start -- --reset`, which deletes what is there.',
  },
  'stack.not-our-folder': {
    kind: 'refused',
    says: 'The data folder holds things that GeSIM did not make. It was left alone.',
    remedy: 'Check --data, and name an empty folder or one that is not there yet.',
  },
  'stack.folder-unusable': {
    kind: 'refused',
    says: 'The data folder cannot be made or written.',
    remedy: 'Choose a folder that you may write, on a disk with room, with `npm start -- --data FOLDER`.',
  },
  'stack.no-free-port': {
    kind: 'refused',
    says: 'No port is free for a part of the stack.',
    remedy: 'Choose another range with `npm start -- --port N`.',
  },
  'stack.settings-unreadable': {
    kind: 'refused',
    says: 'settings.json of the data folder does not hold environment variables and their texts.',
    remedy: 'Write it as in {"INTENTS_QUOTE_SECONDS": "60"}, or remove it.',
  },
} as const satisfies FailureCatalogue
