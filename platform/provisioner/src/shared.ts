import type { Clock, Log, SettingsOf } from '@gesim/base'
import type { Store } from '@gesim/store'
import type { Carrier } from './ports.ts'
import type { provisionerSettings } from './settings.ts'

export type Settings = SettingsOf<typeof provisionerSettings>

/** What the parts of the stage share. */
export interface Shared {
  readonly store: Store
  readonly settings: Settings
  readonly clock: Clock
  readonly log: Log
  /** By book. */
  readonly carriers: ReadonlyMap<number, Carrier>
}
