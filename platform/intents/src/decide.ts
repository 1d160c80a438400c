import type {
  ChoiceFacts,
  EventBodies,
  EventKind,
  Hex,
  IntentState,
  TermsJson,
  TimelineStep,
} from '@gesim/journey'

/** What the rules look at. Amounts in micro-USDC. */
export interface IntentFacts {
  readonly state: IntentState
  readonly priceMicros: bigint
  readonly provisionBy: number
  readonly deadline: number
  readonly refusedBooks: readonly number[]
  readonly switchWanted: boolean
  readonly noCarrier: boolean
  readonly book: number | null
  readonly terms: TermsJson
  /** Of a plan that renewed itself: its days, which count from the activation. Null: bought by hand. */
  readonly renewedDays: number | null
  /** The order that asked for its payment is there: that one asks the chain before it gives the payment up. */
  readonly byOrder: boolean
}

/** Something that happened: an event of the journal, a timer, or the traveller's wish. */
export type Cause =
  | { [Kind in EventKind]: { kind: Kind; body: EventBodies[Kind] } }[EventKind]
  | { kind: 'timer.lapse' }
  | { kind: 'timer.provision' }
  | { kind: 'timer.deadline' }
  | { kind: 'wish.finish' }
  /** A payment that was signed ahead is not on the chain, and will not be made by us. */
  | { kind: 'unpaid' }
  | { kind: 'entitled' }

/** What shall happen beside the move; the shell carries it out in the same transaction. */
export type Wish =
  /** Check that the payer holds the soulbound token. */
  | { do: 'check-entitlement' }
  | { do: 'ask-switch' }
  | { do: 'refund'; why: string }
  | { do: 'end-service'; why: string }
  /** Wake at this time (seconds). */
  | { do: 'wait'; until: number; timer: 'timer.provision' | 'timer.deadline' }

/** A step for the timeline. */
export interface Step {
  readonly step: TimelineStep
  readonly actor: 'you' | 'gesim' | 'carrier' | 'device' | 'chain'
  readonly txHash?: Hex
  readonly gasUsed?: string
  readonly note?: string
}

/** Fields of the row that change. */
export interface Changes {
  readonly state?: IntentState
  readonly book?: number
  readonly deadline?: number
  readonly carrierWhy?: string
  /** Null: of an older version, which told none. */
  readonly carrierFacts?: ChoiceFacts | null
  readonly refusedBook?: number
  readonly switchWanted?: boolean
  readonly noCarrier?: boolean
  readonly fundedMicros?: string
  readonly chargedMicros?: string
  readonly refundedMicros?: string
  readonly receiptDigest?: Hex
  readonly usage?: EventBodies['usage.recorded']
  /** Null: what failed before no longer matters. */
  readonly failure?: { readonly code: string; readonly note?: string } | null
}

export interface Decision {
  readonly set: Changes
  readonly steps?: readonly Step[]
  readonly wishes?: readonly Wish[]
}

const DAY_SECONDS = 86_400
const NOTHING: Decision = { set: {} }
/** The money is in escrow and no carrier has a claim on it. */
const HELD: readonly IntentState[] = ['funded', 'ordered', 'ready', 'installed', 'refunding']
/** A carrier may still deliver. */
const WAITING: readonly IntentState[] = ['funded', 'ordered', 'ready', 'installed']

/**
 * The life of an intent: from a state and a cause to the next state and what is wished. Pure. A cause that does not fit
 * the state changes nothing: events come again after a crash, and late.
 */
