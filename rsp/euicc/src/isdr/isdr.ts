import { type Clock, fromHex } from '@gesim/base'
import {
  type Certificate,
  type Random,
  type RevocationList,
  readRevocationList,
  type Trust,
} from '@gesim/crypto'
import { type EuiccInfo2, PROFILE_POLICY_RULES, type RulesAuthorisation } from '@gesim/sgp22'
import type { CardCredentials } from './credentials.ts'
import type { CardMemory } from './memory.ts'
import type { Session } from './session.ts'

/** The card's root security domain: what the functions of ES10 work on. */
export interface Isdr {
  readonly credentials: CardCredentials
  readonly memory: CardMemory
  readonly random: Random
  readonly clock: Clock
  /** Takes what strict cards refuse: segments up to 1036 bytes, certificates outside their time. */
  readonly lenient: boolean
  readonly rules: readonly RulesAuthorisation[]
  readonly svn: string
  session?: Session
  /** Called after a profile was enabled or disabled. */
  profilesSwitched: (refresh: boolean) => void
  /** Whether the terminal is in the middle of a proactive session: no further REFRESH can be asked of it now. */
  isToolkitBusy: () => boolean
}

/** Revocation lists: those of the directory and those that were loaded. */
export function revocationsOf(isdr: Isdr): RevocationList[] {
  const loaded = isdr.memory.state.revocations.map((der) => readRevocationList(fromHex(der)))
  return [...isdr.credentials.revocations, ...loaded]
}

/** Whom the card trusts now. A lenient card has no clock, as most cards: each certificate is judged in its own time. */
export function trustOf(isdr: Isdr, certificate: Certificate): Trust {
  const now = isdr.clock.nowMs()
  const atMs = isdr.lenient ? Math.min(Math.max(now, certificate.notBeforeMs), certificate.notAfterMs) : now
  return { issuers: isdr.credentials.issuers, revocations: revocationsOf(isdr), atMs }
}

/** A BIT STRING with bits at these positions, its count of unused bits first. */
function bits(positions: readonly number[]): Uint8Array {
  const count = Math.max(...positions) + 1
  const out = new Uint8Array(1 + ((count + 7) >> 3))
  out[0] = (8 - (count & 7)) & 7
  for (const position of positions) out[1 + (position >> 3)]! |= 0x80 >> (position & 7)
  return out
}

/**
 * UICC capabilities (SGP.22, EUICCInfo2): USIM, ISIM, CSIM files, Milenage, TUAK 128 and 256, the test algorithm,
 * several USIMs, ISIMs and CSIMs, BER-TLV files, links to directories, GET IDENTITY with both profiles.
 */
const UICC_CAPABILITY = bits([1, 2, 3, 4, 6, 7, 8, 16, 17, 18, 19, 20, 22, 23, 24])
/** More profiles, revocation lists, test profiles, and device information with more than is known here. */
const RSP_CAPABILITY = bits([0, 1, 3, 4])

/** Rules that no operator may set on this card, as content of a BIT STRING; `undefined` when there is none. */
function forbiddenRules(rules: readonly RulesAuthorisation[]): Uint8Array | undefined {
  const forbidden = (['ppr1', 'ppr2'] as const).filter(
    (rule) => !rules.some((line) => line.rules.includes(rule)),
  )
  return forbidden.length ? bits(forbidden.map((rule) => PROFILE_POLICY_RULES.indexOf(rule))) : undefined
}

/** EUICCInfo2 as of now. */
export function euiccInfo(isdr: Isdr): EuiccInfo2 {
  const keyIds = isdr.credentials.credentials.map(({ issuerKeyId }) => issuerKeyId)
  const trusted = isdr.credentials.issuers.flatMap(({ subjectKeyId }) => subjectKeyId ?? [])
  const others = trusted.filter((id) => !keyIds.some((own) => own.every((byte, i) => byte === id[i])))
  return {
    profileVersion: '2.3.1',
    svn: isdr.svn,
    firmwareVersion: '1.0.0',
    extCardResource: {
      installedApplications: isdr.memory.profiles.length,
      freeNonVolatileBytes: isdr.memory.freeBytes,
      freeVolatileBytes: 65_536,
    },
    uiccCapability: UICC_CAPABILITY,
    ts102241Version: '9.2.0',
    globalPlatformVersion: '2.3.0',
    rspCapability: RSP_CAPABILITY,
    verificationKeyIds: [...keyIds, ...others],
    signingKeyIds: keyIds,
    forbiddenProfilePolicyRules: forbiddenRules(isdr.rules),
    protectionProfileVersion: '1.0.0',
    sasAccreditationNumber: 'GeSIM-SOFTWARE',
  }
}
