import { bytesEqual } from '@gesim/base'
import type { OperatorId, ProfileMetadata, RulesAuthorisation } from '@gesim/sgp22'

function covers(allowed: OperatorId, owner: OperatorId): boolean {
  const digits = allowed.mccMnc.every((byte, i) =>
    [0, 4].every((shift) => {
      const wanted = (byte >> shift) & 15
      // SGP.22 2.9.2.3: a digit E stands for any.
      return wanted === 14 || wanted === (((owner.mccMnc[i] ?? 0) >> shift) & 15)
    }),
  )
  const group = (wanted?: Uint8Array, own?: Uint8Array) =>
    !wanted || wanted.length === 0 || bytesEqual(wanted, own ?? new Uint8Array())
  return digits && group(allowed.gid1, owner.gid1) && group(allowed.gid2, owner.gid2)
}

/** Why the rules of a profile are not authorised on a card, or `undefined` when they are (SGP.22, 2.9.3). */
export function policyRefusal(
  metadata: ProfileMetadata,
  table: readonly RulesAuthorisation[],
): string | undefined {
  const { owner, policyRules = [] } = metadata
  for (const rule of policyRules) {
    if (rule === 'updateControl') continue
    const line = table.find(
      (entry) =>
        entry.rules.includes(rule) && entry.operators.some((allowed) => owner && covers(allowed, owner)),
    )
    if (!line) return `${rule} is not authorised for the owner of the profile`
  }
  return undefined
}
