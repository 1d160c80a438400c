/**
 * The rules of money, each by a name, so that a test can take one out and see what breaks. The numbers are those of the
 * design of record: 0.1 are the rules of activation and exit, 3.6 those of conservation; those without a number were
 * found with this model.
 */
export const RULES = {
  consent: '0.1.1 activate needs the word of the payer or a paired device',
  consentExpiry: '0.1.1 an expired consent activates nothing',
  heldOnly: '0.1.2 activate only from Held',
  provisionBy: '0.1.2 activate not after provisionBy',
  idOnce: '0.1.3 a refund while Held closes the intent for ever',
  coversFee: '0.1.4 activate needs funded >= activationFee',
  exitChargesFee: '0.1.5 every exit charges at least the activation fee',
  finalizeLeaf: '0.1.6 finalizeExit proves its leaf like every close',
  requestLeaf: '0.1.7 requestExit proves the leaf, which limits the hold',
  leafNotStored: '0.1.7 the leaf of a request is not kept as the charge',
  requestLockout: '0.1.8 requestExit too reverts in the posting window',
  asOfCutoff: '0.1.9 faults are judged as of the cutoff',
  frozenActivate: '0.1.10 activate reverts into a frozen book',
  highestLeaf: '0.1.11 the highest leaf over latest, final and claimed root counts',
  outflowOfCloses: '0.1.12 before slow finality closes and vouchers count against the outflow cap',
  stopOnFinal: '0.1.13 service stops when FINAL is asked for',
  claimCeiling: '3.6.1 a claim pays at most what the book has, less holds',
  closeLeaf: '3.6.2 an instant close charges at least the leaf',
  closeWatermark: '3.6.2 every close charges at least the watermark',
  closeLockout: '3.6.3 closes and vouchers revert in the posting window',
  voucherAboveLeaf: '3.6.4 a voucher pays what exceeds leaf and watermark',
  closedLeaf: '3.6.5 the leaf of a closed intent is its final charge',
  trim: 'anyone shrinks the hold of an exit by its leaf in the root last claimed from',
  noShortPay: 'an exit is paid short only to its payer, and only after a second exit time',
  excuse: 'an unanswered demand for data opens the exit without that leaf',
  payerFinalizes: 'before slow finality only the payer ends an intent by a leaf',
  exitWindow: 'exits have an outflow window of their own',
  confirmedLeaf: 'an older root beyond challenge ends an intent only by the leaf that a newer root repeats',
  payerWord: 'an instant close needs the payer',
} as const

export type Rule = keyof typeof RULES
export type Rules = Readonly<Record<Rule, boolean>>

const names = Object.keys(RULES) as Rule[]

/** Every rule in, or every one but those named. */
export function rulesWithout(...removed: Rule[]): Rules {
  return Object.fromEntries(names.map((name) => [name, !removed.includes(name)])) as Rules
}
