'use client'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { ask } from '../../api/ask.ts'
import type { Passkey, Wallet } from '../../api/shapes.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { When } from '../../ui/when.tsx'

/** Runs a way back in and tells whether it went through. */
export type Restore = (work: () => Promise<unknown>) => Promise<boolean>

/** With a passkey that signs for the account itself: it needs none of the key's parts. */
export function WithSecondKey({ busy, restore }: { busy: boolean; restore: Restore }) {
  const t = useTranslations('restore')
  const [passkeys, setPasskeys] = useState<readonly Passkey[]>([])
  useEffect(() => {
    const look = async () => {
      const { passkeysThatSign } = await import('../keys/new-key.ts')
      setPasskeys(await passkeysThatSign(await ask<Wallet>('GET', '/v1/wallet')))
    }
    // What cannot be read now is not offered; the other ways stand on the page.
    look().catch(() => setPasskeys([]))
  }, [])
  if (passkeys.length === 0) return null
  return (
    <section className="card p-5 sm:p-6" data-testid="restore-second">
      <h2 className="text-title">{t('second')}</h2>
      <p className="mt-1 text-small text-soft">{t('secondSays')}</p>
      <div className="mt-5 space-y-3">
        {passkeys.map((passkey) => (
          <Button
            key={passkey.credentialId}
            wide
            look="quiet"
            busy={busy}
            data-testid="restore-second-key"
            onClick={() =>
              void restore(async () => {
                const { regainWithPasskey } = await import('../keys/new-key.ts')
                await regainWithPasskey(passkey)
              })
            }
          >
            <Icon name="key" />
            <span>{t.rich('secondUse', { when: () => <When atMs={passkey.createdAtMs} /> })}</span>
          </Button>
        ))}
      </div>
    </section>
  )
}

/** With the twelve words that somebody took along. */
export function WithWords({ busy, restore }: { busy: boolean; restore: Restore }) {
  const t = useTranslations('restore')
  const [text, setText] = useState('')
  async function go() {
    const words = text
    const went = await restore(async () => {
      const { regainWithWords } = await import('../keys/new-key.ts')
      await regainWithWords(words)
    })
    if (went) setText('')
  }
  return (
    <section className="card p-5 sm:p-6">
      <h2 className="text-title">{t('words')}</h2>
      <p className="mt-1 text-small text-soft">{t('wordsSays')}</p>
      <label className="mt-4 block">
        <span className="text-small font-medium">{t('wordsField')}</span>
        <textarea
          value={text}
          onChange={(event) => setText(event.target.value)}
          rows={3}
          dir="ltr"
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="none"
          data-testid="words-input"
          className="mt-1 w-full rounded-field border border-edge bg-surface p-3 font-mono text-caption"
        />
      </label>
      <Button
        wide
        look="quiet"
        busy={busy}
        disabled={!text.trim()}
        className="mt-3"
        onClick={() => void go()}
        data-testid="restore-words"
      >
        {t('go')}
      </Button>
    </section>
  )
}
