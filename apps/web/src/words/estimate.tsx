'use client'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { useLocale, useTranslations } from 'use-intl/react'
import { serverNowMs } from '../api/clock.ts'
import type { Estimate } from '../api/shapes.ts'
import { When } from '../ui/when.tsx'
import { inCurrency } from './currency.ts'
import { useHeld } from './held-estimate.ts'

/** How often a page that stays open looks whether its rate still holds. */
const LOOK_MS = 60_000

const Known = createContext<Estimate | null>(null)

/** What a USDC is worth in the reader's currency, for everything below; a rate that holds no more is asked for anew. */
export function Estimates({
  currency,
  first,
  children,
}: {
  currency: string | null
  first: Estimate | null
  children: ReactNode
}) {
  const [estimate, setEstimate] = useState(first)
  useEffect(() => setEstimate(first), [first])
  useEffect(() => {
    if (!currency) return
    async function look() {
      if (document.visibilityState !== 'visible') return
      if (estimate && estimate.holdsUntil * 1000 > serverNowMs()) return
      setEstimate(null)
      try {
        const { ask } = await import('../api/ask.ts')
        const { estimates } = await ask<{ estimates: Estimate[] }>('GET', '/v1/oracles/estimates')
        setEstimate(estimates.find((one) => one.currency === currency) ?? null)
      } catch {
        // No network: the amounts in USDC stand by themselves until the next look.
      }
    }
    // A page that was stored on the device may be days old.
    if (estimate) void look()
    const timer = setInterval(look, LOOK_MS)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [currency, estimate])
  // The next rate may take a minute to come, or never where there is no network; the old one ends on time all the same.
  return <Known value={useHeld(estimate)}>{children}</Known>
}

/** An amount of USDC in words like "about €4.17"; nothing where no rate holds. With `dated`, as of when the rate is. */
export function About({
  micros,
  dated = false,
  className = '',
  children,
}: {
  micros: bigint | string | null
  dated?: boolean
  className?: string
  /** What stands before it, where it stands at all. */
  children?: ReactNode
}) {
  const t = useTranslations('frame')
  const locale = useLocale()
  const estimate = useContext(Known)
  if (!estimate || micros === null) return null
  const amount = inCurrency(BigInt(micros), estimate.currency, estimate.perUsdc, locale)
  if (amount === null) return null
  return (
    <span className={`figures ${className}`} data-testid="estimate" data-holds-until={estimate.holdsUntil}>
      {children}
      {dated
        ? t.rich('estimate.aboutAt', {
            amount: () => <bdi>{amount}</bdi>,
            time: () => <When atMs={estimate.asOf * 1000} form="time" />,
          })
        : t.rich('estimate.about', { amount: () => <bdi>{amount}</bdi> })}
    </span>
  )
}
