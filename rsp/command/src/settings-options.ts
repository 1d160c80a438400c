import { isFailure, readSettings, type SettingsOf, type SettingsTable } from '@gesim/base'
import { notUnderstood, type Option, type OptionTable } from './command.ts'

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** The options of a server: one for each of its settings, which may also stand in the environment. */
export interface SettingsOptions<Table extends SettingsTable> {
  readonly table: Table
  readonly options: OptionTable
  /** Reads the settings; an option goes before the environment, what is given here is behind both. */
  read(
    values: Readonly<Record<string, unknown>>,
    fallback: Partial<Record<keyof Table, string>>,
  ): SettingsOf<Table>
}

/**
 * Makes options of settings. `names` gives some of them shorter names, or none (`null`) when another option decides.
 * Throws, when read, `rsp.not-understood` with the option that is wrong.
 */
export function settingsOptions<Table extends SettingsTable>(
  table: Table,
  prefix: string,
  names: { readonly [Name in keyof Table]?: string | null },
): SettingsOptions<Table> {
  const flags = Object.keys(table).flatMap((key): [string, string][] => {
    const name = names[key]
    return name === null ? [] : [[key, `${prefix}${name ?? kebab(key)}`]]
  })
  const options = Object.fromEntries(
    flags.map(([key, flag]): [string, Option] => {
      const { means, unit, env } = table[key]!
      const fallback = table[key]!.default
      const known = ['string', 'number'].includes(typeof fallback) ? ` Default ${fallback}.` : ''
      const value = unit ? unit.toUpperCase() : typeof fallback === 'number' ? 'NUMBER' : 'VALUE'
      return [flag, { type: 'string', value, means: `${means.replace(/\.$/, '')}.${known} Also ${env}` }]
    }),
  )
  return {
    table,
    options,
    read(values, fallback) {
      const env: Record<string, string | undefined> = { ...process.env }
      for (const key of Object.keys(table)) {
        const flag = flags.find(([name]) => name === key)?.[1]
        const given = flag === undefined ? undefined : values[flag]
        if (typeof given === 'string') env[table[key]!.env] = given
        else env[table[key]!.env] ??= fallback[key]
      }
      try {
        return readSettings(table, env)
      } catch (error) {
        if (!isFailure(error)) throw error
        const key = Object.keys(table).find((name) => table[name]!.env === error.facts.variable)
        const flag = flags.find(([name]) => name === key)?.[1]
        const what = flag === undefined ? String(error.facts.variable) : `--${flag}`
        throw notUnderstood(
          `${what} ${error.code === 'base.setting-missing' ? 'is missing' : 'cannot be read'}: ${error.facts.means}`,
        )
      }
    },
  }
}
