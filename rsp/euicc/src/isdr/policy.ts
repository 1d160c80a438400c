import { bytesEqual } from '@gesim/base'
import type { OperatorId, ProfileMetadata, RulesAuthorisation } from '@gesim/sgp22'
import type { Isdr } from './isdr.ts'

const WILDCARD = Uint8Array.of(0xee, 0xee, 0xee)

/** Any operator may set rules, if the user consents: the table of test cards (SGP.26). */
export const OPEN_RULES: readonly RulesAuthorisation[] = [
  { rules: ['ppr1', 'ppr2'], operators: [{ mccMnc: WILDCARD }], flags: [0] },
]

function covers(allowed: OperatorId, owner: OperatorId): boolean {
  const anyDigit = allowed.mccMnc.every((byte, i) => {
    const own = owner.mccMnc[i] ?? 0
    const half = (shift: number) => {
      const wanted = (byte >> shift) & 15
      return wanted === 0x0e || wanted === ((own >> shift) & 15)
    }
    return half(0) && half(4)
  })
  const group = (wanted: Uint8Array | undefined, own: Uint8Array | undefined) =>
    !wanted || wanted.length === 0 || bytesEqual(wanted, own ?? new Uint8Array())
  return anyDigit && group(allowed.gid1, owner.gid1) && group(allowed.gid2, owner.gid2)
}

/**
 * Why a profile's policy rules are not allowed, or `undefined` when they are (SGP.22, 2.9.2): the operator must be
 * authorised for each, and "may not be disabled" is for the first operational profile only.
 */
export function policyRefusal(isdr: Isdr, metadata: ProfileMetadata): string | undefined {
  const rules = (metadata.policyRules ?? []).filter((rule) => rule !== 'updateControl')
  if (rules.length === 0) return undefined
  const { owner } = metadata
  if (!owner) return 'rules without an owner'
  for (const rule of rules) {
    const authorised = isdr.rules.some(
      (line) => line.rules.includes(rule) && line.operators.some((operator) => covers(operator, owner)),
    )
    if (!authorised) return `${rule} is not authorised for the owner`
  }
  const others = isdr.memory.profiles.some(({ metadata: { profileClass } }) => profileClass === 'operational')
  return rules.includes('ppr1') && others ? 'ppr1 beside another operational profile' : undefined
}
