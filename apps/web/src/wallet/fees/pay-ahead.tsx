'use client'
import { refuse } from '@gesim/base'
import { useId, useState } from 'react'
import { useLocale, useTranslations } from 'use-intl/react'
import { zeroAddress } from 'viem'
import type { Hex } from '../../api/shapes.ts'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { type AmountFault, readAmount } from '../../words/amount.ts'
import { useFormats } from '../../words/use-formats.ts'
import { AddressField, AddressInHalves } from '../address/address-field.tsx'
import type { AddressFault } from '../address/read-address.ts'
import { SeedFailure, useSeed } from '../with-wallet.tsx'

interface Wish {
  readonly to: Hex
  readonly amountMicros: bigint
}

/** Network fees paid ahead, for this wallet or anybody's: asked for, shown once more, then signed. */
export function PayAhead({
  account,
  back,
  onPaid,
}: {
  account: Hex
  back: string
  onPaid: () => Promise<void>
}) {
  const t = useTranslations('wallet')
  const f = useFormats()
  const locale = useLocale()
  const id = useId()
  const { busy, failure, run } = useSeed()
  const [address, setAddress] = useState<string>(account)
  const [amount, setAmount] = useState('')
  const [addressFault, setAddressFault] = useState<AddressFault | null>(null)
  const [amountFault, setAmountFault] = useState<AmountFault | 'short' | null>(null)
  const [wish, setWish] = useState<Wish | null>(null)
  const [paid, setPaid] = useState<Wish | null>(null)

  async function check() {
    const [{ readAddress }, { addresses }, { balanceOf }] = await Promise.all([
      import('../address/read-address.ts'),
      import('../../chain/network.ts'),
      import('../../chain/balance.ts'),
    ])
    setPaid(null)
    // This wallet itself is a good address here; that of nobody stands in its place among those that are not.
    const contracts = Object.values(await addresses()) as Hex[]
    const to = readAddress(address, { account: zeroAddress, signers: [], contracts })
    const much = readAmount(amount, locale)
    const balance = await balanceOf(account).catch(() => null)
    const isShort = 'amountMicros' in much && balance !== null && much.amountMicros > balance
    setAddressFault('fault' in to ? (to.fault === 'own' ? 'system' : to.fault) : null)
    setAmountFault('fault' in much ? much.fault : isShort ? 'short' : null)
    if ('address' in to && 'amountMicros' in much && !isShort)
      setWish({ to: to.address, amountMicros: much.amountMicros })
  }

  async function pay(from: Hex, { to, amountMicros }: Wish) {
    const hash = await run(async (_, entropy, wallet) => {
      const [{ signerOf }, { payFeesAhead }] = await Promise.all([
        import('../../chain/account.ts'),
        import('../../chain/fees.ts'),
      ])
      const signer = await signerOf(entropy, wallet)
      // Another tab may have signed in somebody else: what was confirmed is this account's and no other's.
      if (signer.address.toLowerCase() !== from.toLowerCase())
        throw refuse('web.terms-differ', { field: 'payer' })
      return await payFeesAhead(signer, to, amountMicros)
    })
    if (hash) {
      setPaid({ to, amountMicros })
      setWish(null)
      setAmount('')
    }
    await onPaid()
  }

  return (
    <details className="mt-6 border-t border-line pt-4" data-testid="pay-ahead">
      <summary className="min-h-11 content-center text-small font-semibold">{t('fees.pay.title')}</summary>
      <p className="text-small text-soft">{t('fees.pay.says')}</p>
      {wish ? (
        <div className="mt-4 space-y-3" data-testid="pay-ahead-sure">
          <p className="figures text-heading font-bold">
            <bdi dir="ltr">{`${f.usdc(wish.amountMicros)} USDC`}</bdi>
          </p>
          <p className="rounded-field bg-sunken p-3 text-small">
            <AddressInHalves address={wish.to} />
          </p>
          {wish.to.toLowerCase() !== account.toLowerCase() && (
            <Notice tone="wait" icon="shield" title={t('fees.pay.theirs')}>
              {t('fees.pay.theirsSays')}
            </Notice>
          )}
          {failure && <SeedFailure failure={failure} back={back} onAgain={() => void pay(account, wish)} />}
          {failure?.code !== 'web.payment-unconfirmed' && (
            <Button wide busy={busy} onClick={() => void pay(account, wish)} data-testid="pay-ahead-confirm">
              {t('fees.pay.yes', { amount: f.usdc(wish.amountMicros) })}
            </Button>
          )}
          <Button wide look="quiet" disabled={busy} onClick={() => setWish(null)}>
            {t('send.no')}
          </Button>
        </div>
      ) : (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            void check()
          }}
        >
          <AddressField
            label={t('fees.pay.whose')}
            hint={t('fees.pay.hint')}
            fault={addressFault && t(`send.faults.${addressFault === 'key' ? 'own' : addressFault}`)}
            value={address}
            onChange={(value) => {
              setAddress(value)
              setAddressFault(null)
            }}
            testId="pay-ahead-to"
          />
          <div className="mt-4">
            <label htmlFor={id} className="text-small font-medium">
              {t('send.amount')}
            </label>
            <input
              id={id}
              value={amount}
              onChange={(event) => {
                setAmount(event.target.value)
                setAmountFault(null)
              }}
              dir="ltr"
              type="text"
              inputMode="decimal"
              autoComplete="off"
              maxLength={32}
              aria-invalid={amountFault !== null}
              aria-describedby={`${id}-fault`}
              data-testid="pay-ahead-amount"
              className="figures mt-1 min-h-12 w-full rounded-field border border-edge bg-surface px-3 text-body aria-invalid:border-coral"
            />
            <p id={`${id}-fault`} role="alert" className="mt-1 text-small text-coral empty:hidden">
              {amountFault && t(`send.faults.${amountFault === 'form' ? 'amount' : amountFault}`)}
            </p>
          </div>
          <Button
            wide
            type="submit"
            className="mt-4"
            disabled={!address.trim() || !amount.trim()}
            data-testid="pay-ahead-next"
          >
            {t('send.next')}
          </Button>
        </form>
      )}
      <p className="mt-3 text-small text-soft" role="status">
        {paid && t('fees.pay.done', { amount: f.usdc(paid.amountMicros) })}
      </p>
    </details>
  )
}
