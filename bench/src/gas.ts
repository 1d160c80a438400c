// What each step costs on chain, as a transaction of its own, beside what others have published for theirs.
import { gasSnapshot } from './gas-snapshot.ts'
import { gasOfUserOperations } from './gas-user-operations.ts'
import { type Row, row } from './row.ts'

/** Rows: name, step of the snapshot, how many it does at once, the anchor and whose it is. */
const STEPS = [
  [
    'postEpoch.10of15',
    'postEpoch, 10 of 15 signatures',
    1,
    255_435,
    'XMTP payer reports, submit with 5 of 9 signatures',
  ],
  [
    'postEpoch.unsigned',
    'postEpoch, no committee',
    1,
    86_709,
    'EigenLayer submitRoot: no signature, no bond',
  ],
  ['claim', 'claim of 128 books, slow window', 1, 69_255, 'Morpho URD claim, 2^20 leaves, steady'],
  [
    'createAndFund',
    'createAndFund, EIP-3009',
    1,
    176_657,
    'commerce-payments authorize, with the 21,000 of a transaction',
  ],
  ['activate', 'activate, payer consents', 1, 140_149, 'Filecoin Pay, lockup of a rail'],
  ['activate.batched', 'activate, ten in a multicall', 10, 140_149, 'Filecoin Pay, lockup of a rail'],
  [
    'refund.wallet',
    'refundFinal to the wallet, 27 siblings',
    1,
    98_364,
    'EigenLayer processClaim, 2^20 earners, steady',
  ],
  ['refund.balance', 'refundFinal to the balance, 27 siblings', 1, 91_629, 'Filecoin Pay settleRail'],
  ['voucherRelease', 'redeemVoucher, 27 siblings', 1, 154_880, 'GraphTally collect, steady'],
  [
    'proveOverEscrow',
    'proveOverEscrow (F2), 27 siblings',
    1,
    137_712,
    'Raiden closeChannel: no peer proves a leaf false',
  ],
] as const

/** Share of a subscriber in an epoch's posting with a quorum, however many there are. XMTP: submit and settle. */
const SUBSCRIBERS = [
  ['1k', 1_000, 12_316],
  ['100k', 100_000, 12_061],
  ['1M', 1_000_000, 12_061],
] as const

export async function gas(): Promise<Row[]> {
  const gasOf = await gasSnapshot('contracts/test/money/Gas*.t.sol', 'Journey')
  const post = gasOf('postEpoch, 10 of 15 signatures')
  return [
    ...STEPS.map(([name, step, each, anchor, against]) =>
      row(`gas.${name}`, gasOf(step) / each, anchor, 'gas', against),
    ),
    ...SUBSCRIBERS.map(([name, many, anchor]) =>
      row(`gas.perSubscriberEpoch.${name}`, post / many, anchor, 'gas', 'XMTP, submit and settle'),
    ),
    row(
      'gas.perSubscriberEpoch.1kWithData',
      gasOf('postEpoch with the data of 1,000 subscribers') / 1_000,
      12_316,
      'gas',
      'XMTP, submit and settle',
    ),
    ...(await gasOfUserOperations()),
  ]
}
