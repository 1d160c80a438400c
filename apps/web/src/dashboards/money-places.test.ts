import { describe, expect, it } from 'vitest'
import { accountName, moneyPlaces } from './money-places.ts'

const balances = (of: Record<string, string>) =>
  Object.entries(of).map(([account, balanceMicros]) => ({ account, balanceMicros }))

const amounts = (places: ReturnType<typeof moneyPlaces>) =>
  Object.fromEntries([...places.escrow, ...places.out].map((place) => [place.key, place.amountMicros]))

describe('where the money is', () => {
  it('accounts for everything that was paid in, in every stage of a purchase', () => {
    // One purchase of 5.00 settled (0.50 used, 0.01 of it our fee), one of 3.00 in use, one of 2.00 held.
    const places = moneyPlaces(
      balances({
        'traveller:wallets': '-5500000',
        'escrow:held': '2000000',
        'escrow:book:1': '3000000',
        'carrier:book:1:paid': '490000',
        'fees:escrow': '4000',
        'treasury:safe': '1006000',
        'paymaster:pools': '-1200000',
        'paymaster:revenue': '200000',
      }),
      4_500_000n,
    )
    expect(places.paidInMicros).toBe(10_000_000n)
    const shown = amounts(places)
    expect(shown).toEqual({
      held: 2_000_000n,
      open: 3_000_000n,
      due: 0n,
      returning: 0n,
      fees: 4000n,
      paid: 490_000n,
      relayers: 0n,
      returned: 4_500_000n,
      swept: 6000n,
    })
    expect(Object.values(shown).reduce((sum, one) => sum + one, 0n)).toBe(places.paidInMicros)
  })

  it('adds up the books of several carriers, and keeps due and paid apart', () => {
    const shown = amounts(
      moneyPlaces(
        balances({
          'carrier:book:1:payable': '1',
          'carrier:book:2:payable': '2',
          'carrier:book:2:paid': '4',
          'escrow:book:12': '8',
        }),
        0n,
      ),
    )
    expect(shown).toMatchObject({ due: 3n, paid: 4n, open: 8n })
  })

  it('calls accounts by words and leaves an unknown one as it is', () => {
    expect(accountName('carrier:book:2:payable')).toBe('Due to carrier 2')
    expect(accountName('escrow:book:1')).toBe('In use with carrier 1')
    expect(accountName('escrow:held')).toBe('Held in escrow')
    expect(accountName('something:new')).toBe('something:new')
  })
})
