'use client'
import { type Failure, isFailure } from '@gesim/base'
import { comparisonDigits, digitsOf, isWhole } from '@gesim/proofs'
import { useId, useState } from 'react'
import type { Hex } from '../api/shapes.ts'
import { Button } from '../ui/button.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Notice } from '../ui/notice.tsx'

/**
 * Holds one address on one wallet against what somebody reads out. The digits are typed, not shown for a nod: who need only
 * agree agrees with anything. `onSame` is given them.
 */
export function DigitsForm({
  account,
  of,
  words,
  testId,
  onSame,
}: {
  account: Hex
  of: Hex
  words: Readonly<Record<'field' | 'short' | 'differ' | 'differSays' | 'go', string>>
  testId: string
  onSame: (digits: string) => void
}) {
  const id = useId()
  const [text, setText] = useState('')
  const [fault, setFault] = useState<'short' | 'differ' | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  async function compare() {
    if (!isWhole(text)) return setFault('short')
    try {
      const { network } = await import('../chain/network.ts')
      const { chainId } = await network()
      const digits = await comparisonDigits(chainId, account, of)
      if (digitsOf(text) === digits) onSame(digits)
      else setFault('differ')
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error)
    }
  }
  return (
    <form
      className="mt-4"
      onSubmit={(event) => {
        event.preventDefault()
        void compare()
      }}
    >
      <label htmlFor={id} className="text-small font-medium">
        {words.field}
      </label>
      <input
        id={id}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setFault(null)
          setFailure(null)
        }}
        dir="ltr"
        type="text"
        inputMode="numeric"
        autoComplete="off"
        maxLength={32}
        aria-invalid={fault !== null}
        aria-describedby={`${id}-fault`}
        data-testid={`${testId}-digits`}
        className="figures mt-1 min-h-12 w-full rounded-field border border-edge bg-surface px-3 text-lead tracking-wide aria-invalid:border-coral"
      />
      <p id={`${id}-fault`} role="alert" className="mt-1 text-small text-coral empty:hidden">
        {fault === 'short' && words.short}
      </p>
      {fault === 'differ' && (
        <div className="mt-3">
          <Notice tone="trouble" title={words.differ} testId={`${testId}-differ`}>
            {words.differSays}
          </Notice>
        </div>
      )}
      {failure && <FailureNotice failure={failure} money="none" onAgain={() => void compare()} />}
      <Button wide type="submit" className="mt-4" disabled={!text.trim()} data-testid={`${testId}-compare`}>
        {words.go}
      </Button>
    </form>
  )
}
