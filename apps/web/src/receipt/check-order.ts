/** In the order of a purchase. The names are the checks of `@gesim/proofs` and our own; each has its words in `messages`. */
export const CHECK_ORDER = [
  'terms',
  'agreement',
  'plan',
  'paid',
  'provisioning',
  'consent',
  'activated',
  'voucher',
  'usage',
  'evidence',
  'tariff',
  'leaf',
  'book',
  'attestors',
  'payout',
  'closed',
  'returned',
  'refunded',
  'log',
] as const

export type CheckName = (typeof CHECK_ORDER)[number]

export function isCheckName(name: string): name is CheckName {
  return (CHECK_ORDER as readonly string[]).includes(name)
}
