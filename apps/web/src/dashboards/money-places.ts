import type { LedgerPage } from '../api/shapes.ts'

type Account = LedgerPage['accounts'][number]

/** Somewhere that money of travellers can be, and whose it is there. */
export interface Place {
  readonly key: string
  readonly name: string
  readonly says: string
  readonly amountMicros: bigint
}

export interface Places {
  readonly paidInMicros: bigint
  /** In the contract now. */
  readonly escrow: readonly Place[]
  /** Where it went from there. */
  readonly out: readonly Place[]
}

/**
 * Where all that travellers ever paid in is now, from the balances of the ledger. Accounts outside stand in the books
 * with the sign of who gave, so everything sums to zero and nothing can be left out of the picture.
 */
export function moneyPlaces(accounts: readonly Account[], returnedMicros: bigint): Places {
  const sum = (wanted: (account: string) => boolean): bigint =>
    accounts.reduce((total, one) => (wanted(one.account) ? total + BigInt(one.balanceMicros) : total), 0n)
  const of = (account: string) => sum((one) => one === account)
  // What the treasury holds beyond the network fees swept to it comes from payouts.
  const swept = of('treasury:safe') + of('paymaster:pools') + of('paymaster:revenue')
  return {
    paidInMicros: returnedMicros - of('traveller:wallets'),
    escrow: [
      {
        key: 'held',
        name: 'Held',
        says: 'Travellers can take it back at once.',
        amountMicros: of('escrow:held'),
      },
      {
        key: 'open',
        name: 'In use',
        says: 'Behind running purchases; not proven, so nobody’s yet.',
        amountMicros: sum((one) => /^escrow:book:\d+$/.test(one)),
      },
      {
        key: 'due',
        name: 'Due to carriers',
        says: 'Proven use, not claimed yet.',
        amountMicros: sum((one) => /^carrier:book:\d+:payable$/.test(one)),
      },
      {
        key: 'returning',
        name: 'Going back',
        says: 'The rest of finished purchases.',
        amountMicros: of('traveller:payable'),
      },
      {
        key: 'fees',
        name: 'Our fee',
        says: 'Taken from payouts, not collected yet.',
        amountMicros: of('fees:escrow'),
      },
    ],
    out: [
      {
        key: 'paid',
        name: 'Carriers',
        says: 'Paid by the contract.',
        amountMicros: sum((one) => /^carrier:book:\d+:paid$/.test(one)),
      },
      {
        key: 'returned',
        name: 'Travellers',
        says: 'Taken back, or the rest returned.',
        amountMicros: returnedMicros,
      },
      { key: 'swept', name: 'Treasury', says: 'Fees collected.', amountMicros: swept },
      {
        key: 'relayers',
        name: 'Relayers',
        says: 'For posting and settling epochs.',
        amountMicros: of('relayers:paid'),
      },
    ],
  }
}

/** What an account of the ledger is, for those who do not know the books. */
export function accountName(account: string): string {
  const book = /^(?:escrow|carrier):book:(\d+)/.exec(account)?.[1]
  if (account.endsWith(':payable') && book) return `Due to carrier ${book}`
  if (account.endsWith(':paid') && book) return `Paid to carrier ${book}`
  if (book) return `In use with carrier ${book}`
  return NAMES[account] ?? account
}

const NAMES: Readonly<Record<string, string>> = {
  'traveller:wallets': 'Travellers’ wallets',
  'traveller:payable': 'Going back to travellers',
  'escrow:held': 'Held in escrow',
  'fees:escrow': 'Our fee, in escrow',
  'treasury:safe': 'Treasury',
  'relayers:paid': 'Paid to relayers',
  'paymaster:pools': 'Sponsored network fees',
  'paymaster:revenue': 'Network fees charged',
}
