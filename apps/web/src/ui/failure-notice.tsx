'use client'
import { useRouter } from 'next/navigation'
import { Button } from './button.tsx'
import { Copy } from './copy.tsx'
import { Notice } from './notice.tsx'

/** What is true of the traveller's money when something fails. */
export type MoneyAnswer = 'none' | 'wallet' | 'escrow' | 'unknown'

const MONEY: Readonly<Record<MoneyAnswer, string | null>> = {
  none: null,
  wallet: 'Your money has not moved: it is in your wallet.',
  escrow: 'Your money is safe: it is in escrow and yours until the eSIM is installed.',
  unknown: 'Your money can only be in your wallet or in escrow, nowhere else.',
}

/** A failure in words: what happened, whether the money is safe, what to do. The code stays in the details. */
export function FailureNotice({
  failure,
  money,
  onAgain,
  again = 'Try again',
  intentId,
}: {
  failure: { readonly code: string; readonly says: string; readonly remedy: string }
  money: MoneyAnswer
  onAgain?: () => void
  again?: string
  intentId?: string
}) {
  const router = useRouter()
  return (
    <Notice
      tone="trouble"
      testId="failure"
      title={failure.says}
      action={
        <Button size="small" look="quiet" onClick={onAgain ?? (() => router.refresh())}>
          {again}
        </Button>
      }
    >
      {MONEY[money] && <p>{MONEY[money]}</p>}
      <p>{failure.remedy}</p>
      <p className="mt-1">
        <Copy value={intentId ? `${failure.code} ${intentId}` : failure.code} label="Code for support">
          {failure.code}
        </Copy>
      </p>
    </Notice>
  )
}
