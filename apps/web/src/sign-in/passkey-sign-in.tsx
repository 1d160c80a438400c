'use client'
import { isFailure } from '@gesim/base'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { Button } from '../ui/button.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Icon } from '../ui/icon.tsx'
import { type Said, useFailureWords } from '../words/failure-words.ts'

/**
 * Signs in with a passkey: one touch, nothing typed, no provider asked. Without `ids` it is whichever the device has for this
 * site; with them one of these.
 */
export function PasskeySignIn({ back, ids }: { back: string; ids?: readonly string[] }) {
  const t = useTranslations('sign-in')
  const failureWords = useFailureWords()
  const [possible, setPossible] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Said | null>(null)
  useEffect(() => setPossible(typeof PublicKeyCredential !== 'undefined'), [])
  async function signIn() {
    setBusy(true)
    setFailure(null)
    try {
      const { signInWithPasskey } = await import('./sign-in-with-passkey.ts')
      await signInWithPasskey(ids)
      location.assign(back)
    } catch (error) {
      setBusy(false)
      if (!isFailure(error)) throw error
      setFailure(failureWords(error))
    }
  }
  if (!possible) return null
  return (
    <>
      {failure && <FailureNotice failure={failure} money="none" again={false} />}
      <Button wide look="quiet" busy={busy} onClick={() => void signIn()} data-testid="passkey-sign-in">
        <Icon name="key" />
        {t('passkey')}
      </Button>
    </>
  )
}
