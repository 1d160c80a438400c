import { type Clock, systemClock } from '@gesim/base'
import { type Curve, type Pki, type Random, systemRandom } from '@gesim/crypto'
import type { RulesAuthorisation } from '@gesim/sgp22'
import { memoryState, type StateStore } from '../state.ts'
import { cardCredentials } from './credentials.ts'
import type { Isdr } from './isdr.ts'
import { CardMemory } from './memory.ts'
import { OPEN_RULES } from './policy.ts'

export interface IsdrOptions {
  /** Certificates and keys, such as `loadPki(directory)` gives. */
  readonly pki: Pki
  /** Where the card keeps its state. Default: in memory. */
  readonly state?: StateStore
  readonly random?: Random
  readonly clock?: Clock
  /** Curves in order of preference. Default: all that the PKI serves. */
  readonly curves?: readonly Curve[]
  /** Which card of the PKI. Default: the first. */
  readonly eid?: string
  /** Takes segments up to 1036 bytes and certificates outside their time. */
  readonly lenient?: boolean
  /** Version of SGP.22 that the card claims. Default 2.5.0. */
  readonly svn?: string
  /** Which operators may set policy rules. Default: all. */
  readonly rules?: readonly RulesAuthorisation[]
  /** Address of the root SM-DS, for a card without a stored one. */
  readonly rootSmdsAddress?: string
}

/** What the security domain tells and asks the card around it. */
export type IsdrSurroundings = Pick<Isdr, 'profilesSwitched' | 'isToolkitBusy'>

/** The root security domain as its state left it. Throws `euicc.pki-incomplete` and `euicc.state-unreadable`. */
export function openIsdr(options: IsdrOptions, surroundings: IsdrSurroundings): Isdr {
  const { clock = systemClock, random = systemRandom, lenient = false } = options
  const credentials = cardCredentials(options.pki, {
    curves: options.curves,
    eid: options.eid,
    atMs: lenient ? undefined : clock.nowMs(),
  })
  const memory = new CardMemory(options.state ?? memoryState())
  if (options.rootSmdsAddress && !memory.state.rootSmdsAddress)
    memory.update({ rootSmdsAddress: options.rootSmdsAddress })
  return {
    credentials,
    memory,
    random,
    clock,
    lenient,
    rules: options.rules ?? OPEN_RULES,
    svn: options.svn ?? '2.5.0',
    ...surroundings,
  }
}
