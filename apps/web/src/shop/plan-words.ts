import type { useTranslations } from 'use-intl/react'
import type { Plan } from '../api/shapes.ts'
import { countryName } from '../words/countries.ts'
import type { Formats } from '../words/format.ts'
import { perGbOf } from './find-plans.ts'

type ShopWords = ReturnType<typeof useTranslations<'shop'>>

const REGIONS = {
  Europe: 'region.europe',
  Asia: 'region.asia',
  Africa: 'region.africa',
  'North America': 'region.northAmerica',
  'South America': 'region.southAmerica',
  'Latin America': 'region.latinAmerica',
  'Middle East': 'region.middleEast',
  Oceania: 'region.oceania',
} as const

/** What a plan is called in one language. Works with the words of the server and of the browser. */
export function planWords(t: ShopWords, f: Formats) {
  /** How much data a plan holds, as its headline. */
  function data(plan: Plan): string {
    if (BigInt(plan.includedBytes) === 0n) return t('perUse')
    const included = f.bytes(plan.includedBytes)
    return plan.kind === 'hybrid' ? t('dataAndMore', { data: included }) : included
  }

  /** The area a plan is for: a country, a region, the world. */
  function area(plan: Plan): string {
    if (plan.scope === 'country' && plan.countries.length === 1)
      return countryName(plan.countries[0]!, f.locale)
    if (plan.scope === 'global') return t('world')
    const region = REGIONS[plan.region as keyof typeof REGIONS]
    return region ? t(region) : (plan.region ?? plan.name)
  }

  /** A plan in one line, for headings and lists. */
  function title(plan: Plan): string {
    if (BigInt(plan.includedBytes) === 0n) return t('planPerUse', { area: area(plan) })
    return t('planTitle', { area: area(plan), data: data(plan) })
  }

  /** What is paid now, in USDC. */
  function price(plan: Plan): string {
    return f.usdc(plan.priceMicros)
  }

  /** The second line below the price. */
  function priceNote(plan: Plan): string {
    const perGb = f.usdc(roundUpToCent(perGbOf(plan)))
    if (plan.kind === 'per-use') return t('perGbReturns', { price: perGb })
    if (plan.kind === 'hybrid') return t('thenPerGb', { price: f.usdc(plan.pricePerGbMicros) })
    return t('perGb', { price: perGb })
  }

  /** How long it lasts, from when, and in how many countries where there are several. */
  function validity(plan: Plan): string {
    const days = { days: plan.validityDays }
    const from = plan.startsWhen === 'first-use' ? t('validFirstUse', days) : t('validActivation', days)
    const count = plan.countries.length
    return count > 1 ? t('inCountries', { validity: from, count }) : from
  }

  /** All that is paid and when, in one sentence. */
  function priceLong(plan: Plan): string {
    const most = f.usdc(plan.priceMicros)
    if (plan.kind === 'prepaid') return t('priceAll', { most, data: f.bytes(plan.includedBytes) })
    const perGb = { price: f.usdc(plan.pricePerGbMicros), most }
    const rest =
      BigInt(plan.blockBytes) > 1n
        ? t('priceUseBlock', { ...perGb, block: f.bytes(plan.blockBytes) })
        : t('priceUse', perGb)
    return BigInt(plan.activationFeeMicros) > 0n
      ? t('priceFee', { fee: f.usdc(plan.activationFeeMicros), rest })
      : rest
  }

  return { data, area, title, price, priceNote, validity, priceLong }
}

function roundUpToCent(micros: bigint): bigint {
  return ((micros + 9999n) / 10_000n) * 10_000n
}
