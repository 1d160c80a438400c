import type { Intent, IntentStateWord, TimelineEntry } from '../api/shapes.ts'

export type Step = TimelineEntry['step']

interface StepWords {
  /** Once it has happened. */
  readonly done: string
  /** While it is awaited. */
  readonly wait: string
  /** What is going on meanwhile. */
  readonly meanwhile: string
}

/** The same names everywhere: here, in messages, in support. */
export const STEP_WORDS: Readonly<Record<Step, StepWords>> = {
  paid: {
    done: 'Paid, held in escrow',
    wait: 'Payment',
    meanwhile: 'The chain confirms your payment.',
  },
  ordered: {
    done: 'Ordered',
    wait: 'Order',
    meanwhile: 'The best network for this trip is chosen and asked.',
  },
  ready: {
    done: 'eSIM ready',
    wait: 'eSIM',
    meanwhile: 'The carrier prepares your eSIM.',
  },
  downloaded: {
    done: 'Downloaded',
    wait: 'Download',
    meanwhile: 'Waiting for your phone to fetch the eSIM.',
  },
  installed: {
    done: 'Installed',
    wait: 'Installation',
    meanwhile: 'Your phone installs the eSIM and signs for it.',
  },
  connected: {
    done: 'Connected',
    wait: 'Connection',
    meanwhile: 'The carrier switches the service on.',
  },
  settled: {
    done: 'Settled, the rest returned',
    wait: 'Settlement',
    meanwhile: 'The books close, the carrier is paid, the rest comes back.',
  },
  refunding: {
    done: 'Money on its way back',
    wait: 'Return',
    meanwhile: 'The contract returns the whole amount.',
  },
  refunded: {
    done: 'Money back in your wallet',
    wait: 'Money back',
    meanwhile: 'The contract returns the whole amount.',
  },
}

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

/** Who did a step, as a traveller says it. */
export const ACTORS: Readonly<Record<TimelineEntry['actor'], string>> = {
  you: 'you',
  gesim: 'GeSIM',
  carrier: 'the carrier',
  device: 'your phone',
  chain: 'the chain',
}

/** The state in one line, for lists and headings. */
export const STATE_WORDS: Readonly<Record<IntentStateWord, string>> = {
  drafted: 'Waiting for payment',
  funded: 'Paid, choosing a network',
  ordered: 'Ordered',
  ready: 'Ready to install',
  installed: 'Installed, switching on',
  active: 'On',
  finishing: 'Settling',
  settled: 'Finished',
  refunding: 'Money on its way back',
  refunded: 'Money returned',
  lapsed: 'Not paid in time',
}

/** The state as the heading of the purchase's page. */
export const HEADINGS: Readonly<Record<IntentStateWord, string>> = {
  drafted: 'Waiting for the payment',
  funded: 'Paid, choosing a network',
  ordered: 'Your eSIM is being made',
  ready: 'Ready to install',
  installed: 'Installed, switching on',
  active: 'Service is on',
  finishing: 'Settling',
  settled: 'Finished and settled',
  refunding: 'Your money is coming back',
  refunded: 'Your money is back',
  lapsed: 'Not paid in time',
}

/** Whether the whole amount can be taken back at once, without anybody's consent. */
export function isHeld(state: IntentStateWord): boolean {
  return state === 'funded' || state === 'ordered' || state === 'ready' || state === 'installed'
}

/** Whether nothing more will happen by itself. */
export function isOver(state: IntentStateWord): boolean {
  return state === 'settled' || state === 'refunded' || state === 'lapsed'
}
