import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { broken } from '@gesim/base'

/** What changed in a profile since it was installed: contents by path, PINs, sequence numbers. Bytes are hex. */
export interface StoredChanges {
  readonly files: Readonly<Record<string, string>>
  /** `<application or card>:<key reference>`. */
  readonly pins: Readonly<Record<string, { value: string; enabled: boolean; triesLeft: number }>>
  readonly puks: Readonly<Record<string, number>>
  /** Highest accepted SEQ by index, decimal, one list an application. */
  readonly sequences: readonly (readonly string[])[]
  /** Paths of files that are not as active as the package made them. */
  readonly switched?: readonly string[]
}

export interface StoredProfile {
  readonly aid: string
  readonly enabled: boolean
  readonly nickname?: string
  /** StoreMetadata (BF25), as received or as last updated. */
  readonly metadata: string
  readonly smdpAddress: string
  readonly smdpOid: string
  /** Key identifier of the issuer under which the card installed it, and signs what is told of it. */
  readonly issuerKeyId?: string
  /** Data of the SM-DP+ (B8). */
  readonly proprietary?: string
  /** The unprotected profile package. Secret: it holds the keys. */
  readonly upp: string
  readonly changes?: StoredChanges
}

export interface StoredNotification {
  readonly sequence: number
  /** Bit of the event: 0 install, 1 enable, 2 disable, 3 delete. */
  readonly event: number
  readonly address: string
  readonly iccid?: string
  /** The whole signed notification, BF37 or 30. */
  readonly signed: string
}

/** A profile that is being loaded: what is told of it when the card loses power before it has a result. */
export interface StoredLoading {
  readonly transactionId: string
  readonly address: string
  readonly iccid: string
  readonly smdpOid: string
  /** Key identifier of the issuer under which the card signs for this server. */
  readonly issuerKeyId: string
  /** BppCommandId of the command that is being carried out, or waited for. */
  readonly command: number
}

/** Everything that a card remembers without power. */
export interface CardState {
  readonly version: 1
  readonly nextSequence: number
  readonly nextAid: number
  readonly defaultSmdpAddress: string
  readonly rootSmdsAddress: string
  readonly profiles: readonly StoredProfile[]
  readonly notifications: readonly StoredNotification[]
  /** AID of the operational profile that gave way to a test profile. */
  readonly enabledBeforeTest?: string
  /** The one-time key of a download that did not end, for the server that it was meant for. */
  readonly oneTimeKey?: {
    readonly curve: 'nist' | 'brainpool'
    readonly scalar: string
    readonly smdpOid: string
  }
  /** From StoreMetadata until the result of the installation is signed. */
  readonly loading?: StoredLoading
  /** Revocation lists that were loaded, DER. */
  readonly revocations: readonly string[]
}

export function freshState(): CardState {
  return {
    version: 1,
    nextSequence: 1,
    nextAid: 0x10,
    defaultSmdpAddress: '',
    rootSmdsAddress: '',
    profiles: [],
    notifications: [],
    revocations: [],
  }
}

/** Where a card keeps its state. */
export interface StateStore {
  load(): CardState | undefined
  /** Returns when the state would survive a loss of power. */
  save(state: CardState): void
}

/** A card that forgets when its process ends. */
export function memoryState(initial?: CardState): StateStore {
  let kept = initial
  return {
    load: () => kept,
    save: (state) => {
      kept = state
    },
  }
}

/** Makes a new name in a directory outlive a loss of power. Systems that cannot open directories do it themselves. */
function keepEntry(directory: string): void {
  if (process.platform === 'win32') return
  const entry = openSync(directory, 'r')
  try {
    fsyncSync(entry)
  } finally {
    closeSync(entry)
  }
}

/** State in a file, replaced as a whole: a reader never sees half of it. Throws `euicc.state-unreadable`. */
export function fileState(path: string): StateStore {
  return {
    load() {
      if (!existsSync(path)) return undefined
      try {
        const state = JSON.parse(readFileSync(path, 'utf8')) as CardState
        if (state.version !== 1 || !Array.isArray(state.profiles)) throw new Error('another format')
        return state
      } catch (cause) {
        throw broken('euicc.state-unreadable', { path }, cause)
      }
    },
    save(state) {
      mkdirSync(dirname(path), { recursive: true })
      const fresh = `${path}.new`
      // Keys of subscriptions lie in it: for the owner's eyes only.
      const file = openSync(fresh, 'w', 0o600)
      try {
        writeFileSync(file, JSON.stringify(state))
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(fresh, path)
      keepEntry(dirname(path))
    },
  }
}
