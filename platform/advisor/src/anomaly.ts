import { type Centre, centreOf, robustDistance, upperQuantile } from './robust.ts'

/** Usage of one intent between two records. */
export interface UsageStep {
  readonly bytes: bigint
  readonly seconds: number
}

export interface Verdict {
  readonly flagged: boolean
  readonly score: number
  readonly threshold: number
  readonly why: string
}

export interface AnomalyRules {
  /** Members of a cohort below which nobody is called unusual. */
  readonly leastCohort: number
  /** Part of ordinary members that may be flagged by chance. */
  readonly falseAlarms: number
  /** Robust standard deviations that are never called unusual, whatever the cohort. */
  readonly leastDistance: number
  /** Threshold while the cohort is too small to give the wanted share of false alarms. */
  readonly smallCohortDistance: number
}

export const DEFAULT_ANOMALY_RULES: AnomalyRules = {
  leastCohort: 20,
  falseAlarms: 0.01,
  leastDistance: 3.5,
  smallCohortDistance: 6,
}

/** Natural logarithm of a rate in bytes a second, one byte added so that silence has a value. */
export function logRate(step: UsageStep): number {
  return Math.log(1 + Number(step.bytes) / Math.max(1, step.seconds))
}

/** A spread below which rates count as equal: a factor of 1.28. */
const LEAST_SPREAD = 0.25

/** What the ordinary members of a cohort look like; made once, then any number of rates are judged by it. */
export interface Cohort {
  readonly size: number
  readonly centre: Centre
  readonly threshold: number
}

/**
 * The cohort of log rates. The threshold is the quantile of the members' own distances that leaves the wanted share of
 * false alarms (split conformal: exact for exchangeable members), and never below `leastDistance`.
 */
export function cohortOf(logRates: readonly number[], rules: AnomalyRules = DEFAULT_ANOMALY_RULES): Cohort {
  const centre = centreOf(logRates, LEAST_SPREAD)
  const distances = logRates.map((rate) => robustDistance(rate, centre)).sort((a, b) => a - b)
  const conformal = upperQuantile(distances, 1 - rules.falseAlarms)
  const threshold = Number.isFinite(conformal)
    ? Math.max(rules.leastDistance, conformal)
    : rules.smallCohortDistance
  return { size: logRates.length, centre, threshold }
}

/** Whether a log rate is unlike the rates of its cohort. */
export function judgeRate(
  rate: number,
  cohort: Cohort,
  rules: AnomalyRules = DEFAULT_ANOMALY_RULES,
): Verdict {
  const { threshold, size } = cohort
  if (size < rules.leastCohort) {
    const why = `Only ${size} others to compare with; ${rules.leastCohort} are needed.`
    return { flagged: false, score: 0, threshold, why }
  }
  const score = robustDistance(rate, cohort.centre)
  const flagged = score > threshold
  const beside = `${score.toFixed(1)} robust deviations from the median of ${size} others, threshold ${threshold.toFixed(1)}`
  const why = flagged ? `Usage is unlike the rest: ${beside}.` : `Usage is ordinary: ${beside}.`
  return { flagged, score, threshold, why }
}

/**
 * A smaller share of alarms over many tests at once: which p-values stand when at most a part of the flags may be
 * false (Benjamini and Hochberg). Answers in the order of the input.
 */
export function controlFalseDiscoveries(pValues: readonly number[], share: number): boolean[] {
  const order = pValues.map((p, position) => ({ p, position })).sort((a, b) => a.p - b.p)
  let last = -1
  order.forEach(({ p }, rank) => {
    if (p <= (share * (rank + 1)) / pValues.length) last = rank
  })
  const stands = new Array<boolean>(pValues.length).fill(false)
  for (let rank = 0; rank <= last; rank++) stands[order[rank]!.position] = true
  return stands
}
