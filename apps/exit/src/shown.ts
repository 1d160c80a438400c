import {
  type Alone,
  type Belongings,
  callOfOwed,
  callOfSending,
  callsOf,
  type Ether,
  type ExitChain,
  type IntentStanding,
  OWED_FROM,
  type OwedFrom,
  owedMicros,
  type Reason,
  receiverFault,
  type Step,
  type WayOut,
  wayOut,
} from '@gesim/proofs/exit'
import encodeQR from 'qr'
import { isAddress } from 'viem'
import { field } from './ask.ts'
import { code, el, svg } from './element.ts'
import { countdown, etherUp, usdc, when } from './shape.ts'
import type { Say, Words } from './words/index.ts'

/** Calls that the reader wants made. */
export interface Doing {
  readonly calls: Parameters<typeof import('@gesim/proofs/exit').sendAlone>[2]
}

export interface Shown {
  readonly chain: ExitChain
  readonly alone: Alone
  readonly mine: Belongings
  readonly ether: Ether
  readonly readAtMs: number
  readonly isBusy: boolean
}

const BUTTONS: Readonly<Record<Step['kind'], keyof Words>> = {
  refund: 'doRefund',
  'take-final': 'doTakeFinal',
  demand: 'doDemand',
  'end-demand': 'doEndDemand',
  'request-exit': 'doRequestExit',
  'finalize-exit': 'doFinalizeExit',
}

const REASONS: Readonly<Record<Reason, keyof Words>> = {
  ready: 'whyReady',
  'two-steps': 'whyTwoSteps',
  'leaf-hidden': 'whyHidden',
  'answer-due': 'whyAnswerDue',
  'exit-time': 'whyExitTime',
  'posting-window': 'whyPostingWindow',
  'book-short': 'whyBookShort',
  'window-full': 'whyWindowFull',
  'bond-missing': 'whyBondMissing',
  'terms-missing': 'whyTermsMissing',
  'nothing-left': 'whyNothingLeft',
  unpaid: 'whyUnpaid',
  over: 'whyOver',
  unknown: 'whyUnknown',
}

const STATES: Readonly<Record<IntentStanding['state'], keyof Words>> = {
  none: 'stateOther',
  created: 'stateOther',
  held: 'stateHeld',
  open: 'stateOpen',
  exiting: 'stateExiting',
  closed: 'stateClosed',
}

const OWED: Readonly<Record<OwedFrom, keyof Words>> = {
  escrow: 'owedEscrow',
  demands: 'owedDemands',
  credit: 'owedCredit',
}

/** A block older than this is no newest one of a chain that lives. */
const STALE_SECONDS = 15 * 60

/** Everything that is the reader's, what can be done about it, and when. */
export function shownView(say: Say, tag: string, shown: Shown, onDo: (doing: Doing) => void): HTMLElement[] {
  const { chain, mine, ether } = shown
  const ways = mine.intents.map(
    (intent) => [intent, wayOut(intent, chain.times, mine.chainNow, mine.purse.walletMicros)] as const,
  )
  const owed = OWED_FROM.filter((from) => owedMicros(from, mine.purse) > 0n)
  const isAnything =
    owed.length > 0 || mine.purse.walletMicros > 0n || ways.some(([, way]) => way.amountMicros > 0n)
  // What needs a hand first; what is over last.
  const sorted = [...ways].sort(([, a], [, b]) => rank(a) - rank(b))
  return [
    accountCard(say, tag, shown),
    ...(isAnything && ether.hasWei < ether.enoughWei ? [feeCard(say, shown)] : []),
    ...sorted.map(([intent, way]) => intentCard(say, tag, shown, intent, way, onDo)),
    ...(ways.length === 0
      ? [
          el(
            'section',
            { class: 'card', id: 'nothing' },
            el('h2', {}, say('nothing')),
            el('p', {}, say('nothingSays')),
          ),
        ]
      : []),
    ...owed.map((from) => owedCard(say, tag, shown, from, onDo)),
    ...(mine.purse.walletMicros > 0n ? [sendCard(say, tag, shown, onDo)] : []),
  ]
}

function rank({ step, nextAt, reason }: WayOut): number {
  if (step) return 0
  if (nextAt !== null) return 1
  return reason === 'over' ? 3 : 2
}

function accountCard(say: Say, tag: string, { alone, mine, readAtMs }: Shown): HTMLElement {
  const isStale = readAtMs / 1000 - mine.chainNow > STALE_SECONDS
  return el(
    'section',
    { class: 'card', id: 'account-card', 'data-account': alone.account },
    el('h2', {}, say('yours')),
    el('p', {}, code(alone.account)),
    el('p', { class: 'small' }, say('wallet')),
    el(
      'p',
      { class: 'amount', id: 'wallet', 'data-micros': String(mine.purse.walletMicros) },
      money(mine.purse.walletMicros, tag),
    ),
    isStale
      ? el('p', { class: 'note wait' }, say('stale', { time: when(mine.chainNow, tag) }))
      : el('p', { class: 'small' }, say('asOf', { time: when(mine.chainNow, tag) })),
  )
}

function money(micros: bigint, tag: string): HTMLElement {
  return el('bdi', { dir: 'ltr' }, `${usdc(micros, tag)} USDC`)
}

