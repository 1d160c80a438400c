import { refuse } from './failure.ts'

/** One setting, documented where it is read. */
export interface Setting<T> {
  /** Name of the environment variable. */
  readonly env: string
  /** What it is for, one sentence. */
  readonly means: string
  /** Unit of the value, when it has one. */
  readonly unit?: string
  /** Value when the variable is not set; without it the setting is required. */
  readonly default?: T
  /** Never printed. */
  readonly secret?: boolean
  /** Reads the text; throws on nonsense. */
  readonly parse: (text: string) => T
}

// biome-ignore lint/suspicious/noExplicitAny: a table holds settings of any type, SettingsOf keeps each one's
export type SettingsTable = Readonly<Record<string, Setting<any>>>

export type SettingsOf<Table extends SettingsTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer T> ? T : never
}

/** Reads every setting of a table. Throws `base.setting-missing` or `base.setting-invalid`, naming the variable only. */
export function readSettings<Table extends SettingsTable>(
  table: Table,
  env: Readonly<Record<string, string | undefined>> = process.env,
): SettingsOf<Table> {
  const out: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(table)) {
    const text = env[setting.env]
    if (text === undefined || text === '') {
      if (!('default' in setting))
        throw refuse('base.setting-missing', { variable: setting.env, means: setting.means })
      out[name] = setting.default
      continue
    }
    try {
      out[name] = setting.parse(text)
    } catch (cause) {
      throw refuse('base.setting-invalid', { variable: setting.env, means: setting.means }, cause)
    }
  }
  return out as SettingsOf<Table>
}

/** The table as text, one setting a paragraph: for `--settings` and the example file. */
export function describeSettings(table: SettingsTable): string {
  return Object.values(table)
    .map((setting) => {
      const unit = setting.unit ? ` (${setting.unit})` : ''
      const shown = setting.secret ? '' : String(setting.default ?? '')
      const fallback = 'default' in setting ? `${setting.env}=${shown}` : `${setting.env}=   # required`
      return `# ${setting.means}${unit}\n${fallback}`
    })
    .join('\n\n')
}
