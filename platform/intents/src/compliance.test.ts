import { type TestStore, testStore } from '@gesim/store/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPlan, listPlans, loadCatalogue } from './catalogue.ts'
import { type CountrySignal, withSignals } from './compliance.ts'
import { SAMPLE_PLANS } from './sample-plans.ts'

const signals = (...rows: CountrySignal[]) => new Map(rows.map((row) => [row.country, row]))
const registration = (country: string): CountrySignal => ({
  country,
  requirement: 'registration',
  note: null,
})
const blocked = (country: string): CountrySignal => ({ country, requirement: 'blocked', note: 'No sale.' })
const planFor = (...countries: string[]) => ({
  books: [1],
  ...SAMPLE_PLANS[0]!,
  countries,
  registration: null,
  onSale: true,
})

describe('a plan under signals', () => {
  it('is as it was where nobody says anything of its countries', () => {
    const plan = planFor('DE')
    expect(withSignals(plan, signals(registration('FR')))).toBe(plan)
  })

  it('is not sold where its only country wants what cannot be done here', () => {
    expect(withSignals(planFor('DE'), signals(registration('DE')))).toMatchObject({
      onSale: false,
      registration: expect.stringMatching(/DE asks for a registration/),
    })
  })

  it('is sold with the supplier’s own check, but not where sales are blocked', () => {
    const plan = { ...planFor('BR'), registration: 'The network asks for a passport number.' }
    expect(withSignals(plan, signals(registration('BR'))).onSale).toBe(true)
    expect(withSignals(plan, signals(blocked('BR'))).onSale).toBe(false)
  })

  it('for several countries says before it is bought where it is not for use', () => {
    const plan = withSignals(planFor('DE', 'FR'), signals(blocked('FR')))
    expect(plan).toMatchObject({ onSale: true, registration: expect.stringMatching(/Not for use in FR/) })
    expect(withSignals(planFor('DE', 'FR'), signals(blocked('FR'), blocked('DE'))).onSale).toBe(false)
  })
})

describe('the catalogue', () => {
  let test: TestStore
  beforeAll(async () => {
    test = await testStore()
    await loadCatalogue(test.store, '', true, [1])
  })
  afterAll(() => test.close())

  it('follows a signal from the moment it is known until it runs out', async () => {
    const { db } = test.store
    const [plan] = (await listPlans(db, undefined, undefined)).filter(
      (one) => one.countries.length === 1 && one.onSale,
    )
    const country = plan!.countries[0]!
    const nowSeconds = Math.floor(Date.now() / 1000)
    await sql`insert into gesim.oracles_signals values
      (${country}, 'blocked', ${`0x${'a'.repeat(40)}`}, ${`0x${'b'.repeat(64)}`}, ${nowSeconds + 600}, ${nowSeconds})`.execute(
      db,
    )
    expect((await findPlan(db, plan!.planId)).plan.onSale).toBe(false)
    expect(
      (await listPlans(db, country, undefined)).every((one) => one.countries.length > 1 || !one.onSale),
    ).toBe(true)
    await sql`update gesim.oracles_signals set valid_until = ${nowSeconds}`.execute(db)
    expect((await findPlan(db, plan!.planId)).plan.onSale).toBe(true)
  })
})