export function decide(facts: IntentFacts, cause: Cause, nowSeconds: number): Decision {
  const { state } = facts
  switch (cause.kind) {
    case 'intent.funded':
      return funded(facts, cause.body, nowSeconds)

    case 'entitled':
      if (state !== 'funded' || facts.switchWanted) return NOTHING
      return { set: { switchWanted: true }, wishes: [{ do: 'ask-switch' }] }

    case 'switch.decided':
      if (!WAITING.includes(state)) return NOTHING
      if (cause.body.book === null) {
        const none = { noCarrier: true, failure: { code: 'intents.no-carrier', note: cause.body.reason } }
        // Until the time is over another carrier may come; then the timer asks for the money, and here nobody does again.
        if (facts.provisionBy >= nowSeconds) return { set: none }
        const back = refunding('no carrier could deliver')
        return { ...back, set: { ...none, ...back.set } }
      }
      return {
        set: {
          book: cause.body.book,
          carrierWhy: cause.body.reason,
          carrierFacts: cause.body.facts ?? null,
          noCarrier: false,
        },
      }

    case 'profile.ordered':
      if (state !== 'funded' && state !== 'ordered') return NOTHING
      return {
        set: { state: 'ordered', book: cause.body.book },
        steps: [{ step: 'ordered', actor: 'gesim' }],
      }

    case 'order.failed':
      if (!WAITING.includes(state)) return NOTHING
      // Fail-over needs no transaction and no new intent: another carrier of the same list is asked.
      return {
        set: { state: 'funded', refusedBook: cause.body.book, failure: { code: cause.body.code } },
      }

    case 'profile.ready':
      if (state !== 'ordered' && state !== 'funded') return NOTHING
      return {
        set: { state: 'ready', book: cause.body.book, failure: null },
        steps: [{ step: 'ready', actor: 'carrier' }],
      }

    case 'profile.downloaded':
      if (!WAITING.includes(state) && state !== 'active') return NOTHING
      return { set: {}, steps: [{ step: 'downloaded', actor: 'device' }] }

    case 'profile.installed':
      if (!WAITING.includes(state)) return NOTHING
      return {
        set: { state: 'installed', receiptDigest: cause.body.receiptDigest, failure: null },
        steps: [{ step: 'installed', actor: 'device' }],
      }

    case 'intent.activated':
      // The chain has the last word, also over a refund that was wished for a moment earlier.
      if (!HELD.includes(state)) return NOTHING
      return activated(facts, cause.body)

    case 'service.connected':
      if (state !== 'active' && state !== 'finishing') return NOTHING
      return { set: {}, steps: [{ step: 'connected', actor: 'device' }] }

    case 'usage.recorded':
      if (state === 'active' && cause.body.exhausted)
        return {
          set: { state: 'finishing', usage: cause.body },
          wishes: [{ do: 'end-service', why: 'the data is used up' }],
        }
      return { set: { usage: cause.body } }

    case 'charge.posted':
      return { set: { chargedMicros: cause.body.amountMicros } }

    case 'wish.finish':
      if (state !== 'active') return NOTHING
      return { set: { state: 'finishing' }, wishes: [{ do: 'end-service', why: 'the traveller finished' }] }

    case 'timer.deadline':
      if (state !== 'active') return NOTHING
      if (facts.deadline > nowSeconds)
        return { set: {}, wishes: [{ do: 'wait', until: facts.deadline, timer: 'timer.deadline' }] }
      return { set: { state: 'finishing' }, wishes: [{ do: 'end-service', why: 'the time is over' }] }

    case 'timer.provision':
      if (!WAITING.includes(state)) return NOTHING
      // The chain gives the money back to others than the payer only after this second.
      if (facts.provisionBy >= nowSeconds)
        return { set: {}, wishes: [{ do: 'wait', until: facts.provisionBy + 1, timer: 'timer.provision' }] }
      return refunding('no carrier delivered in time')

    case 'timer.lapse':
      return state === 'drafted' && !facts.byOrder ? { set: { state: 'lapsed' } } : NOTHING

    case 'unpaid':
      return state === 'drafted' ? { set: { state: 'lapsed' } } : NOTHING

    case 'refund.wanted':
      return NOTHING

    case 'intent.refunded':
      if (!HELD.includes(state) && state !== 'drafted' && state !== 'lapsed') return NOTHING
      return {
        set: { state: 'refunded', refundedMicros: cause.body.refundedMicros, failure: null },
        steps: [{ step: 'refunded', actor: 'chain', txHash: cause.body.txHash, gasUsed: cause.body.gasUsed }],
      }

    case 'intent.closed':
      if (state !== 'active' && state !== 'finishing') return NOTHING
      return {
        set: {
          state: 'settled',
          chargedMicros: cause.body.chargedMicros,
          refundedMicros: cause.body.refundedMicros,
          failure: null,
        },
        steps: [{ step: 'settled', actor: 'chain', txHash: cause.body.txHash, gasUsed: cause.body.gasUsed }],
      }

    case 'transaction.refused':
      return transactionRefused(facts, cause.body)

    case 'chain.undone':
      return undone(facts, cause.body)

    default:
      return NOTHING
  }
}

