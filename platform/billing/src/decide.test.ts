import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accounts, isInEscrow } from './accounts.ts'
import type { Purse, Transfer } from './decide.ts'
import {
  onActivated,
  onCharged,
  onClosed,
  onFunded,
  onGas,
  onPaid,
  onRefunded,
  onRelayerPaid,
  onSwept,
} from './decide.ts'

const BOOK = 2
const held: Purse = { book: null, fundedMicros: 100n, activated: false, chargedMicros: 0n, final: false }
const open: Purse = { ...held, book: BOOK, activated: true }

function balancesAfter(...moves: Transfer[][]): Map<string, bigint> {
  const balances = new Map<string, bigint>()
  for (const { from, to, amountMicros } of moves.flat()) {
    balances.set(from, (balances.get(from) ?? 0n) - amountMicros)
    balances.set(to, (balances.get(to) ?? 0n) + amountMicros)
  }
  return balances
}

describe('movements of money', () => {
  it('what a relayer is paid for an epoch leaves what the treasury collected', () => {
    const balances = balancesAfter(onSwept('escrow', 700n), onRelayerPaid(500n))
    expect(balances.get(accounts.treasury)).toBe(200n)
    expect(balances.get(accounts.relayers)).toBe(500n)
    expect(isInEscrow(accounts.relayers)).toBe(false)
  })

  it('go to Held while no carrier is chosen and to the book afterwards', () => {
    expect(onFunded({ ...held, fundedMicros: 0n }, 100n)[0]).toMatchObject({ to: accounts.held })
    expect(onFunded(open, 150n)[0]).toMatchObject({ to: accounts.book(BOOK), amountMicros: 50n })
    expect(onFunded(open, 100n)).toEqual([])
  })

  it('open once', () => {
    expect(onActivated(held, BOOK)).toHaveLength(1)
    expect(onActivated(open, BOOK)).toEqual([])
  })

  it('charge what is new, and set the remainder aside once the usage is final', () => {
    const [charge, rest] = onCharged({ ...open, chargedMicros: 30n }, 40n, true)
    expect(charge).toMatchObject({ to: accounts.payable(BOOK), amountMicros: 10n })
    expect(rest).toMatchObject({ to: accounts.remainders, amountMicros: 60n })
    expect(onCharged({ ...open, chargedMicros: 40n, final: true }, 40n, true)).toEqual([])
  })

  it('never lower a charge and never exceed the deposit', () => {
    expect(() => onCharged({ ...open, chargedMicros: 30n }, 29n, false)).toThrow('billing.charge-fell')
    expect(() => onCharged(open, 101n, false)).toThrow('billing.over-charged')
  })

  it('refuse a close that is not what was paid in', () => {
    expect(() => onClosed(open, 40n, 59n)).toThrow('billing.close-unbalanced')
  })

  it('name the till that fees were swept from', () => {
    expect(onSwept('escrow', 5n)[0]!.from).toBe(accounts.fees)
    expect(onSwept('paymaster', 5n)[0]!.from).toBe(accounts.gasRevenue)
    expect(onGas(3n, 1n).map((one) => one.to)).toEqual([accounts.gasRevenue, accounts.gasRevenue])
  })

  it('leave nothing of a refund while Held', () => {
    const balances = balancesAfter(onFunded({ ...held, fundedMicros: 0n }, 100n), onRefunded(100n))
    expect([...balances.values()].every((balance) => balance === 0n)).toBe(true)
  })

  it('empty the escrow over a whole life, whatever is charged at the close', () => {
    const amounts = fc.tuple(fc.bigInt(1n, 10n ** 12n), fc.nat(100), fc.nat(100), fc.boolean())
    fc.assert(
      fc.property(amounts, ([funded, chargedPercent, closedPercent, final]) => {
        const charged = (funded * BigInt(chargedPercent)) / 100n
        const closed = (funded * BigInt(closedPercent)) / 100n
        const fee = closed / 100n
        const purse = { ...open, fundedMicros: funded }
        const balances = balancesAfter(
          onFunded({ ...held, fundedMicros: 0n }, funded),
          onActivated({ ...held, fundedMicros: funded }, BOOK),
          onCharged(purse, charged, final),
          onClosed({ ...purse, chargedMicros: charged, final }, closed, funded - closed),
          onPaid(BOOK, closed, fee),
          onSwept('escrow', fee),
        )
        const inEscrow = [...balances].filter(([account]) => isInEscrow(account))
        expect(inEscrow.every(([, balance]) => balance === 0n)).toBe(true)
        expect(balances.get(accounts.travellers) ?? 0n).toBe(-closed)
        expect((balances.get(accounts.paid(BOOK)) ?? 0n) + (balances.get(accounts.treasury) ?? 0n)).toBe(
          closed,
        )
      }),
    )
  })
})
