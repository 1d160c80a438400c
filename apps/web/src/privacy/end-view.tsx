'use client'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { EndingPreview, Hex } from '../api/shapes.ts'
import { ButtonLink } from '../ui/button.tsx'
import { HoldButton } from '../ui/hold-button.tsx'
import { Link } from '../ui/link.tsx'
import { When } from '../ui/when.tsx'
import { SeedFailure, type Shown, shown } from '../wallet/with-wallet.tsx'
import { endAccount, endPageOf, newReceipt } from './ending.ts'
import { hasMoney, useMoney, YourMoney } from './your-money.tsx'

type Purchase = EndingPreview['purchases'][number]

const BACK = '/privacy/delete'

/** The way out, in order: the money first, what runs, what goes and what stays (`children`), and the last step. */
export function EndView({
  preview,
  freshUntilMs,
  children,
}: {
  preview: EndingPreview
  freshUntilMs: number
  children: ReactNode
}) {
  const t = useTranslations('ending')
  const { money, look } = useMoney(preview.account)
  const { account, purchases } = preview
  const mustKnow = hasMoney(money) || purchases.length > 0
  return (
    <div className="space-y-6">
      {preview.account && (
        <section className="card p-5 sm:p-6">
          <h2 className="mb-4 text-title">{t('money.title')}</h2>
          <YourMoney money={money} onLook={look} />
        </section>
      )}
      {purchases.length > 0 && (
        <section className="card p-5 sm:p-6" data-testid="running">
          <h2 className="text-title">{t('running.title')}</h2>
          <ul className="mt-3 divide-y divide-line">
            {purchases.map((purchase) => (
              <Running key={purchase.intentId} purchase={purchase} />
            ))}
          </ul>
          <p className="mt-3 text-small text-soft">{t('running.says')}</p>
        </section>
      )}
      {children}
      <LastStep account={account} purchases={purchases} mustKnow={mustKnow} freshUntilMs={freshUntilMs} />
    </div>
  )
}

function Running({ purchase }: { purchase: Purchase }) {
  const t = useTranslations('ending')
  const { intentId, state, provisionBy, deadline } = purchase
  const says =
    state === 'active' ? 'active' : state === 'finishing' || state === 'refunding' ? 'returning' : 'held'
  const atMs = (says === 'active' ? deadline : provisionBy) * 1000
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 py-3" data-purchase={intentId}>
      <p className="min-w-0 flex-1 basis-64 text-small">
        {says === 'returning'
          ? t('running.returning')
          : t.rich(`running.${says}`, { time: () => <When atMs={atMs} /> })}
      </p>
      <Link className="prose-link text-small" href={`/esims/${intentId}`}>
        {t('running.look')}
      </Link>
    </li>
  )
}

/** Whether the last sign-in is recent enough for the server; on its first picture the page says no. */
function useFresh(untilMs: number): boolean {
  const [fresh, setFresh] = useState(false)
  useEffect(() => {
    const leftMs = untilMs - Date.now()
    setFresh(leftMs > 0)
    const timer = setTimeout(() => setFresh(false), Math.max(0, leftMs))
    return () => clearTimeout(timer)
  }, [untilMs])
  return fresh
}

function LastStep({
  account,
  purchases,
  mustKnow,
  freshUntilMs,
}: {
  account: Hex | null
  purchases: readonly Purchase[]
  mustKnow: boolean
  freshUntilMs: number
}) {
  const t = useTranslations('ending')
  const w = useTranslations('frame')
  const fresh = useFresh(freshUntilMs)
  const [knows, setKnows] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Shown | null>(null)
  // One for each time that this page is opened: a later sign-in in this tab is somebody else's deletion.
  const receipt = useRef<string | null>(null)
  async function end() {
    setBusy(true)
    setFailure(null)
    try {
      receipt.current ??= newReceipt()
      const number = receipt.current
      await endAccount(
        number,
        account,
        purchases.map(({ intentId }) => intentId),
      )
      const { lock } = await import('../wallet/keeper.ts')
      lock()
      location.assign(endPageOf(number))
    } catch (error) {
      setFailure(shown(error))
      setBusy(false)
    }
  }
  return (
    <section className="card space-y-4 border-coral p-5 sm:p-6">
      <h2 className="text-title">{t('confirm.title')}</h2>
      {!fresh && (
        <>
          <p className="text-small text-soft">{t('confirm.first')}</p>
          <ButtonLink
            wide
            hard
            href={`/sign-in?return=${encodeURIComponent(BACK)}`}
            data-testid="end-sign-in"
          >
            {w('signInAgain')}
          </ButtonLink>
        </>
      )}
      {fresh && (
        <>
          {mustKnow && (
            <label className="flex min-h-11 cursor-pointer items-start gap-3 text-small">
              <input
                type="checkbox"
                checked={knows}
                onChange={(event) => setKnows(event.target.checked)}
                className="mt-0.5 size-6 shrink-0 accent-(--sea)"
                data-testid="end-knows"
              />
              {t('confirm.have')}
            </label>
          )}
          {failure && <SeedFailure failure={failure} back={BACK} onAgain={end} />}
          <HoldButton
            icon="cross"
            press={t('confirm.hold')}
            holding={t('confirm.holding')}
            working={t('confirm.working')}
            busy={busy}
            disabled={mustKnow && !knows}
            onHeld={end}
            testId="end-hold"
          />
        </>
      )}
      <ButtonLink wide look="quiet" href="/privacy">
        {t('confirm.not')}
      </ButtonLink>
    </section>
  )
}
