import type { Intent, IntentStateWord, TimelineEntry } from '../api/shapes.ts'

export type Step = TimelineEntry['step']

const DELIVERY: readonly Step[] = [
  'paid',
  'ordered',
  'ready',
  'downloaded',
  'installed',
  'connected',
  'settled',
]

export interface ShownStep {
  readonly step: Step
  readonly state: 'done' | 'now' | 'next'
  readonly entry?: TimelineEntry
}

/** The timeline as it is shown: what happened, what is going on, what will come. */
export function shownSteps(intent: Pick<Intent, 'state' | 'timeline'>): ShownStep[] {
  const happened = new Map(intent.timeline.map((entry) => [entry.step, entry]))
  const returning = intent.state === 'refunding' || intent.state === 'refunded'
  if (returning || intent.state === 'lapsed') {
    const past = DELIVERY.filter((step) => happened.has(step))
    const back: Step[] = intent.state === 'lapsed' ? [] : ['refunding', 'refunded']
    return [...past, ...back].map((step) => ({
      step,
      entry: happened.get(step),
      state: happened.has(step)
        ? 'done'
        : step === 'refunding' && intent.state === 'refunded'
          ? 'done'
          : 'now',
    }))
  }
  const last = DELIVERY.findLastIndex((step) => happened.has(step))
  return DELIVERY.map((step, index) => ({
    step,
    entry: happened.get(step),
    // A later step implies the earlier ones, also where no event told of them.
    state: index <= last ? 'done' : index === last + 1 && isGoingOn(intent.state, step) ? 'now' : 'next',
  }))
}

/** Settlement is awaited only once service has ended: before, there is nothing to wait for. */
function isGoingOn(state: IntentStateWord, step: Step): boolean {
  return step !== 'settled' || state === 'finishing' || state === 'settled'
}

/** Whether the whole amount can be taken back at once, without anybody's consent. */
export function isHeld(state: IntentStateWord): boolean {
  return state === 'funded' || state === 'ordered' || state === 'ready' || state === 'installed'
}

/** Whether nothing more will happen by itself. */
export function isOver(state: IntentStateWord): boolean {
  return state === 'settled' || state === 'refunded' || state === 'lapsed'
}
