import type { Plan } from '@gesim/wire'

/** A plan of the sample catalogue; the books that serve it come from the settings. */
export type SamplePlan = Omit<Plan, 'books'>

const EUROPE = 'ES FR DE IT PT NL BE AT GR IE PL SE DK FI CZ HR'.split(' ')
const WORLD = 'ES FR DE IT PT GB US CA MX BR JP KR SG TH AU NZ ZA AE'.split(' ')
const MICROS = 1_000_000

interface Sketch {
  id: string
  name: string
  kind: Plan['kind']
  countries: string[]
  /** Included gigabytes. */
  gb: number
  days: number
  /** All in, in USDC; with pay per use the most it can cost. */
  price: number
  /** Charged when the profile is installed. */
  fee: number
  /** A gigabyte beyond the included ones, in USDC. */
  perGb: number
  networks: string[]
  /** Where the traffic comes out. */
  exit: string
  rest?: Partial<SamplePlan>
}

function plan(sketch: Sketch): SamplePlan {
  const micros = (usdc: number) => String(Math.round(usdc * MICROS))
  return {
    planId: sketch.id,
    name: sketch.name,
    kind: sketch.kind,
    scope: 'country',
    countries: sketch.countries,
    includedBytes: String(sketch.gb * 1_000_000_000),
    validityDays: sketch.days,
    priceMicros: micros(sketch.price),
    activationFeeMicros: micros(sketch.fee),
    pricePerGbMicros: micros(sketch.perGb),
    blockBytes: '1000000',
    networks: sketch.networks.map((one) => {
      const [name, generation] = one.split('/') as [string, '4G' | '5G']
      return { name, generation }
    }),
    breakoutCountry: sketch.exit,
    hotspot: true,
    throttle: null,
    topUp: sketch.kind !== 'prepaid',
    startsWhen: 'activation',
    registration: null,
    onSale: true,
    metering: 'co-signed',
    ...sketch.rest,
  }
}

/** Pay for each megabyte, up to a cap; the rest of the cap comes back. */
function perUse(
  id: string,
  name: string,
  country: string,
  cap: number,
  perGb: number,
  exit = country,
): SamplePlan {
  const networks = [`Aurora ${country}/5G`, `Meridian ${country}/4G`]
  const days = 7
  return plan({
    id,
    name,
    kind: 'per-use',
    countries: [country],
    gb: 0,
    days,
    price: cap,
    fee: 0,
    perGb,
    networks,
    exit,
  })
}

/** All of it paid at once, earned when the profile is installed. */
function prepaid(
  id: string,
  name: string,
  country: string,
  gb: number,
  days: number,
  price: number,
): SamplePlan {
  const networks = [`Aurora ${country}/5G`]
  return plan({
    id,
    name,
    kind: 'prepaid',
    countries: [country],
    gb,
    days,
    price,
    fee: price,
    perGb: 0,
    networks,
    exit: country,
  })
}

/**
 * What a local installation sells. Prices and networks are made up; kinds, tariffs and rules are those of real plans.
 */
export const SAMPLE_PLANS: readonly SamplePlan[] = [
  perUse('es-go', 'Spain, pay per use', 'ES', 3, 2.9),
  prepaid('es-5gb', 'Spain 5 GB', 'ES', 5, 30, 9.5),
  plan({
    id: 'es-flex',
    name: 'Spain 1 GB and more',
    kind: 'hybrid',
    countries: ['ES'],
    gb: 1,
    days: 15,
    price: 8,
    fee: 2.5,
    perGb: 2.6,
    networks: ['Aurora ES/5G', 'Meridian ES/4G'],
    exit: 'ES',
  }),
  perUse('fr-go', 'France, pay per use', 'FR', 3, 3.1),
  prepaid('fr-3gb', 'France 3 GB', 'FR', 3, 15, 7),
  perUse('de-go', 'Germany, pay per use', 'DE', 3, 3.4),
  prepaid('de-10gb', 'Germany 10 GB', 'DE', 10, 30, 17),
  perUse('jp-go', 'Japan, pay per use', 'JP', 5, 4.2, 'SG'),
  { ...prepaid('jp-5gb', 'Japan 5 GB', 'JP', 5, 30, 12), hotspot: false },
  perUse('us-go', 'United States, pay per use', 'US', 5, 4.8),
  plan({
    id: 'us-flex',
    name: 'United States 2 GB and more',
    kind: 'hybrid',
    countries: ['US'],
    gb: 2,
    days: 30,
    price: 15,
    fee: 7,
    perGb: 4.4,
    networks: ['Aurora US/5G', 'Meridian US/5G'],
    exit: 'US',
  }),
  plan({
    id: 'eu-go',
    name: 'Europe, pay per use',
    kind: 'per-use',
    countries: EUROPE,
    gb: 0,
    days: 30,
    price: 10,
    fee: 0,
    perGb: 3.2,
    networks: ['Aurora/5G', 'Meridian/4G'],
    exit: 'DE',
    rest: { scope: 'region', region: 'Europe' },
  }),
  plan({
    id: 'eu-20gb',
    name: 'Europe 20 GB',
    kind: 'prepaid',
    countries: EUROPE,
    gb: 20,
    days: 30,
    price: 29,
    fee: 29,
    perGb: 0,
    networks: ['Aurora/5G', 'Meridian/4G'],
    exit: 'DE',
    rest: { scope: 'region', region: 'Europe' },
  }),
  plan({
    id: 'world-go',
    name: 'World, pay per use',
    kind: 'per-use',
    countries: WORLD,
    gb: 0,
    days: 30,
    price: 15,
    fee: 0,
    perGb: 6.5,
    networks: ['Meridian/4G', 'Aurora/4G'],
    exit: 'NL',
    rest: { scope: 'global' },
  }),
  {
    ...prepaid('in-1gb', 'India 1 GB', 'IN', 1, 7, 6),
    registration:
      'India wants a passport check before a SIM may be used. It cannot be done here, so this plan is not sold.',
    onSale: false,
  },
  {
    ...prepaid('br-2gb', 'Brazil 2 GB', 'BR', 2, 15, 8),
    registration:
      'The network may ask for a passport number at the first connection; it goes to the network alone.',
  },
]
