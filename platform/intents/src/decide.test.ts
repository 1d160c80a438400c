import { INTENT_STATES, type IntentState, type TermsJson } from '@gesim/journey'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Cause, decide, type IntentFacts } from './decide.ts'

const NOW = 1_800_000_000
const facts = (state: IntentState, changes: Partial<IntentFacts> = {}): IntentFacts => ({
  state,
  priceMicros: 3_000_000n,
  provisionBy: NOW + 600,
  deadline: NOW + 86_400,
  refusedBooks: [],
  switchWanted: false,
  noCarrier: false,
  renewedDays: null,
  byOrder: false,
  book: null,
  terms: {} as TermsJson,
  ...changes,
})
const tx = { txHash: '0xaa', gasUsed: '1' } as const
const funded = (micros: string): Cause => ({
  kind: 'intent.funded',
  body: { payer: '0x01', fundedMicros: micros, ...tx },
})
const causes: Cause[] = [
  funded('3000000'),
  { kind: 'entitled' },
  { kind: 'switch.decided', body: { book: 1, reason: 'best', scores: [] } },
  { kind: 'switch.decided', body: { book: null, reason: 'none left', scores: [] } },
  { kind: 'profile.ordered', body: { book: 1, attempt: 1 } },
  { kind: 'order.failed', body: { book: 1, attempt: 1, code: 'provisioner.no-answer' } },
  { kind: 'profile.ready', body: { book: 1, attempt: 1 } },
  { kind: 'profile.downloaded', body: { book: 1 } },
  { kind: 'profile.installed', body: { book: 1, receiptDigest: '0xdd', evidence: '0xee' } },
  { kind: 'intent.activated', body: { book: 1, index: 0, activatedAt: NOW, ...tx } },
  { kind: 'service.connected', body: { book: 1 } },
  { kind: 'wish.finish' },
  { kind: 'timer.lapse' },
  { kind: 'unpaid' },
  { kind: 'timer.provision' },
  { kind: 'timer.deadline' },
  { kind: 'intent.refunded', body: { refundedMicros: '3000000', ...tx } },
  { kind: 'intent.closed', body: { chargedMicros: '1', refundedMicros: '2', reason: 1, ...tx } },
]

test('a purchase without trouble walks through every state', () => {
  const walk: [Cause, IntentState, string[]][] = [
    [funded('3000000'), 'funded', ['check-entitlement', 'wait']],
    [{ kind: 'entitled' }, 'funded', ['ask-switch']],
    [{ kind: 'switch.decided', body: { book: 1, reason: 'best', scores: [] } }, 'funded', []],
    [{ kind: 'profile.ordered', body: { book: 1, attempt: 1 } }, 'ordered', []],
    [{ kind: 'profile.ready', body: { book: 1, attempt: 1 } }, 'ready', []],
    [{ kind: 'profile.downloaded', body: { book: 1 } }, 'ready', []],
    [
      { kind: 'profile.installed', body: { book: 1, receiptDigest: '0xdd', evidence: '0xee' } },
      'installed',
      [],
    ],
    [{ kind: 'intent.activated', body: { book: 1, index: 0, activatedAt: NOW, ...tx } }, 'active', ['wait']],
    [{ kind: 'service.connected', body: { book: 1 } }, 'active', []],
    [{ kind: 'wish.finish' }, 'finishing', ['end-service']],
    [
      { kind: 'intent.closed', body: { chargedMicros: '1', refundedMicros: '2', reason: 1, ...tx } },
      'settled',
      [],
    ],
  ]
  let state: IntentState = 'drafted'
  for (const [cause, to, wishes] of walk) {
    const decision = decide(facts(state), cause, NOW)
    state = decision.set.state ?? state
    expect([cause.kind, state, (decision.wishes ?? []).map((wish) => wish.do)]).toEqual([
      cause.kind,
      to,
      wishes,
    ])
  }
})

test('an underpaid purchase orders nothing until the rest is there', () => {
  const first = decide(facts('drafted'), funded('2999999'), NOW)
  expect(first.set).toMatchObject({ state: 'funded', failure: { code: 'intents.underpaid' } })
  expect(first.wishes?.map((wish) => wish.do)).toEqual(['wait'])
  const rest = decide(facts('funded'), funded('3000000'), NOW)
  expect(rest.set.failure).toBeNull()
  expect(rest.wishes?.map((wish) => wish.do)).toContain('check-entitlement')
})

