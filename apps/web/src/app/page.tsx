import { tryFromServer } from '../api/server.ts'
import type { Plan } from '../api/shapes.ts'
import { FlowPicture } from '../landing/flow-picture.tsx'
import { ReceiptSlip } from '../landing/receipt-slip.tsx'
import { ButtonLink } from '../ui/button.tsx'
import { Flag } from '../ui/flag.tsx'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Link } from '../ui/link.tsx'
import { countryName } from '../words/countries.ts'
import { About } from '../words/estimate.tsx'
import { formatsOfPage, wordsOf } from '../words/language.ts'

const STEPS = ['pay', 'back', 'sign', 'close', 'check'] as const

const NOTS = [
  { icon: 'flash', words: 'fees' },
  { icon: 'shield', words: 'papers' },
  { icon: 'key', words: 'key' },
  { icon: 'eye', words: 'eyes' },
] as const satisfies { icon: IconName; words: string }[]

export default async function Landing() {
  const f = await formatsOfPage()
  const t = await wordsOf('landing')
  const w = await wordsOf('frame')
  const { answer } = await tryFromServer<{ plans: Plan[] }>('/v1/plans')
  const places = placesOf(answer?.plans ?? [], f.locale)
  return (
    <>
      <section className="mx-auto grid max-w-6xl items-center gap-12 px-4 pt-10 pb-16 sm:px-6 md:grid-cols-[1.15fr_1fr] md:pt-20 md:pb-24">
        <div>
          <h1 className="text-display font-bold">{t('headline')}</h1>
          <p className="mt-5 max-w-xl text-lead text-soft">{t('lead')}</p>
          <form action="/plans" className="relative mt-8 max-w-xl">
            <label>
              <span className="sr-only">{t('where')}</span>
              <Icon
                name="search"
                className="pointer-events-none absolute top-1/2 start-5 size-6 -translate-y-1/2 text-faint"
              />
              <input
                name="q"
                type="search"
                autoComplete="off"
                placeholder={t('where')}
                className="h-16 w-full rounded-full border border-edge bg-surface pe-18 ps-14 text-body placeholder:text-faint"
              />
            </label>
            <button
              type="submit"
              className="absolute top-2 end-2 grid size-12 place-items-center rounded-full bg-sea text-on-sea hover:bg-sea-strong"
            >
              <Icon name="arrow" className="size-6" />
              <span className="sr-only">{t('show')}</span>
            </button>
          </form>
          {places.length > 0 && (
            <ul
              className="mt-4 grid max-w-xl gap-2 min-[22rem]:grid-cols-2 sm:grid-cols-3"
              aria-label={t('places')}
            >
              {places.slice(0, 6).map((place) => (
                <li key={place.code}>
                  <Link
                    href={`/plans?q=${encodeURIComponent(countryName(place.code, f.locale))}`}
                    className="flex min-h-14 items-center gap-2 rounded-card border border-line bg-surface px-2.5 py-1.5 sm:gap-3 sm:px-3 text-small text-soft hover:border-edge hover:text-ink"
                  >
                    <Flag code={place.code} />
                    <span className="min-w-0">
                      <span className="block font-medium text-ink">{countryName(place.code, f.locale)}</span>
                      <span className="figures block text-caption text-faint">
                        {t('from', { price: f.usdc(place.fromMicros) })}
                        <About micros={place.fromMicros} className="block" />
                      </span>
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          )}
        </div>
        <ReceiptSlip />
      </section>

      <section className="border-y border-line bg-surface" aria-labelledby="how">
        <div className="mx-auto max-w-6xl px-4 py-14 sm:px-6 md:py-20">
          <h2 id="how" className="text-heading">
            {t('how.title')}
          </h2>
          <p className="mt-2 max-w-2xl text-body text-soft">
            {t.rich('how.says', {
              money: (words) => <span className="font-semibold text-sea">{words}</span>,
              data: (words) => <span className="font-semibold text-sky">{words}</span>,
            })}
          </p>
          <div className="mt-10">
            <FlowPicture />
          </div>
          <ol className="mt-12 grid gap-x-8 gap-y-8 sm:grid-cols-2 lg:grid-cols-5">
            {STEPS.map((step, index) => (
              <li key={step} className="relative border-t-2 border-sea pt-4">
                <span className="figures text-caption font-semibold text-sea">{index + 1}</span>
                <h3 className="mt-1 text-body font-semibold">{t(`steps.${step}.title`)}</h3>
                <p className="mt-1.5 text-small text-soft">{t(`steps.${step}.says`)}</p>
              </li>
            ))}
          </ol>
        </div>
      </section>

      <section className="mx-auto max-w-6xl px-4 py-14 sm:px-6 md:py-20" aria-labelledby="not">
        <h2 id="not" className="text-heading">
          {t('nots.title')}
        </h2>
        <ul className="mt-8 grid gap-x-10 gap-y-8 sm:grid-cols-2">
          {NOTS.map((item) => (
            <li key={item.words} className="flex gap-4">
              <span className="grid size-11 shrink-0 place-items-center rounded-full bg-sea-wash text-sea">
                <Icon name={item.icon} />
              </span>
              <div>
                <h3 className="text-body font-semibold">{t(`nots.${item.words}.title`)}</h3>
                <p className="mt-1 text-small text-soft">{t(`nots.${item.words}.says`)}</p>
              </div>
            </li>
          ))}
        </ul>
        <p className="mt-10 max-w-2xl text-small text-faint">{t('public')}</p>
      </section>

      <section className="mx-auto max-w-6xl px-4 sm:px-6">
        <div className="flex flex-col items-start justify-between gap-6 rounded-sheet bg-sea px-6 py-10 text-on-sea sm:flex-row sm:items-center sm:px-12">
          <p className="max-w-lg text-title font-semibold">{t('end')}</p>
          <ButtonLink href="/plans" look="quiet" data-testid="cta-plans">
            {w('seePlans')}
            <Icon name="arrow" />
          </ButtonLink>
        </div>
      </section>
    </>
  )
}

/** The countries of the catalogue, the most often offered first, each with its lowest price. */
function placesOf(plans: readonly Plan[], locale: string): { code: string; fromMicros: bigint }[] {
  const places = new Map<string, { code: string; fromMicros: bigint; plans: number }>()
  for (const plan of plans) {
    for (const code of plan.countries) {
      const price = BigInt(plan.priceMicros)
      const known = places.get(code)
      if (!known) places.set(code, { code, fromMicros: price, plans: 1 })
      else {
        known.plans++
        if (price < known.fromMicros) known.fromMicros = price
      }
    }
  }
  return [...places.values()].sort(
    (a, b) =>
      b.plans - a.plans || countryName(a.code, locale).localeCompare(countryName(b.code, locale), locale),
  )
}
