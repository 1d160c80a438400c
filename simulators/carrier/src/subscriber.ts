import { createHmac, randomBytes, randomInt } from 'node:crypto'
import { fromBase64, fromHex, refuse, toHex } from '@gesim/base'
import { opcOf } from '@gesim/euicc'
import { luhnDigit, personalise, writeUsimProfile } from '@gesim/saip'
import { keccak256 } from 'viem'
import type { State, Subscription } from './state.ts'

type Hex = `0x${string}`

/** Sequence numbers begin at SEQ 1, index 0: cards take SEQ above what they remember, which is 0. */
const FIRST_SQN = '32'

/** Draws a subscriber with identifiers and keys that nobody had before. */
export function drawSubscription(
  state: State,
  own: { plmn: string; book: number; profileType: string },
): Subscription {
  const ki = randomBytes(16)
  const op = randomBytes(16)
  let iccid: string
  do {
    // 89: telecommunications; 999 is no country's code; then the book, so that carriers never meet.
    const payload = `89999${String(own.book % 1000).padStart(3, '0')}${digits(10)}`
    iccid = payload + luhnDigit(payload)
  } while (state.subscriptions[iccid])
  return {
    iccid,
    imsi: `${own.plmn}${digits(15 - own.plmn.length)}`,
    ki: toHex(ki),
    opc: toHex(opcOf(Uint8Array.from(ki), Uint8Array.from(op))),
    profileType: own.profileType,
    profileHash: `0x${'0'.repeat(64)}`,
    order: 'drawn',
    sqn: FIRST_SQN,
    installed: false,
    receiptPosted: false,
    funded: '0',
    service: 'off',
    cumBytes: 0,
    vouchedBytes: 0,
    usage: { seq: 0, signedBytes: 0, cdrRoot: `0x${'0'.repeat(64)}`, sinceSeconds: 0, finished: false },
  }
}

/** The subscriber's profile package: the template personalised, or a complete USIM profile of our own. The same each time. */
export function packageOf(subscription: Subscription, template: string, name: string): Uint8Array {
  const values = {
    iccid: subscription.iccid,
    imsi: subscription.imsi,
    ki: fromHex(subscription.ki),
    opc: fromHex(subscription.opc),
    serviceProviderName: name,
  }
  return template === '' ? writeUsimProfile(values) : personalise(fromBase64(template), values)
}

/** Refuses a template that cannot be personalised, before an order depends on it. Throws `carrier.not-a-profile`. */
export function requireTemplate(bytes: Uint8Array): void {
  try {
    const zero = new Uint8Array(16)
    personalise(bytes, { iccid: '8999900000000000001', imsi: '001010000000001', ki: zero, opc: zero })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.slice(0, 160) : ''
    throw refuse('carrier.not-a-profile', { why }, cause)
  }
}

export function hashOf(bytes: Uint8Array): Hex {
  return keccak256(bytes)
}

/**
 * A commitment to a number of a card. Keyed per purchase: whoever is shown the key of one purchase can check that one
 * and learns nothing of others; a bare hash could be tried out.
 */
export function commit(commitmentKey: string, intentId: Hex, what: 'iccid' | 'eid', number: string): Hex {
  const own = createHmac('sha256', fromHex(commitmentKey)).update(intentId).digest()
  return `0x${createHmac('sha256', own).update(`${what}|${number}`).digest('hex')}`
}

function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('')
}
