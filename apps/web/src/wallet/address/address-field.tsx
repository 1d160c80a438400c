'use client'
import { useId } from 'react'
import type { Hex } from '../../api/shapes.ts'

/** An input for an address. What is wrong with it is said beside it and read out with it. */
export function AddressField({
  label,
  hint,
  fault,
  value,
  onChange,
  testId,
}: {
  label: string
  hint?: string
  fault: string | null
  value: string
  onChange: (value: string) => void
  testId: string
}) {
  const id = useId()
  return (
    <div className="mt-4">
      <label htmlFor={id} className="text-small font-medium">
        {label}
      </label>
      {hint && (
        <p id={`${id}-hint`} className="text-caption text-faint">
          {hint}
        </p>
      )}
      <input
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        dir="ltr"
        type="text"
        inputMode="text"
        autoComplete="off"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        maxLength={64}
        aria-invalid={fault !== null}
        aria-describedby={`${hint ? `${id}-hint ` : ''}${id}-fault`}
        data-testid={testId}
        className="mt-1 min-h-12 w-full rounded-field border border-edge bg-surface px-3 font-mono text-caption aria-invalid:border-coral"
      />
      <p id={`${id}-fault`} role="alert" className="mt-1 text-small text-coral empty:hidden">
        {fault}
      </p>
    </div>
  )
}

/** An address for comparing by eye: where it does not fit on one line it breaks in the middle. */
export function AddressInHalves({ address }: { address: Hex }) {
  const middle = Math.ceil(address.length / 2) + 1
  return (
    <bdi dir="ltr" className="font-mono break-all">
      <span className="inline-block">{address.slice(0, middle)}</span>
      <span className="inline-block">{address.slice(middle)}</span>
    </bdi>
  )
}
