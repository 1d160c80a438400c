'use client'
import { inGroups } from '@gesim/proofs'

/** The digits of a comparison, from left to right in every language, in groups as they are read out: four, or two above two. */
export function Digits({ digits, testId }: { digits: string; testId: string }) {
  return (
    <p className="mt-1 text-title font-semibold">
      <bdi
        dir="ltr"
        data-testid={testId}
        data-digits={digits}
        className="figures inline-grid grid-cols-2 gap-x-4 tracking-wide min-[26rem]:grid-cols-4"
      >
        {inGroups(digits).map((group, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a group is what stands in its place; two may be alike.
          <span key={place}>{group}</span>
        ))}
      </bdi>
    </p>
  )
}
