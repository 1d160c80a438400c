import { expect, test } from 'vitest'
import type { Hex, Renewal } from '../../api/shapes.ts'
import { signedPayments } from './signed-payments.ts'

const NOW = 1_900_000_000
const id = (n: number): Hex => `0x${String(n).repeat(64)}`
const payer: Hex = `0x${'a1'.repeat(20)}`
const part = (n: number, state: Renewal['parts'][number]['state']) => ({
  intentId: id(n),
  terms: { payer },
  state,
})
const renewal = {
  until: NOW + 60,
  parts: [part(1, 'paid'), part(2, 'asked'), part(3, 'waiting'), part(4, 'waiting')],
} as unknown as Renewal

/** A chain on which 2 was made, 3 was made void, and 4 was not seen. */
const chain = {
  isUsed: async (account: Hex, intentId: Hex) =>
    account === payer && [id(1), id(2), id(3)].includes(intentId),
  isPaid: async (intentId: Hex) => [id(1), id(2)].includes(intentId),
}

test('a used payment was made where the escrow got its money, and is void only where it does not', async () => {
  expect(await signedPayments(renewal, chain, NOW * 1000)).toEqual({
    open: [id(4)],
    paid: [id(2)],
    cancelled: [id(3)],
  })
})

test('after its last second nothing that was signed is of use to anybody', async () => {
  expect(await signedPayments(renewal, chain, (NOW + 60) * 1000)).toEqual({
    open: [],
    paid: [],
    cancelled: [],
  })
})
