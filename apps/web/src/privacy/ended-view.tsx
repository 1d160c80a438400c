'use client'
import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Ending } from '../api/shapes.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Hash } from '../ui/copy.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/notice.tsx'
import { When } from '../ui/when.tsx'
import { type Shown, shown } from '../wallet/with-wallet.tsx'
import { clearDevice } from './clear-device.ts'
import { endingOf, rememberedEnding } from './ending.ts'

const LOOK_EVERY_MS = 3000

/** What was done, what is still being done, what remains. It clears this device, and may be opened again until it has. */
export function EndedView() {
  const t = useTranslations('ending')
  const [receipt, setReceipt] = useState<string | null>(null)
  const [ending, setEnding] = useState<Ending | null>(null)
  const [cleared, setCleared] = useState<boolean | null>(null)
  const [failure, setFailure] = useState<Shown | null>(null)
  const [mine, setMine] = useState(false)
  useEffect(() => {
    const number = location.hash.slice(1)
    setReceipt(number)
    setMine(rememberedEnding()?.receipt === number)
  }, [])

  const look = useCallback(async () => {
    if (receipt === null) return
    setFailure(null)
    try {
      setEnding(await endingOf(receipt))
    } catch (error) {
      setFailure(shown(error))
    }
  }, [receipt])
  useEffect(() => void look(), [look])
  const leaving = ending?.token === 'leaving'
  useEffect(() => {
    if (!leaving) return
    const timer = setInterval(look, LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }, [leaving, look])

  // Only in the tab that asked, and only what was that account's: a link with somebody's number empties nobody's browser.
  const ended = ending !== null
  const clear = useCallback(() => {
    const asked = rememberedEnding()
    if (asked?.receipt === receipt) void clearDevice(asked.account).then(setCleared)
  }, [receipt])
  useEffect(() => {
    if (ended) clear()
  }, [ended, clear])

  if (failure?.code === 'identity.ending-unknown' || receipt === '')
    return (
      <Notice tone="plain" title={t('done.unknown')} testId="ending-unknown">
        {t('done.unknownSays')}
      </Notice>
    )
  if (failure && !ending) return <FailureNotice failure={failure} money="none" onAgain={look} />
  if (!ending)
    return (
      <p role="status" className="text-small text-soft">
        {t('done.looking')}
      </p>
    )
  return (
    <div className="space-y-6" data-testid="ended" data-token={ending.token} data-cleared={cleared === true}>
      <ul className="card space-y-4 p-5 sm:p-6" aria-live="polite">
        <Line done>
          <p className="font-semibold">{t('done.server')}</p>
          <p className="text-soft">
            <When atMs={ending.askedAtMs} />
          </p>
        </Line>
        {mine && (
          <Line done={cleared === true}>
            <p className="font-semibold">
              {cleared === false
                ? t('done.deviceFailed')
                : cleared === null
                  ? t('done.clearing')
                  : t('done.device')}
            </p>
            {cleared === false && (
              <Button size="small" look="quiet" className="mt-2" onClick={clear}>
                {t('done.clearAgain')}
              </Button>
            )}
          </Line>
        )}
        {ending.token !== 'none' && (
          <Line done={!leaving}>
            <p className="font-semibold">{leaving ? t('done.leaving') : t('done.gone')}</p>
            {leaving && <p className="text-soft">{t('done.leavingSays')}</p>}
            {ending.txHash && <Hash value={ending.txHash} label={t('done.transaction')} />}
          </Line>
        )}
      </ul>
      <section className="card p-5 sm:p-6">
        <h2 className="text-title">{t('done.remains')}</h2>
        <p className="mt-2 text-small text-soft">{t('done.remainsSays')}</p>
        <p className="mt-2 text-small text-soft">{t('done.again')}</p>
      </section>
      <ButtonLink hard wide look="quiet" href="/">
        {t('done.home')}
      </ButtonLink>
    </div>
  )
}

function Line({ done, children }: { done: boolean; children: ReactNode }) {
  return (
    <li className="flex gap-3 text-small">
      <span
        className={`mt-0.5 grid size-6 shrink-0 place-items-center rounded-full ${done ? 'bg-sea text-on-sea' : 'border-2 border-edge/60'}`}
      >
        {done && <Icon name="check" className="size-4" />}
      </span>
      <div className="min-w-0">{children}</div>
    </li>
  )
}
