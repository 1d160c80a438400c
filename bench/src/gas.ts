// What each step costs on chain, as a transaction of its own, beside what others have published for theirs.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { foundryBinary, ROOT } from '@gesim/contracts/testing'
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

function measured(): Promise<Record<string, string>> {
  const out = mkdtempSync(join(tmpdir(), 'gesim-gas-'))
  return new Promise((resolve, reject) => {
    const forge = spawn(
      foundryBinary('forge'),
      ['test', '--isolate', '--match-path', 'contracts/test/money/Gas*.t.sol'],
      { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, FOUNDRY_SNAPSHOTS: out } },
    )
    forge.on('error', reject)
    forge.on('exit', (code) => {
      if (code !== 0) return reject(new Error(`forge ended with ${code}`))
      resolve(JSON.parse(readFileSync(join(out, 'Journey.json'), 'utf8')))
    })
  }).finally(() => rmSync(out, { recursive: true, force: true })) as Promise<Record<string, string>>
}

export async function gas(): Promise<Row[]> {
  const of = await measured()
  const gasOf = (step: string) => {
    if (!of[step]) throw new Error(`The gas of “${step}” was not measured.`)
    return Number(of[step])
  }
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
