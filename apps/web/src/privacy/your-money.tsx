'use client'
import { useCallback, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Hex } from '../api/shapes.ts'
import type { Leftovers } from '../chain/leftovers.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { SeedFailure, useSeed } from '../wallet/with-wallet.tsx'
import { useFormats } from '../words/use-formats.ts'

/** What is known of the money: being read, not to be read, or read. */
export type Money = 'reading' | 'unread' | Leftovers

/** Reads the account's money from the chain. */
export function useMoney(account: Hex | null): { money: Money; look: () => void } {
  const [money, setMoney] = useState<Money>('reading')
  const look = useCallback(() => {
    if (!account) return setMoney({ wallet: 0n, escrow: 0n, credit: 0n })
    setMoney('reading')
    import('../chain/leftovers.ts')
      .then(({ leftoversOf }) => leftoversOf(account))
      .then(setMoney, () => setMoney('unread'))
  }, [account])
  useEffect(look, [look])
  return { money, look }
}

/** Whether there is money that the deletion could put out of reach; until it is known that there is none, there is. */
export function hasMoney(money: Money): boolean {
  return typeof money === 'string' || money.wallet + money.escrow + money.credit > 0n
}

/** The traveller's money, with the ways to keep it. */
export function YourMoney({ money, onLook }: { money: Money; onLook: () => void }) {
  const t = useTranslations('ending')
  const w = useTranslations('frame')
  const { usdc } = useFormats()
  const { busy, failure, run } = useSeed()
  if (money === 'reading')
    return (
      <p role="status" className="text-small text-soft">
        {t('money.reading')}
      </p>
    )
  if (money === 'unread')
    return (
      <Notice
        tone="wait"
        title={t('money.unread')}
        action={
          <Button size="small" look="quiet" onClick={onLook}>
            {w('again')}
          </Button>
        }
      />
    )
  const waiting = money.escrow + money.credit
  const sum = (micros: bigint) => () => (
    <bdi dir="ltr" className="figures font-semibold text-ink">{`${usdc(micros)} USDC`}</bdi>
  )
  async function bring(found: Leftovers) {
    await run(async (_, entropy, wallet) => {
      const [{ signerOf }, { bringIn }] = await Promise.all([
        import('../chain/account.ts'),
        import('../chain/leftovers.ts'),
      ])
      await bringIn(await signerOf(entropy, wallet), found)
      onLook()
    })
  }
  return (
    <div className="space-y-4" data-testid="your-money" data-micros={String(money.wallet)}>
      {waiting > 0n && (
        <Notice
          tone="wait"
          icon="wallet"
          title={t.rich('money.waiting', { amount: sum(waiting) })}
          testId="waiting-money"
          action={
            <Button size="small" busy={busy} onClick={() => bring(money)} data-testid="bring-in">
              {t('money.bring')}
            </Button>
          }
        >
          {t('money.waitingSays')}
        </Notice>
      )}
      {failure && <SeedFailure failure={failure} back="/privacy/delete" onAgain={() => bring(money)} />}
      <p className="text-small text-soft">
        {money.wallet > 0n ? t.rich('money.wallet', { amount: sum(money.wallet) }) : t('money.none')}
      </p>
      <p className="text-small text-soft">{t('money.keys')}</p>
      <div className="flex flex-wrap gap-3">
        {money.wallet > 0n && (
          <ButtonLink size="small" href="/wallet/send" data-testid="send-out">
            {t('money.send')}
          </ButtonLink>
        )}
        <ButtonLink hard size="small" look="quiet" href="/wallet/export" data-testid="take-key">
          {t('money.export')}
        </ButtonLink>
      </div>
    </div>
  )
}