test('a failed order goes back to choosing, with the same intent and no transaction', () => {
  const failed = decide(facts('ordered', { book: 1 }), causes[5]!, NOW)
  expect(failed.set).toMatchObject({ state: 'funded', refusedBook: 1 })
  expect(failed.wishes ?? []).toEqual([])
})

test('when nobody is left the money waits for the deadline and then comes back by itself', () => {
  const none = causes[3]!
  expect(decide(facts('funded'), none, NOW).wishes ?? []).toEqual([])
  const tooLate = decide(facts('funded', { provisionBy: NOW - 1 }), none, NOW)
  expect([tooLate.set.state, tooLate.wishes]).toMatchObject(['refunding', [{ do: 'refund' }]])
  // The timer that comes after it asks for nothing again.
  const after = facts('refunding', { provisionBy: NOW - 1, noCarrier: true })
  expect(decide(after, { kind: 'timer.provision' }, NOW).wishes ?? []).toEqual([])
  for (const state of ['funded', 'ordered', 'ready', 'installed'] as const) {
    const late = decide(facts(state, { provisionBy: NOW - 1 }), { kind: 'timer.provision' }, NOW)
    expect([late.set.state, late.wishes?.[0]?.do]).toEqual(['refunding', 'refund'])
  }
})

test('a timer that fires too early waits again', () => {
  expect(decide(facts('ready'), { kind: 'timer.provision' }, NOW).wishes).toEqual([
    { do: 'wait', until: NOW + 601, timer: 'timer.provision' },
  ])
  expect(decide(facts('active'), { kind: 'timer.deadline' }, NOW).wishes?.[0]?.do).toBe('wait')
})

test('the chain has the last word over a refund that was wished for a moment before', () => {
  expect(decide(facts('refunding'), causes[9]!, NOW).set.state).toBe('active')
})

test('no cause moves what is settled or refunded, and service never ends twice', () => {
  for (const cause of causes) {
    for (const state of ['settled', 'refunded'] as const) {
      const decision = decide(facts(state), cause, NOW + 100_000)
      expect([cause.kind, decision.set.state, decision.wishes ?? []]).toEqual([cause.kind, undefined, []])
    }
    const again = decide(facts('finishing'), cause, NOW + 100_000)
    expect(again.wishes?.some((wish) => wish.do === 'end-service') ?? false).toBe(false)
  }
})

test('what the chain undoes takes the purchase back one step', () => {
  const undone = (event: string): Cause => ({
    kind: 'chain.undone',
    body: { seq: '1', event, txHash: '0xaa', block: 1 },
  })
  expect(decide(facts('ready'), undone('IntentFunded'), NOW).set.state).toBe('drafted')
  expect(decide(facts('active'), undone('IntentActivated'), NOW).set.state).toBe('installed')
  expect(decide(facts('settled'), undone('IntentClosed'), NOW).set.state).toBe('finishing')
  expect(decide(facts('refunded'), undone('IntentRefunded'), NOW).wishes?.[0]?.do).toBe('refund')
})

test('whatever happens in whatever order: at most one of refund and service, and known states only', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(causes.length - 1), { maxLength: 40 }), (order) => {
      let state: IntentState = 'drafted'
      let switchWanted = false
      let ended = 0
      let refunded = 0
      for (const n of order) {
        const cause = causes[n]!
        // The chain cannot close or activate what it has given back, nor give back what it has opened.
        if (cause.kind === 'intent.activated' && refunded) continue
        if (cause.kind === 'intent.refunded' && ['active', 'finishing', 'settled'].includes(state)) continue
        const decision = decide(
          facts(state, { switchWanted, provisionBy: NOW - 1, deadline: NOW - 1 }),
          cause,
          NOW,
        )
        state = decision.set.state ?? state
        switchWanted = decision.set.switchWanted ?? switchWanted
        ended += decision.wishes?.filter((wish) => wish.do === 'end-service').length ?? 0
        if (cause.kind === 'intent.refunded' && state === 'refunded') refunded++
        expect(INTENT_STATES).toContain(state)
      }
      expect(ended).toBeLessThanOrEqual(1)
      if (refunded) expect(ended).toBe(0)
    }),
    { numRuns: 500 },
  )
})
