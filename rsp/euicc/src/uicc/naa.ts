import { toHex } from '@gesim/base'
import { ADM1, type AkaElement, PIN1, type PinCode, type PukCode } from '@gesim/saip'
import type { AkaFunctions } from '../aka/algorithm.ts'
import { DEFAULT_DELTA, freshSequenceNumbers, type SequenceNumbers } from '../aka/authenticate.ts'
import { milenage } from '../aka/milenage.ts'
import { tuak } from '../aka/tuak.ts'
import { usimTest } from '../aka/usim-test.ts'
import type { CardFile } from './files.ts'

/** A PIN with its tries. Bit 1 of the attributes is "enabled", bit 2 "may be changed", bit 3 "may be disabled". */
export interface Pin {
  readonly keyReference: number
  value: Uint8Array
  enabled: boolean
  readonly mayChange: boolean
  readonly mayDisable: boolean
  readonly triesAtMost: number
  triesLeft: number
  readonly unblockedBy?: number
}

export interface Puk {
  readonly keyReference: number
  readonly value: Uint8Array
  readonly triesAtMost: number
  triesLeft: number
}

/** How an application authenticates. */
export interface Authenticator {
  readonly functions: AkaFunctions
  readonly sequence: SequenceNumbers
  readonly delta: bigint
}

/** A network access application: its directory, its own PINs, its keys. */
export interface Application {
  readonly kind: 'usim' | 'isim' | 'csim'
  readonly adf: CardFile
  readonly pins: Map<number, Pin>
  authenticator?: Authenticator
}

/** The file system and the secrets of one installed profile. */
export interface InstalledProfile {
  readonly mf: CardFile
  readonly applications: Application[]
  /** PINs of the whole card: key references below 80. */
  readonly pins: Map<number, Pin>
  readonly puks: Map<number, Puk>
}

export const aidOf = (application: Application): string => toHex(application.adf.dfName ?? new Uint8Array())

/** A PIN of a package. Three tries are the default (33), administrators have ten. */
export function pinOf(code: PinCode): Pin {
  const { attributes = 7, tries = 0x33, keyReference, value, unblockedBy } = code
  return {
    keyReference,
    value: value.slice(),
    enabled: (attributes & 1) !== 0,
    mayChange: (attributes & 2) !== 0,
    mayDisable: (attributes & 4) !== 0,
    triesAtMost: tries >> 4,
    triesLeft: tries & 15,
    unblockedBy,
  }
}

export function pukOf(code: PukCode): Puk {
  const { keyReference, value, tries = 0xaa } = code
  return { keyReference, value: value.slice(), triesAtMost: tries >> 4, triesLeft: tries & 15 }
}

function bigEndian(bytes: Uint8Array | undefined): bigint | undefined {
  return bytes && BigInt(`0x${toHex(bytes) || '0'}`)
}

/** Octets of RES by the low bits of the options: 32, 64, 128 or 256 bits. */
const RES_BYTES = [4, 8, 16, 32] as const

/** The authenticator that an element of a package describes; a mapping to another application gives none. */
export function authenticatorOf(element: AkaElement): Authenticator | undefined {
  const { algorithm, key, opc } = element
  if (!algorithm || !key || !opc) return undefined
  const resBytes = RES_BYTES[(element.options?.[0] ?? 1) & 3]!
  const functions: AkaFunctions =
    algorithm === 'milenage'
      ? milenage(key, opc, { rotations: element.rotations, constants: element.constants })
      : algorithm === 'tuak'
        ? tuak(key, opc, { resBytes, keccakCount: element.keccakCount })
        : usimTest(key, resBytes)
  const sequence = freshSequenceNumbers()
  element.sqnInit?.slice(0, sequence.length).forEach((sqn, i) => {
    sequence[i] = bigEndian(sqn) ?? 0n
  })
  return { functions, sequence, delta: bigEndian(element.sqnDelta) ?? DEFAULT_DELTA }
}

/** The PIN for a key reference as one application sees it: its own, then the card's. */
export function findPin(
  profile: InstalledProfile,
  application: Application | undefined,
  keyReference: number,
): Pin | undefined {
  return application?.pins.get(keyReference) ?? profile.pins.get(keyReference)
}

export { ADM1, PIN1 }
