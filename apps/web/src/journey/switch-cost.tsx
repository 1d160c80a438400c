'use client'
import { type Failure, isFailure } from '@gesim/base'
import { useCallback, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { ask } from '../api/ask.ts'
import type { Switching } from '../api/shapes.ts'
import { usePlanWords } from '../shop/use-plan-words.ts'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Link } from '../ui/link.tsx'
import { When } from '../ui/when.tsx'
import { useFormats } from '../words/use-formats.ts'

/** What changing to another carrier would cost now, asked when somebody wants to know; and whether it is worth it. */
export function SwitchCost({ intentId }: { intentId: string }) {
  const t = useTranslations('journey')
  const [found, setFound] = useState<Switching | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const look = useCallback(async () => {
    setFailure(null)
    try {
      setFound(await ask<Switching>('GET', `/v1/intents/${intentId}/switching`))
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error)
    }
  }, [intentId])
  useEffect(() => {
    void look()
  }, [look])
  if (failure) return <FailureNotice failure={failure} money="none" onAgain={() => void look()} />
  return (
    <div aria-live="polite" aria-busy={found === null} data-testid="switching" data-verdict={found?.verdict}>
      {found ? <Comparison found={found} /> : <p className="text-soft">{t('switching.asking')}</p>}
    </div>
  )
}

function Comparison({ found }: { found: Switching }) {
  const t = useTranslations('journey')
  const f = useFormats()
  const { verdict, others, here } = found
  const numbers = useCarrierNumbers(others.map(({ book }) => book))
  return (
    <>
      <p className="font-semibold">{t(`switching.verdicts.${verdict}`)}</p>
      {others.length > 0 && verdict !== 'used-up' && (
        <>
          <ul className="mt-2 list-disc space-y-1 ps-5 text-soft">
            <li>
              {t('switching.left', { data: f.bytes(found.leftBytes), price: f.usdc(found.stayMicros) })}
            </li>
            <li>{t('switching.back', { amount: f.usdc(found.refundMicros) })}</li>
            <li>{t(`switching.install.${found.install}`)}</li>
            <li>
              {t('switching.here')} <Measured quality={here.quality} />
            </li>
          </ul>
          <ul className="mt-3 space-y-3">
            {others.map((one) => (
              <Other key={one.book} one={one} number={numbers?.get(one.book)} />
            ))}
          </ul>
        </>
      )}
    </>
  )
}

/** Under which numbers the public register has them; null until the chain has said it. */
function useCarrierNumbers(books: readonly number[]): ReadonlyMap<number, number> | null {
  const [numbers, setNumbers] = useState<ReadonlyMap<number, number> | null>(null)
  const which = books.join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again for other books, not with every answer
  useEffect(() => {
    let stays = true
    import('../chain/carrier-numbers.ts')
      .then(({ carrierNumbers }) => carrierNumbers(books))
      .then((found) => stays && setNumbers(found))
      // The comparison is worth reading without the number, too.
      .catch(() => stays && setNumbers(null))
    return () => {
      stays = false
    }
  }, [which])
  return numbers
}

function Other({ one, number }: { one: Switching['others'][number]; number: number | undefined }) {
  const t = useTranslations('journey')
  const frame = useTranslations('frame')
  const f = useFormats()
  const words = usePlanWords()
  const difference = BigInt(one.differenceMicros)
  const amount = f.usdc(difference < 0n ? -difference : difference)
  return (
    <li className="rounded-field border border-line p-3" data-testid="other-carrier" data-book={one.book}>
      <p className="font-semibold" data-testid="other-name">
        {number === undefined ? t('switching.other') : frame('network', { number: f.count(number) })}
      </p>
      <p className="text-soft">
        <Link className="prose-link" href={`/plans/${one.plan.planId}`}>
          {words.title(one.plan)}
        </Link>
        {': '}
        {difference > 0n
          ? t('switching.dearer', { price: f.usdc(one.costMicros), amount })
          : difference < 0n
            ? t('switching.cheaper', { price: f.usdc(one.costMicros), amount })
            : t('switching.same', { price: f.usdc(one.costMicros) })}
      </p>
      <p className="text-soft">
        <Measured quality={one.quality} /> {t(`switching.compared.${one.compared}`)}
      </p>
      {!one.certain && <p className="text-faint">{t('switching.uncertain')}</p>}
    </li>
  )
}

/** Figures never without their age. */
function Measured({ quality }: { quality: Switching['here']['quality'] }) {
  const t = useTranslations('journey')
  const f = useFormats()
  if (!quality) return <>{t('switching.unmeasured')}</>
  return (
    <>
      {t.rich(quality.stale ? 'switching.old' : 'switching.measured', {
        speed: f.count(quality.throughputMbps),
        delay: f.count(quality.latencyMs),
        time: () => <When atMs={quality.atMs} />,
      })}
    </>
  )
}
