import type { Plan } from '@gesim/wire'

/** What a country asks of whoever sells there. */
export interface CountrySignal {
  readonly country: string
  readonly requirement: 'registration' | 'blocked'
  readonly note: string | null
}

/**
 * A plan as it may be sold under the signals. Where a country of it blocks sales, or wants a registration that no
 * supplier of the plan does, the plan is not for use there: a plan for that country alone is not sold, one for several
 * says so before it is bought. A plan that names its supplier's own check is sold with it.
 */
export function withSignals(plan: Plan, signals: ReadonlyMap<string, CountrySignal>): Plan {
  const stopped = plan.countries.flatMap((country) => {
    const signal = signals.get(country)
    if (!signal) return []
    return signal.requirement === 'blocked' || plan.registration === null ? [signal] : []
  })
  if (stopped.length === 0) return plan
  const names = stopped.map((signal) => signal.country).join(', ')
  if (stopped.length < plan.countries.length) {
    const why = `Not for use in ${names}: what the law asks there cannot be done here.`
    return { ...plan, registration: line(plan.registration, why) }
  }
  const why = `${stopped[0]!.note ?? `${names} asks for a registration of the buyer.`} It cannot be done here, so this plan is not sold.`
  return { ...plan, registration: line(plan.registration, why), onSale: false }
}

/** One line for people, within what the wire carries. */
function line(before: string | null, why: string): string {
  return (before === null ? why : `${before} ${why}`).slice(0, 400)
}
