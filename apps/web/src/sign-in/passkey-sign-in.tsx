'use client'
import { isFailure } from '@gesim/base'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { Button } from '../ui/button.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Icon } from '../ui/icon.tsx'
import { type Said, useFailureWords } from '../words/failure-words.ts'

/** Signs in with whichever passkey the device has for this site: one touch, nothing typed, no provider asked. */
export function PasskeySignIn({ back }: { back: string }) {
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
      await signInWithPasskey()
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
