import { describe, expect, it } from 'vitest'
import { type BuyingFacts, type RenewalFacts, whenDue, whyNot } from './decide.ts'

const NOW = 1_900_000_000
const DAY = 86_400
const GB = 1_000_000_000n
type Follows = RenewalFacts['follows']
const facts = (follows: Partial<Follows> = {}, over: Partial<RenewalFacts> = {}): RenewalFacts => ({
  nowSeconds: NOW,
  until: NOW + 60 * DAY,
  asked: null,
  follows: {
    state: 'active',
    deadline: NOW + 20 * DAY,
    validityDays: 30,
    usedBytes: 0n,
    wholeBytes: 5n * GB,
    ...follows,
  },
  ...over,
})

describe('when a plan is bought again', () => {
  const cases: [string, RenewalFacts, string][] = [
    ['not while much is left', facts({ usedBytes: 4n * GB }), 'wait'],
    ['not a byte before nine tenths', facts({ usedBytes: 4_499_999_999n }), 'wait'],
    ['at nine tenths, to the byte', facts({ usedBytes: 4_500_000_000n }), 'renew'],
    ['beyond the whole', facts({ usedBytes: 6n * GB }), 'renew'],
    ['never by bytes where they have no end', facts({ usedBytes: 99n * GB, wholeBytes: null }), 'wait'],
    ['not a second before the last day', facts({ deadline: NOW + DAY + 1 }), 'wait'],
    ['in the last day', facts({ deadline: NOW + DAY }), 'renew'],
    [
      'of a day’s plan not before its last quarter',
      facts({ validityDays: 1, deadline: NOW + 21_601 }),
      'wait',
    ],
    ['of a day’s plan in its last quarter', facts({ validityDays: 1, deadline: NOW + 21_600 }), 'renew'],
    ['once it ends', facts({ state: 'finishing' }), 'renew'],
    ['once it is settled', facts({ state: 'settled' }), 'renew'],
    ['not while the plan bought last is not in use', facts({ state: 'ready', usedBytes: 9n * GB }), 'wait'],
    ['not while its own eSIM is being installed', facts({ state: 'installed', deadline: NOW }), 'wait'],
    ['never after the money of one went back', facts({ state: 'refunded' }), 'refunded'],
    ['nor while it goes back', facts({ state: 'refunding' }), 'refunded'],
    ['not from the last second on', facts({ state: 'settled' }, { until: NOW }), 'time'],
    ['in the second before', facts({ state: 'settled' }, { until: NOW + 1 }), 'renew'],
    ['not while a payment is on its way', facts({ state: 'settled' }, { asked: { refused: false } }), 'wait'],
    ['nor in its last second', facts({}, { asked: { refused: false }, until: NOW + 1 }), 'wait'],
    ['never after the time of one is over', facts({}, { asked: { refused: false }, until: NOW }), 'time'],
    ['nor after one was refused', facts({ state: 'settled' }, { asked: { refused: true } }), 'refused'],
    ['which late says that of its time', facts({}, { asked: { refused: true }, until: NOW }), 'time'],
  ]
  it.each(cases)('%s', (_, given, wanted) => {
    const due = whenDue(given)
    expect('why' in due ? due.why : due.do).toBe(wanted)
  })
})

describe('what keeps a plan that is due from being bought', () => {
  const good: BuyingFacts = {
    agreedPlanHash: '0x01',
    agreedPriceMicros: 9_500_000n,
    sold: { planHash: '0x01', priceMicros: 9_500_000n, onSale: true },
    balanceMicros: 9_500_000n,
    isSigned: true,
    isUsed: false,
    isPaid: false,
  }
  const sold = (over: Partial<NonNullable<BuyingFacts['sold']>>) => ({ sold: { ...good.sold!, ...over } })
  const cases: [string, Partial<BuyingFacts>, ReturnType<typeof whyNot>][] = [
    ['nothing, with money to the last cent', {}, null],
    ['a micro too little', { balanceMicros: 9_499_999n }, 'balance'],
    ['a micro more than agreed', sold({ priceMicros: 9_500_001n, planHash: '0x02' }), 'price'],
    ['another plan under the same name', sold({ planHash: '0x02' }), 'plan'],
    ['a lower price, which is another agreement', sold({ priceMicros: 1n, planHash: '0x02' }), 'plan'],
    ['a plan that is not sold now', sold({ onSale: false }), 'not-sold'],
    ['a plan that is withdrawn', { sold: null }, 'not-sold'],
    ['a key that does not open the account any more', { isSigned: false }, 'signature'],
    ['a payment made void', { isUsed: true }, 'cancelled'],
    ['a payment that somebody made', { isUsed: true, isPaid: true }, 'paid'],
    ['a payment that somebody made, whatever else', { isPaid: true, sold: null, balanceMicros: 0n }, 'paid'],
  ]
  it.each(cases)('%s', (_, over, wanted) => {
    expect(whyNot({ ...good, ...over })).toBe(wanted)
  })
})
