'use client'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Activity, Hex } from '../../api/shapes.ts'
import type { Transfer } from '../../chain/transfers.ts'
import { Button } from '../../ui/button.tsx'
import { Hash } from '../../ui/copy.tsx'
import { Link } from '../../ui/link.tsx'
import { When } from '../../ui/when.tsx'
import { short } from '../../words/format.ts'
import { useFormats } from '../../words/use-formats.ts'
import { type ActivityRow, mergeActivity } from './merge.ts'

const SIGNS: Readonly<Record<ActivityRow['kind'], string>> = {
  funded: '−',
  refunded: '+',
  returned: '+',
  'sponsored-gas': '',
  sent: '−',
  received: '+',
}

type Chain =
  | { at: 'reading' }
  /** Nothing was heard of what lies below this block, or of the newest. */
  | { at: 'silent'; before: bigint | undefined }
  | { at: 'read'; downTo: bigint | null }

/** What moved money of the wallet: purchases and fees as GeSIM tells them, transfers as the chain does. */
export function ActivityList({ account, activity }: { account: Hex; activity: Activity | null }) {
  const t = useTranslations('wallet')
  const [transfers, setTransfers] = useState<readonly Transfer[]>([])
  const [paymaster, setPaymaster] = useState<Hex | null>(null)
  const [chain, setChain] = useState<Chain>({ at: 'reading' })
  const read = useCallback(
    async (before?: bigint) => {
      setChain({ at: 'reading' })
      try {
        const page = await readFromChain(account, before)
        setPaymaster(page.paymaster)
        setTransfers((known) => (before === undefined ? page.transfers : [...known, ...page.transfers]))
        setChain({ at: 'read', downTo: page.readDownTo })
      } catch {
        // Whatever the door or the node behind it threw: nothing is known, and nothing is claimed.
        setChain({ at: 'silent', before })
      }
    },
    [account],
  )
  useEffect(() => {
    void read()
  }, [read])
  const rows = useMemo(() => mergeActivity(activity?.items ?? [], transfers), [activity, transfers])
  return (
    <section
      className="card p-5 sm:p-6"
      aria-labelledby="activity"
      aria-busy={chain.at === 'reading'}
      data-testid="transfers"
      data-at={chain.at}
    >
      <h2 id="activity" className="text-title">
        {t('activity')}
      </h2>
      {activity === null && <p className="mt-2 text-small text-coral">{t('moved.purchasesSilent')}</p>}
      {rows.length > 0 && (
        <ul className="mt-3 divide-y divide-line" data-testid="activity">
          {rows.map((row) => (
            <Row key={row.key} row={row} paymaster={paymaster} />
          ))}
        </ul>
      )}
      <div className="mt-2 text-small text-soft" role="status">
        {chain.at === 'reading' && t('moved.reading')}
        {chain.at === 'silent' && t('moved.silent')}
        {chain.at === 'read' && rows.length === 0 && activity !== null && t('noActivity')}
        {chain.at === 'read' && chain.downTo !== null && ` ${t('moved.newest')}`}
      </div>
      {chain.at === 'silent' && (
        <Button
          size="small"
          look="quiet"
          className="mt-3"
          onClick={() => void read(chain.before)}
          data-testid="transfers-again"
        >
          {t('moved.again')}
        </Button>
      )}
      {chain.at === 'read' && chain.downTo !== null && (
        <Button size="small" look="quiet" className="mt-3" onClick={() => void read(chain.downTo!)}>
          {t('moved.older')}
        </Button>
      )}
    </section>
  )
}

function Row({ row, paymaster }: { row: ActivityRow; paymaster: Hex | null }) {
  const t = useTranslations('wallet')
  const f = useFormats()
  const { kind, other } = row
  // Fees that are paid ahead lie there, and come back from there.
  const isFeeAccount = other?.toLowerCase() === paymaster?.toLowerCase()
  const moved = kind === 'sent' || kind === 'received'
  const words =
    kind === 'sent' ? t('moved.sent') : kind === 'received' ? t('moved.received') : t(`kinds.${kind}`)
  return (
    <li className="flex items-baseline justify-between gap-4 py-3" data-kind={kind}>
      <div className="min-w-0">
        <p className="text-small font-medium">
          {row.intentId ? (
            <Link className="hover:underline" href={`/esims/${row.intentId}`}>
              {words}
            </Link>
          ) : (
            words
          )}{' '}
          {other && isFeeAccount && t('moved.feeAccount')}
          {other && !isFeeAccount && (
            <bdi dir="ltr" className="font-mono text-caption text-soft">
              {short(other)}
            </bdi>
          )}
        </p>
        <p className="text-caption text-faint">
          <When atMs={row.atMs} />
          {kind === 'sent' &&
            ` · ${row.feeMicros === undefined ? t('moved.feeNone') : t('moved.fee', { amount: f.usdc(row.feeMicros) })}`}
        </p>
        <p className="text-caption">
          {row.intentId ? (
            <Link className="prose-link" href={`/esims/${row.intentId}/receipt`}>
              {t('moved.receipt')}
            </Link>
          ) : (
            moved && <Hash value={row.txHash} label={t('moved.transaction')} />
          )}
        </p>
      </div>
      <p className={`figures text-small font-semibold ${kind === 'sponsored-gas' ? 'text-faint' : ''}`}>
        <bdi dir="ltr">{`${SIGNS[kind]}${f.usdc(row.amountMicros)}`}</bdi>
      </p>
    </li>
  )
}

async function readFromChain(account: Hex, before?: bigint) {
  const [{ transfersOf }, { chainClient, addresses, network }] = await Promise.all([
    import('../../chain/transfers.ts'),
    import('../../chain/network.ts'),
  ])
  const [client, { usdc, escrow, paymaster }, { fromBlock }] = await Promise.all([
    chainClient(),
    addresses(),
    network(),
  ])
  const of = { account, usdc, leaveOut: [escrow], fromBlock: BigInt(fromBlock) }
  return { ...(await transfersOf(client, of, before)), paymaster }
}
