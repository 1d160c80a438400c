'use client'
import { useEffect } from 'react'
import { useTranslations } from 'use-intl/react'
import { ButtonLink } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { endPageOf, isEnded, rememberedEnding } from './ending.ts'

/** Nobody is signed in: either nobody was, or this tab has just deleted the account and the answer was lost on its way. */
export function WhoAsks() {
  const t = useTranslations('ending')
  useEffect(() => {
    const receipt = rememberedEnding()?.receipt
    if (receipt) void isEnded(receipt).then((ended) => ended && location.replace(endPageOf(receipt)))
  }, [])
  return (
    <Notice
      tone="plain"
      title={t('signIn')}
      action={
        <ButtonLink size="small" href="/sign-in?return=/privacy/delete">
          {t('signInLink')}
        </ButtonLink>
      }
    >
      {t('signInSays')}
    </Notice>
  )
}
