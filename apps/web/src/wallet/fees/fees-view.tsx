'use client'
import { useCallback, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { serverNowMs } from '../../api/clock.ts'
import type { Hex } from '../../api/shapes.ts'
import type { Promotion, Purse } from '../../chain/fees.ts'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { When } from '../../ui/when.tsx'
import { useFormats } from '../../words/use-formats.ts'
import { useWalletState } from '../wallet-state.ts'
import { SeedFailure, useSeed } from '../with-wallet.tsx'
import { budgetNow, giftState } from './gift.ts'
import { PayAhead } from './pay-ahead.tsx'

/** Who pays the network fees of this wallet, a gift of them that a link brought, and paying them ahead for anyone. */
export function FeesView({ gift, back }: { gift: Hex | null; back: string }) {
  const t = useTranslations('wallet')
  const f = useFormats()
  const wallet = useWalletState()
  const account = wallet.step === 'ready' ? wallet.account : null
  const [purse, setPurse] = useState<Purse | null>(null)
  const [isAway, setAway] = useState(false)
  const look = useCallback(async () => {
    if (!account) return
    try {
      const { purseOf } = await import('../../chain/fees.ts')
      setPurse(await purseOf(account))
      setAway(false)
    } catch {
      setAway(true)
    }
  }, [account])
  useEffect(() => void look(), [look])
  if (!account) return null
  const left = purse ? budgetNow(purse, serverNowMs() / 1000) : null
  return (
    <section className="card mt-8 p-5 sm:p-6" aria-labelledby="fees" data-testid="fees">
      <h2 id="fees" className="text-title">
        {t('fees.title')}
      </h2>
      <p className="mt-1 text-small text-soft">{t('fees.says')}</p>
      {isAway && (
        <div className="mt-4">
          <Notice tone="wait" title={t('fees.away')}>
            {t('fees.awaySays')}
          </Notice>
        </div>
      )}
      <dl className="mt-4 space-y-3 text-small">
        <div>
          <dt className="text-caption text-faint">{t('fees.ours')}</dt>
          <dd className="figures font-semibold" data-testid="fees-budget">
            <bdi dir="ltr">{left === null ? '…' : `${f.usdc(left)} USDC`}</bdi>
            {purse && left !== null && left > 0n && (
              <span className="ms-2 font-normal text-soft">
                {t.rich('fees.until', {
                  time: () => <When atMs={purse.budgetValidUntil * 1000} form="day" />,
                })}
              </span>
            )}
          </dd>
        </div>
        <div>
          <dt className="text-caption text-faint">{t('fees.ahead')}</dt>
          <dd className="figures font-semibold" data-testid="fees-credit">
            <bdi dir="ltr">{purse ? `${f.usdc(purse.creditMicros)} USDC` : '…'}</bdi>
          </dd>
        </div>
      </dl>
      {gift && <Gift gift={gift} account={account} back={back} onTaken={look} />}
      <PayAhead account={account} back={back} onPaid={look} />
    </section>
  )
}

function Gift({
  gift,
  account,
  back,
  onTaken,
}: {
  gift: Hex
  account: Hex
  back: string
  onTaken: () => Promise<void>
}) {
  const t = useTranslations('wallet')
  const f = useFormats()
  const { busy, failure, run } = useSeed()
  const [promotion, setPromotion] = useState<Promotion | null | 'looking'>('looking')
  const look = useCallback(async () => {
    const { promotionOf } = await import('../../chain/fees.ts')
    // Where the chain does not answer, the section says so above; the gift is not lost by that.
    setPromotion(await promotionOf(gift, account).catch(() => 'looking' as const))
  }, [gift, account])
  useEffect(() => void look(), [look])
  if (promotion === 'looking') return null
  if (!promotion)
    return (
      <div className="mt-4">
        <Notice tone="wait" title={t('fees.gift.unknown')} testId="gift">
          {t('fees.gift.unknownSays')}
        </Notice>
      </div>
    )
  const state = giftState(promotion, serverNowMs() / 1000)
  async function take() {
    const taken = await run(async (_, entropy, wallet) => {
      const [{ signerOf }, { takePromotion }] = await Promise.all([
        import('../../chain/account.ts'),
        import('../../chain/fees.ts'),
      ])
      return await takePromotion(await signerOf(entropy, wallet), gift)
    })
    if (taken) await Promise.all([look(), onTaken()])
  }
  return (
    <div className="mt-4 space-y-3">
      <Notice
        tone={state === 'open' || state === 'taken' ? 'calm' : 'wait'}
        testId="gift"
        title={t('fees.gift.title', { amount: f.usdc(promotion.amountMicros) })}
        action={
          state === 'open' && (
            <Button size="small" busy={busy} onClick={take} data-testid="gift-take">
              {t('fees.gift.take')}
            </Button>
          )
        }
      >
        <p>{t(`fees.gift.${state}`)}</p>
        {state === 'open' && (
          <p>
            {t.rich('fees.gift.terms', {
              left: f.count(promotion.limit - promotion.taken),
              time: () => <When atMs={promotion.validUntil * 1000} />,
            })}
          </p>
        )}
      </Notice>
      {failure && <SeedFailure failure={failure} back={back} onAgain={take} />}
    </div>
  )
}
