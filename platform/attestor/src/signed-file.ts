import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { Hex } from '@gesim/journey'

export interface SignedEpoch {
  /** Escrow of the domain: another deployment is another history. */
  readonly escrow: Hex
  readonly chainId: number
  readonly epoch: number
  readonly digest: Hex
}

/**
 * The memory of what was signed, a JSON line each, on disk before a signature leaves the process. Two signatures for
 * two roots of one epoch are the one fault that code can always prove (F6), and cost the whole stake.
 */
export class SignedFile {
  readonly #path: string
  readonly #signed = new Map<string, Hex>()

  constructor(path: string) {
    this.#path = path
    mkdirSync(dirname(path), { recursive: true })
    if (!existsSync(path)) return
    const text = readFileSync(path, 'utf8')
    if (text.length > 0 && !text.endsWith('\n')) appendFileSync(path, '\n')
    for (const line of text.split('\n')) {
      // A line that a power cut left half written was never followed by a signature.
      try {
        const one = JSON.parse(line) as SignedEpoch
        this.#signed.set(keyOf(one), one.digest)
      } catch {}
    }
  }

  /** The digest signed for an epoch, or null. */
  find(epoch: Omit<SignedEpoch, 'digest'>): Hex | null {
    return this.#signed.get(keyOf(epoch)) ?? null
  }

  /** Remembers, durably, that this digest is about to be signed. */
  remember(signed: SignedEpoch): void {
    const file = openSync(this.#path, 'a', 0o600)
    try {
      writeSync(file, `${JSON.stringify(signed)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    this.#signed.set(keyOf(signed), signed.digest)
  }
}

function keyOf({ chainId, escrow, epoch }: Omit<SignedEpoch, 'digest'>): string {
  return `${chainId}:${escrow.toLowerCase()}:${epoch}`
}