function funded(facts: IntentFacts, body: EventBodies['intent.funded'], nowSeconds: number): Decision {
  const { state } = facts
  if (state !== 'drafted' && state !== 'lapsed' && state !== 'funded') {
    // A top-up changes the deposit and nothing else.
    return { set: { fundedMicros: body.fundedMicros } }
  }
  const paid: Step = { step: 'paid', actor: 'you', txHash: body.txHash, gasUsed: body.gasUsed }
  const wait: Wish = {
    do: 'wait',
    until: Math.max(facts.provisionBy + 1, nowSeconds),
    timer: 'timer.provision',
  }
  const enough = BigInt(body.fundedMicros) >= facts.priceMicros
  return {
    set: {
      state: 'funded',
      fundedMicros: body.fundedMicros,
      failure: enough ? null : { code: 'intents.underpaid' },
    },
    steps: [paid],
    wishes: enough && !facts.switchWanted ? [{ do: 'check-entitlement' }, wait] : [wait],
  }
}

/**
 * The terms of a plan that renewed itself were signed long before, so that their deadline lies behind the last day on which it
 * could have been bought; its days are those that the plan promises, from the activation on.
 */
function activated(facts: IntentFacts, body: EventBodies['intent.activated']): Decision {
  const { renewedDays, terms } = facts
  const deadline =
    renewedDays === null
      ? facts.deadline
      : Math.min(terms.deadline, body.activatedAt + renewedDays * DAY_SECONDS)
  return {
    set: { state: 'active', book: body.book, failure: null, ...(renewedDays === null ? {} : { deadline }) },
    wishes: [{ do: 'wait', until: deadline, timer: 'timer.deadline' }],
  }
}

function refunding(why: string): Decision {
  return {
    set: { state: 'refunding' },
    steps: [{ step: 'refunding', actor: 'gesim', note: why }],
    wishes: [{ do: 'refund', why }],
  }
}

function transactionRefused(facts: IntentFacts, body: EventBodies['transaction.refused']): Decision {
  const failure = { code: 'intents.transaction-refused', note: `${body.key.split(':')[0]}: ${body.code}` }
  // A refund that is refused because the intent was activated or refunded meanwhile is answered by that event.
  if (facts.state === 'settled' || facts.state === 'refunded') return NOTHING
  // Somebody else was faster, and the chain has said so.
  if (body.key.startsWith('renewal.wanted:') && facts.state !== 'drafted') return NOTHING
  // A payment that was signed ahead will not be made by us; its order may find that somebody else has made it.
  if (facts.state === 'drafted' && facts.renewedDays !== null && !facts.byOrder)
    return { set: { state: 'lapsed', failure } }
  return { set: { failure } }
}

/** A log that had become an event is gone from the chain: back to where the purchase stood before it. */
function undone(facts: IntentFacts, body: EventBodies['chain.undone']): Decision {
  const failure = { code: 'intents.undone', note: body.event }
  if (body.event === 'IntentFunded' && WAITING.includes(facts.state))
    return { set: { state: 'drafted', fundedMicros: '0', switchWanted: false, failure } }
  if (body.event === 'IntentActivated' && (facts.state === 'active' || facts.state === 'finishing'))
    return { set: { state: 'installed', failure } }
  if (body.event === 'IntentRefunded' && facts.state === 'refunded')
    return {
      set: { state: 'refunding', refundedMicros: '0', failure },
      wishes: [{ do: 'refund', why: 'the refund was undone by the chain' }],
    }
  if (body.event === 'IntentClosed' && facts.state === 'settled')
    return { set: { state: 'finishing', failure } }
  return { set: { failure } }
}
