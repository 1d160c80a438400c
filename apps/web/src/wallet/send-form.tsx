'use client'
import { useId, useRef, useState } from 'react'
import { useLocale, useTranslations } from 'use-intl/react'
import type { Hex } from '../api/shapes.ts'
import { Button } from '../ui/button.tsx'
import { type AmountFault, readAmount, writeAmount } from '../words/amount.ts'
import { useFormats } from '../words/use-formats.ts'
import { AddressField } from './address/address-field.tsx'
import type { AddressFault } from './address/read-address.ts'

/** What is sent and to whom, once both were understood. */
export interface Transfer {
  readonly to: Hex
  readonly amountMicros: bigint
}

/** Where to and how much. What is wrong stands beside the field, which then has the focus. */
export function SendForm({
  account,
  balance,
  chain,
  onAsk,
}: {
  account: Hex
  balance: bigint | null
  chain: string
  onAsk: (transfer: Transfer) => void
}) {
  const t = useTranslations('wallet')
  const f = useFormats()
  const locale = useLocale()
  const id = useId()
  const form = useRef<HTMLFormElement>(null)
  const [address, setAddress] = useState('')
  const [amount, setAmount] = useState('')
  const [addressFault, setAddressFault] = useState<AddressFault | null>(null)
  const [amountFault, setAmountFault] = useState<AmountFault | 'short' | null>(null)

  async function check() {
    const [{ readAddress }, { addresses }] = await Promise.all([
      import('./address/read-address.ts'),
      import('../chain/network.ts'),
    ])
    const contracts = Object.values(await addresses()) as Hex[]
    // The wallet's own key may be sent to: whoever has taken it along can move what lies at its address.
    const to = readAddress(address, { account, signers: [], contracts })
    const much = readAmount(amount, locale)
    const wrongAddress = 'fault' in to ? to.fault : null
    const wrongAmount =
      'fault' in much ? much.fault : balance !== null && much.amountMicros > balance ? 'short' : null
    setAddressFault(wrongAddress)
    setAmountFault(wrongAmount)
    if ('address' in to && 'amountMicros' in much && !wrongAmount)
      onAsk({ to: to.address, amountMicros: much.amountMicros })
    else form.current?.querySelectorAll('input')[wrongAddress ? 0 : 1]?.focus()
  }
  return (
    <form
      ref={form}
      className="card p-5 sm:p-6"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void check()
      }}
    >
      <p className="text-small text-soft" role="status">
        {t.rich('top.now', {
          amount: () => (
            <span className="figures font-semibold text-ink" data-testid="send-balance">
              {balance === null ? '…' : f.usdc(balance)} USDC
            </span>
          ),
        })}
      </p>
      <AddressField
        label={t('send.to')}
        hint={t('send.hint', { chain })}
        fault={addressFault && t(`send.faults.${addressFault === 'key' ? 'own' : addressFault}`)}
        value={address}
        onChange={(value) => {
          setAddress(value)
          setAddressFault(null)
        }}
        testId="send-to"
      />
      <div className="mt-4">
        <label htmlFor={id} className="text-small font-medium">
          {t('send.amount')}
        </label>
        <div className="mt-1 flex items-center gap-2">
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
            data-testid="send-amount"
            className="figures min-h-12 w-full min-w-0 rounded-field border border-edge bg-surface px-3 text-body aria-invalid:border-coral"
          />
          <Button
            size="small"
            look="quiet"
            className="shrink-0"
            disabled={!balance}
            onClick={() => {
              setAmount(writeAmount(balance ?? 0n, locale))
              setAmountFault(null)
            }}
            data-testid="send-all"
          >
            {t('send.all')}
          </Button>
        </div>
        <p id={`${id}-fault`} role="alert" className="mt-1 text-small text-coral empty:hidden">
          {amountFault && t(`send.faults.${amountFault === 'form' ? 'amount' : amountFault}`)}
        </p>
      </div>
      <Button
        wide
        type="submit"
        className="mt-5"
        disabled={!address.trim() || !amount.trim()}
        data-testid="send-next"
      >
        {t('send.next')}
      </Button>
      <p className="mt-3 text-caption text-faint">{t('send.escrowed')}</p>
    </form>
  )
}
