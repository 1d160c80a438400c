/**
 * The accounts of the ledger. Outside accounts stand for whoever is not us: what leaves the escrow arrives there, so
 * the balances of all accounts always sum to zero.
 */
export const accounts = {
  /** Outside: travellers' wallets. Its negative balance is what travellers paid in and did not get back. */
  travellers: 'traveller:wallets',
  /** In escrow, Held: can be taken back at once. */
  held: 'escrow:held',
  /** In escrow, Open for a book, not charged yet. */
  book: (book: number) => `escrow:book:${book}`,
  /** In escrow, charged: the carrier will claim it. */
  payable: (book: number) => `carrier:book:${book}:payable`,
  /** Outside: what carriers were paid. */
  paid: (book: number) => `carrier:book:${book}:paid`,
  /** In escrow, final: goes back to travellers. */
  remainders: 'traveller:payable',
  /** In escrow: our fee, not swept yet. */
  fees: 'fees:escrow',
  /** Outside: the treasury Safe. */
  treasury: 'treasury:safe',
  /** Outside: what the fee treasury owes or has paid to relayers for duties. */
  relayers: 'relayers:paid',
  /** Outside: the sponsor pool and the accounts' prepaid credit at the paymaster, from which gas is paid. */
  gasPools: 'paymaster:pools',
  /** At the paymaster: gas and margin charged, not swept yet. */
  gasRevenue: 'paymaster:revenue',
} as const

/** The accounts whose money lies in the escrow contract, as SQL `like` patterns. */
export const IN_ESCROW = ['escrow:%', 'carrier:book:%:payable', 'traveller:payable', 'fees:escrow'] as const

/** Whether an account's money lies in the escrow contract. */
export function isInEscrow(account: string): boolean {
  return IN_ESCROW.some((pattern) => new RegExp(`^${pattern.replaceAll('%', '.*')}$`).test(account))
}
