import Link from 'next/link'
import { tryFromServer } from '../api/server.ts'
import type { Plan } from '../api/shapes.ts'
import { FlowPicture } from '../landing/flow-picture.tsx'
import { ReceiptSlip } from '../landing/receipt-slip.tsx'
import { ButtonLink } from '../ui/button.tsx'
import { Flag } from '../ui/flag.tsx'
import { Icon, type IconName } from '../ui/icon.tsx'
import { countryName } from '../words/countries.ts'
import { usdc } from '../words/format.ts'

const STEPS = [
  {
    title: 'You pay into escrow, not to us',
    says: 'The money waits in a contract that nobody can open: no carrier, no GeSIM.',
  },
  {
    title: 'Until the eSIM is on your phone, take it all back',
    says: 'One tap, at once, without asking anybody. No reason, no support ticket.',
  },
  {
    title: 'Your phone and the carrier both sign for what you use',
    says: 'The smaller of two honest counts is charged. Never more than you put in.',
  },
  {
    title: 'The books close, the carrier is paid, the rest returns',
    says: 'Independent attestors recompute every figure before money moves.',
  },
  {
    title: 'Your browser checks the receipt',
    says: 'Each signature and each sum, against the chain itself. Red if one does not hold.',
  },
]

const NOTS: { icon: IconName; title: string; says: string }[] = [
  {
    icon: 'flash',
    title: 'No network fees',
    says: 'GeSIM pays what the chain costs. The price you see is the price.',
  },
  {
    icon: 'shield',
    title: 'No documents, where the law allows',
    says: 'We keep no name, no e-mail, no card number. Plans that need registration say so first.',
  },
  {
    icon: 'key',
    title: 'Your key, without the homework',
    says: 'A wallet is made as you sign in. Keep a recovery file, take your key away whenever you like.',
  },
  {
    icon: 'eye',
    title: 'Nobody watching',
    says: 'This site loads nothing from anyone else: no analytics, no fonts, no maps.',
  },
]

export default async function Landing() {
  const { answer } = await tryFromServer<{ plans: Plan[] }>('/v1/plans')
  const places = placesOf(answer?.plans ?? [])
  return (
    <>
      <section className="mx-auto grid max-w-6xl items-center gap-12 px-4 pt-10 pb-16 sm:px-6 md:grid-cols-[1.15fr_1fr] md:pt-20 md:pb-24">
        <div>
          <h1 className="text-display font-bold">Data abroad, with a receipt you can check.</h1>
          <p className="mt-5 max-w-xl text-lead text-soft">
            Your money stays yours until the eSIM is on your phone. You pay for what you use, the rest comes
            back by itself, and your own browser proves every line.
          </p>
          <form action="/plans" className="relative mt-8 max-w-xl">
            <label>
              <span className="sr-only">Where are you going?</span>
              <Icon
                name="search"
                className="pointer-events-none absolute top-1/2 left-5 size-6 -translate-y-1/2 text-faint"
              />
              <input
                name="q"
                type="search"
                autoComplete="off"
                placeholder="Where are you going?"
                className="h-16 w-full rounded-full border border-edge bg-surface pr-18 pl-14 text-body placeholder:text-faint"
              />
            </label>
            <button
              type="submit"
              className="absolute top-2 right-2 grid size-12 place-items-center rounded-full bg-sea text-on-sea hover:bg-sea-strong"
            >
              <Icon name="arrow" className="size-6" />
              <span className="sr-only">Show plans</span>
            </button>
          </form>
          {places.length > 0 && (
            <ul
              className="mt-4 grid max-w-xl gap-2 min-[22rem]:grid-cols-2 sm:grid-cols-3"
              aria-label="Places people go"
            >
              {places.slice(0, 6).map((place) => (
                <li key={place.code}>
                  <Link
                    href={`/plans?q=${encodeURIComponent(countryName(place.code))}`}
                    className="flex min-h-14 items-center gap-2 rounded-card border border-line bg-surface px-2.5 py-1.5 sm:gap-3 sm:px-3 text-small text-soft hover:border-edge hover:text-ink"
                  >
                    <Flag code={place.code} />
                    <span className="min-w-0">
                      <span className="block font-medium text-ink">{countryName(place.code)}</span>
                      <span className="figures block text-caption text-faint">
                        from {usdc(place.fromMicros)} USDC
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
            How money and data move
          </h2>
          <p className="mt-2 max-w-2xl text-body text-soft">
            Two threads. <span className="font-semibold text-sea">Money</span> goes through a contract and can
            only end with the carrier, for proven use, or with you.{' '}
            <span className="font-semibold text-sky">Data</span> comes straight from the network.
          </p>
          <div className="mt-10">
            <FlowPicture />
          </div>
          <ol className="mt-12 grid gap-x-8 gap-y-8 sm:grid-cols-2 lg:grid-cols-5">
            {STEPS.map((step, index) => (
              <li key={step.title} className="relative border-t-2 border-sea pt-4">
                <span className="figures text-caption font-semibold text-sea">{index + 1}</span>
                <h3 className="mt-1 text-body font-semibold">{step.title}</h3>
                <p className="mt-1.5 text-small text-soft">{step.says}</p>
              </li>
            ))}
          </ol>
        </div>
      </section>

      <section className="mx-auto max-w-6xl px-4 py-14 sm:px-6 md:py-20" aria-labelledby="not">
        <h2 id="not" className="text-heading">
          What you will not meet
        </h2>
        <ul className="mt-8 grid gap-x-10 gap-y-8 sm:grid-cols-2">
          {NOTS.map((item) => (
            <li key={item.title} className="flex gap-4">
              <span className="grid size-11 shrink-0 place-items-center rounded-full bg-sea-wash text-sea">
                <Icon name={item.icon} />
              </span>
              <div>
                <h3 className="text-body font-semibold">{item.title}</h3>
                <p className="mt-1 text-small text-soft">{item.says}</p>
              </div>
            </li>
          ))}
        </ul>
        <p className="mt-10 max-w-2xl text-small text-faint">
          One thing to know before you buy: payments are written to a public chain and stay there. They show
          that an account without a name paid and was paid back, and they cannot be deleted.
        </p>
      </section>

      <section className="mx-auto max-w-6xl px-4 sm:px-6">
        <div className="flex flex-col items-start justify-between gap-6 rounded-sheet bg-sea px-6 py-10 text-on-sea sm:flex-row sm:items-center sm:px-12">
          <p className="max-w-lg text-title font-semibold">
            Pick a place. You can change your mind until it works.
          </p>
          <ButtonLink href="/plans" look="quiet" data-testid="cta-plans">
            See the plans
            <Icon name="arrow" />
          </ButtonLink>
        </div>
      </section>
    </>
  )
}

/** The countries of the catalogue, the most often offered first, each with its lowest price. */
function placesOf(plans: readonly Plan[]): { code: string; fromMicros: bigint }[] {
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
    (a, b) => b.plans - a.plans || countryName(a.code).localeCompare(countryName(b.code)),
  )
}
