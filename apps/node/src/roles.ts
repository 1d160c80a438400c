import { advisorStage } from '@gesim/advisor'
import { attestorStage, watcherStage } from '@gesim/attestor'
import { refuse } from '@gesim/base'
import { billingStage } from '@gesim/billing'
import { identityStage } from '@gesim/identity'
import { indexerStage } from '@gesim/indexer'
import { intentsStage } from '@gesim/intents'
import { meteringStage } from '@gesim/metering'
import { oraclesStage } from '@gesim/oracles'
import { provisionerStage } from '@gesim/provisioner'
import { relayerStage } from '@gesim/relayer'
import { settlementStage } from '@gesim/settlement'
import { smartSwitchStage } from '@gesim/smart-switch'
import { type Holding, type Stage, storeHoldings } from '@gesim/store'
import { transparencyStage } from '@gesim/transparency'
import { treasuryStage } from '@gesim/treasury'
import { webPushStage } from '@gesim/web-push'
import { nodeHoldings } from './holdings.ts'

/** Every role the program can play, in the order of the journey. */
export const STAGE_LIST: readonly Stage[] = [
  identityStage,
  intentsStage,
  indexerStage,
  relayerStage,
  provisionerStage,
  meteringStage,
  smartSwitchStage,
  billingStage,
  settlementStage,
  treasuryStage,
  attestorStage,
  watcherStage,
  oraclesStage,
  advisorStage,
  transparencyStage,
  webPushStage,
]

/** What all roles together store about a traveller. Of all, not of those that run here: they share one database. */
export const HOLDINGS: readonly Holding[] = [
  ...STAGE_LIST.flatMap((stage) => stage.holdings ?? []),
  ...storeHoldings,
  ...nodeHoldings,
]

/**
 * The stages of `--roles`. `all` is every role but the attestor, which belongs to somebody else: it has a key and a
 * chain node of its own and no database. Throws `node.role-unknown`.
 */
export function stagesOf(roles: string): readonly Stage[] {
  if (roles === 'all') return STAGE_LIST.filter((stage) => stage.name !== 'attestor')
  return roles.split(',').map((role) => {
    const stage = STAGE_LIST.find(({ name }) => name === role.trim())
    if (!stage) throw refuse('node.role-unknown', { role: role.trim() })
    return stage
  })
}
