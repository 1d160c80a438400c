'use client'
import { type KeyboardEvent, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Hex } from '../api/shapes.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'

const CLIPBOARD_SECONDS = 60

/** The words, in the page only while a finger or a key holds. */
export function HoldToSee({ words, privateKey }: { words: readonly string[]; privateKey: Hex }) {
  const t = useTranslations('wallet')
  const [held, setHeld] = useState(false)
  const [form, setForm] = useState<'words' | 'key'>('words')
  const [clearIn, setClearIn] = useState<number | null>(null)

  useEffect(() => {
    const hide = () => setHeld(false)
    window.addEventListener('blur', hide)
    document.addEventListener('visibilitychange', hide)
    return () => {
      window.removeEventListener('blur', hide)
      document.removeEventListener('visibilitychange', hide)
    }
  }, [])
  useEffect(() => {
    if (clearIn === null) return
    if (clearIn === 0) {
      // The browser lets only a page in focus write: if this fails it is tried again each second.
      navigator.clipboard.writeText('').then(
        () => setClearIn(null),
        () => undefined,
      )
      const again = setTimeout(() => setClearIn(0), 1000)
      return () => clearTimeout(again)
    }
    const timer = setTimeout(() => setClearIn(clearIn - 1), 1000)
    return () => clearTimeout(timer)
  }, [clearIn])

  const key = (down: boolean) => (event: KeyboardEvent) => {
    if (event.key !== ' ' && event.key !== 'Enter') return
    event.preventDefault()
    setHeld(down)
  }
  async function copy() {
    await navigator.clipboard.writeText(form === 'words' ? words.join(' ') : privateKey)
    setClearIn(CLIPBOARD_SECONDS)
  }
  return (
    <section className="card p-5 sm:p-6">
      <fieldset className="flex gap-1">
        <legend className="sr-only">{t('hold.form')}</legend>
        {(['words', 'key'] as const).map((choice) => (
          <label
            key={choice}
            className="relative flex min-h-11 cursor-pointer items-center rounded-full px-4 text-small font-medium text-soft has-checked:bg-ink has-checked:text-paper has-focus-visible:outline-3 has-focus-visible:outline-sea"
          >
            <input
              type="radio"
              name="form"
              checked={form === choice}
              onChange={() => setForm(choice)}
              className="absolute inset-0 cursor-pointer opacity-0"
            />
            {choice === 'words' ? t('hold.words') : t('hold.key')}
          </label>
        ))}
      </fieldset>
      <div
        className="mt-4 min-h-60 rounded-card bg-sunken p-4 select-none"
        data-testid="secret"
        data-shown={held}
      >
        {held && form === 'words' && (
          <ol dir="ltr" className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-3">
            {words.map((word, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a word may come twice, its place does not
              <li key={index} data-word={word} className="flex items-baseline gap-2 font-mono text-body">
                <span className="figures w-5 text-end text-caption text-faint">{index + 1}</span>
                {word}
              </li>
            ))}
          </ol>
        )}
        {held && form === 'key' && (
          <p dir="ltr" className="font-mono text-body break-all">
            {privateKey}
          </p>
        )}
        {!held && (
          <p className="grid min-h-52 place-items-center text-center text-small text-soft">
            {t('hold.hidden')}
          </p>
        )}
      </div>
      <button
        type="button"
        data-testid="hold"
        aria-pressed={held}
        onPointerDown={() => setHeld(true)}
        onPointerUp={() => setHeld(false)}
        onPointerLeave={() => setHeld(false)}
        onPointerCancel={() => setHeld(false)}
        onKeyDown={key(true)}
        onKeyUp={key(false)}
        onContextMenu={(event) => event.preventDefault()}
        className="mt-4 flex min-h-14 w-full touch-none items-center justify-center gap-2 rounded-full bg-ink font-semibold text-paper select-none aria-pressed:bg-sea aria-pressed:text-on-sea"
      >
        <Icon name="eye" />
        {held ? t('hold.letGo') : t('hold.press')}
      </button>
      <div className="mt-4 flex flex-wrap items-center gap-3 text-caption text-soft">
        <Button size="small" look="plain" onClick={copy} data-testid="copy-secret">
          <Icon name="copy" />
          {t('hold.copy')}
        </Button>
        <span role="status">
          {clearIn === null ? t('hold.paper') : t('hold.clears', { seconds: clearIn })}
        </span>
      </div>
    </section>
  )
}
