import { wordsOf } from '../words/language.ts'
import { Icon, type IconName } from './icon.tsx'
import type { Theme } from './theme.ts'

const CHOICES = [
  { value: 'system', name: 'theme.system', icon: 'auto' },
  { value: 'light', name: 'theme.light', icon: 'sun' },
  { value: 'dark', name: 'theme.dark', icon: 'moon' },
] as const satisfies { value: Theme; name: string; icon: IconName }[]

/** Light, dark, or as the system is. Kept in a cookie, so that the server draws the right one from the start. */
export async function ThemeSwitch({ initial }: { initial: Theme }) {
  const t = await wordsOf('frame')
  return (
    <fieldset
      className="inline-flex shrink-0 self-start rounded-full border border-line bg-surface p-1"
      data-testid="theme-switch"
    >
      <legend className="sr-only">{t('colours')}</legend>
      {CHOICES.map((choice) => (
        <label
          key={choice.value}
          className="relative flex min-h-9 cursor-pointer items-center gap-1.5 rounded-full px-3 text-caption text-faint has-checked:bg-sea-wash has-checked:font-semibold has-checked:text-sea has-focus-visible:outline-3 has-focus-visible:outline-sea"
        >
          <input
            type="radio"
            name="theme"
            value={choice.value}
            defaultChecked={initial === choice.value}
            className="absolute inset-0 cursor-pointer opacity-0"
          />
          <Icon name={choice.icon} className="size-4" />
          {t(choice.name)}
        </label>
      ))}
    </fieldset>
  )
}
