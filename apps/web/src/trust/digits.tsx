'use client'
import { inGroups } from './comparison.ts'

/** The digits of a comparison, from left to right in every language, in groups as they are read out. */
export function Digits({ digits, testId }: { digits: string; testId: string }) {
  return (
    <bdi
      dir="ltr"
      data-testid={testId}
      data-digits={digits}
      className="figures mt-1 block text-title font-semibold tracking-wide"
    >
      {inGroups(digits)}
    </bdi>
  )
}
