import { operatorMatches, type ProfileMetadata, type RulesAuthorisation } from '@gesim/sgp22'

/** Whether a profile has rules that a card must authorise; that rules may be changed later needs nobody's leave. */
export function hasRules({ policyRules = [] }: ProfileMetadata): boolean {
  return policyRules.some((rule) => rule !== 'updateControl')
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
        entry.rules.includes(rule) &&
        entry.operators.some((allowed) => owner !== undefined && operatorMatches(allowed, owner)),
    )
    if (!line) return `${rule} is not authorised for the owner of the profile`
  }
  return undefined
}