function feeCard(say: Say, { alone, chain, ether }: Shown): HTMLElement {
  const { address } = alone.owner
  const { chainId } = chain.network
  const amount = etherUp(ether.enoughWei - ether.hasWei)
  const rows = encodeQR(`ethereum:${address}@${chainId}`, 'raw', { ecc: 'medium', border: 4 })
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  return el(
    'section',
    { class: 'card', id: 'fee' },
    el('h2', {}, say('fee')),
    el('p', {}, say('feeSays', { amount, chain: chainId })),
    el('p', { id: 'owner' }, code(address)),
    svg(
      'svg',
      { class: 'qr', role: 'img', 'aria-label': say('feeQr'), viewBox: `0 0 ${rows.length} ${rows.length}` },
      svg('path', { d: path, fill: '#000000', 'shape-rendering': 'crispEdges' }),
    ),
    el('p', { class: 'small' }, say('feeHas', { amount: etherUp(ether.hasWei) })),
  )
}

function intentCard(
  say: Say,
  tag: string,
  shown: Shown,
  intent: IntentStanding,
  way: WayOut,
  onDo: (doing: Doing) => void,
): HTMLElement {
  const { chain, isBusy, mine } = shown
  const { step } = way
  const id = intent.intentId.slice(2, 10)
  return el(
    'section',
    { class: 'card', 'data-intent': intent.intentId, 'data-state': intent.state, 'data-reason': way.reason },
    el('h2', {}, say('purchase', { id })),
    el(
      'dl',
      {},
      el(
        'div',
        {},
        el('dt', {}, say(STATES[intent.state])),
        el('dd', {}, say('paid'), ': ', money(intent.fundedMicros, tag)),
      ),
      way.amountMicros > 0n &&
        el(
          'div',
          {},
          el('dt', {}, say(way.reason === 'ready' ? 'back' : 'backAtMost')),
          el('dd', { class: 'amount' }, money(way.amountMicros, tag)),
        ),
    ),
    el(
      'p',
      { class: step ? 'note good' : way.nextAt === null ? 'note' : 'note wait' },
      why(say, tag, intent, way, shown),
    ),
    way.moneyAt !== null && way.moneyAt > mine.chainNow
      ? el('p', { class: 'small' }, say('moneyBy', { time: when(way.moneyAt, tag) }))
      : null,
    way.nextAt !== null &&
      el(
        'p',
        { class: 'small', 'data-until': way.nextAt },
        say('next', { time: countdown(way.nextAt - mine.chainNow, tag) }),
      ),
    step &&
      el(
        'button',
        {
          id: `do-${id}`,
          'data-step': step.kind,
          disabled: isBusy,
          onclick: () => onDo({ calls: callsOf(step, intent, chain.network) }),
        },
        say(BUTTONS[step.kind]),
      ),
  )
}

function why(
  say: Say,
  tag: string,
  intent: IntentStanding,
  { reason, step }: WayOut,
  { chain }: Shown,
): string {
  const amount = usdc(
    step?.kind === 'demand' ? step.bondMicros : intent.fundedMicros - intent.settledMicros,
    tag,
  )
  if (step?.kind === 'end-demand') return say('whyUnanswered')
  if (reason === 'two-steps') return say('whyTwoSteps', { time: countdown(chain.times.exitSeconds, tag) })
  return say(REASONS[reason], { amount })
}

function owedCard(
  say: Say,
  tag: string,
  shown: Shown,
  from: OwedFrom,
  onDo: (doing: Doing) => void,
): HTMLElement {
  const { alone, chain, isBusy, mine } = shown
  const amount = owedMicros(from, mine.purse)
  const call = callOfOwed(from, amount, alone.account, chain.network)
  return el(
    'section',
    { class: 'card', 'data-owed': from },
    el('h2', {}, say(OWED[from])),
    el('p', { class: 'amount' }, money(amount, tag)),
    el(
      'button',
      { id: `owed-${from}`, disabled: isBusy, onclick: () => onDo({ calls: [call] }) },
      say('bring'),
    ),
  )
}

/** Kept between drawings, so that looking again does not empty the field. */
let receiver = ''

function sendCard(say: Say, tag: string, shown: Shown, onDo: (doing: Doing) => void): HTMLElement {
  const { alone, chain, isBusy, mine } = shown
  const amount = mine.purse.walletMicros
  const input = el('input', {
    class: 'mono',
    dir: 'ltr',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: '0x',
  })
  input.value = receiver
  input.addEventListener('input', () => {
    receiver = input.value
  })
  const wrong = el('p', { class: 'note bad', hidden: true, id: 'to-wrong' })
  const form = el(
    'form',
    { class: 'card', id: 'send', novalidate: true },
    el('h2', {}, say('send')),
    field('to', say('sendTo'), say('sendHelp', { chain: chain.network.chainId }), input),
    wrong,
    el(
      'button',
      { type: 'submit', id: 'send-all', disabled: isBusy },
      say('sendAll', { amount: usdc(amount, tag) }),
    ),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const to = receiver.trim()
    if (isAddress(to) && receiverFault(to, alone.account, chain.network) === null) {
      wrong.hidden = true
      onDo({ calls: [callOfSending(to, amount, chain.network)] })
      return
    }
    wrong.textContent = say(isAddress(to) ? 'badReceiver' : 'badAddress')
    wrong.hidden = false
    input.focus()
  })
  return form
}
