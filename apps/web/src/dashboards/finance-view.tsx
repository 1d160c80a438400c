'use client'
import { useState } from 'react'
import type { FinanceSummary, FinanceTransactions, LedgerPage } from '../api/shapes.ts'
import { usePolled } from '../api/use-polled.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Hash } from '../ui/copy.tsx'
import { Icon } from '../ui/icon.tsx'
import { Link } from '../ui/link.tsx'
import { Stat } from '../ui/stat.tsx'
import { Table } from '../ui/table.tsx'
import { When } from '../ui/when.tsx'
import { count, short, usdc } from '../words/format.ts'
import { Answer, Section } from './frame.tsx'
import { MoneyPicture } from './money-picture.tsx'
import { accountName, moneyPlaces } from './money-places.ts'

/** What finance sees: where all money is, whether three sources agree, every movement, every transaction. */
export function FinanceView({ initial }: { initial: FinanceSummary | null }) {
  const summary = usePolled<FinanceSummary>('/v1/finance/summary', initial, 4000)
  const transactions = usePolled<FinanceTransactions>('/v1/finance/transactions?limit=100', null, 6000)
  return (
    <>
      <Section title="Money">
        <Answer of={summary}>{(answer) => <Tiles tiles={answer.tiles} />}</Answer>
      </Section>
      <Section title="Where it is" lead="The contract gives it to nobody else than those named here.">
        <Answer of={summary}>{(answer) => <WhereItIs summary={answer} />}</Answer>
      </Section>
      <Section
        title="Do the three agree?"
        lead="The events of the chain, the balances it holds, and what the ledger booked. Any difference is an alarm."
      >
        <Answer of={summary}>{(answer) => <Reconciliation answer={answer} />}</Answer>
      </Section>
      <Ledger />
      <Section
        title="Transactions"
        lead="Each was wished for by an event, sent once, and paid by the operator."
      >
        <Answer of={transactions}>
          {(answer) => (
            <Table
              testId="transactions"
              caption="Transactions"
              rows={answer.transactions}
              keyOf={(row) => row.key}
              empty="Nothing was sent yet."
              columns={[
                { name: 'When', cell: (row) => <When atMs={row.atMs} /> },
                { name: 'What', cell: (row) => <span className="font-mono text-caption">{row.kind}</span> },
                {
                  name: 'State',
                  cell: (row) => (
                    <Badge tone={row.state === 'final' ? 'sea' : row.state === 'refused' ? 'coral' : 'amber'}>
                      {row.code ?? row.state}
                    </Badge>
                  ),
                },
                { name: 'Gas', cell: (row) => (row.gasUsed ? count(row.gasUsed) : '–'), right: true },
                { name: 'Block', cell: (row) => row.block ?? '–', right: true },
                {
                  name: 'Hash',
                  cell: (row) => (row.hash ? <Hash value={row.hash} label="Transaction" /> : '–'),
                },
              ]}
            />
          )}
        </Answer>
      </Section>
    </>
  )
}

function Tiles({ tiles }: { tiles: FinanceSummary['tiles'] }) {
  return (
    <dl className="grid gap-3 min-[22rem]:grid-cols-2 lg:grid-cols-3">
      <Stat
        name="In escrow"
        value={usdc(tiles.escrowMicros)}
        unit="USDC"
        note={`${usdc(tiles.heldMicros)} can be taken back`}
        testId="tile-escrow"
      />
      <Stat
        name="Paid to carriers"
        value={usdc(tiles.paidOutMicros)}
        unit="USDC"
        note={`${usdc(tiles.payableMicros)} proven and not claimed yet`}
        testId="tile-paid"
      />
      <Stat
        name="Back with travellers"
        value={usdc(tiles.refundedMicros)}
        unit="USDC"
        note={`${usdc(tiles.remaindersMicros)} on its way`}
      />
      <Stat
        name="Fees earned"
        value={usdc(tiles.feesMicros)}
        unit="USDC"
        note="from payouts, and network fees charged"
      />
      <Stat
        name="Margin on network fees"
        value={usdc(tiles.gasMarginMicros)}
        unit="USDC"
        note={`charged beyond what the chain cost; ${usdc(tiles.relayersPaidMicros)} paid to relayers for epochs`}
      />
      <Stat
        name="Left to sponsor network fees"
        value={tiles.paymasterMicros === null ? '–' : usdc(tiles.paymasterMicros)}
        unit={tiles.paymasterMicros === null ? undefined : 'USDC'}
        note={tiles.paymasterMicros === null ? 'the chain does not answer' : 'at the paymaster'}
      />
    </dl>
  )
}

/** All that was ever paid in, and where it is. The balances come with any page of the ledger. */
function WhereItIs({ summary }: { summary: FinanceSummary }) {
  const ledger = usePolled<LedgerPage>('/v1/finance/ledger?limit=1', null, 4000)
  return (
    <Answer of={ledger}>
      {({ accounts }) => {
        const places = moneyPlaces(accounts, BigInt(summary.tiles.refundedMicros))
        return places.paidInMicros === 0n ? (
          <p className="card p-5 text-small text-soft">
            Nobody has paid in yet. The first payment draws a picture here.
          </p>
        ) : (
          <MoneyPicture places={places} />
        )
      }}
    </Answer>
  )
}

function Reconciliation({ answer }: { answer: FinanceSummary }) {
  return (
    <>
      <p
        className={`mb-3 flex items-center gap-2 text-small font-semibold ${answer.balanced ? 'text-sea' : 'text-coral'}`}
        data-testid="balanced"
        data-balanced={answer.balanced}
      >
        <Icon name={answer.balanced ? 'check' : 'cross'} />
        {answer.balanced
          ? 'They agree to the last micro.'
          : 'They differ. Stop paying out until it is explained.'}
      </p>
      <Table
        caption="Reconciliation"
        rows={answer.reconciliation}
        keyOf={(row) => row.name}
        empty="Nothing to compare yet."
        columns={[
          { name: 'What', cell: (row) => <span className="block min-w-32">{row.name}</span> },
          { name: 'Chain', cell: (row) => usdc(row.chainMicros), right: true },
          { name: 'Ledger', cell: (row) => usdc(row.ledgerMicros), right: true },
          {
            name: 'Difference',
            right: true,
            cell: (row) => (
              <span
                className={BigInt(row.differenceMicros) === 0n ? 'text-faint' : 'font-semibold text-coral'}
              >
                {usdc(row.differenceMicros)}
              </span>
            ),
          },
        ]}
      />
      {answer.rates.length > 0 && (
        <p className="figures mt-3 flex flex-wrap gap-x-4 text-caption text-faint">
          {answer.rates.map((rate) => (
            <span key={rate.pair}>
              {rate.pair} {rate.rate} (<When atMs={rate.updatedAt * 1000} />)
            </span>
          ))}
        </p>
      )}
    </>
  )
}

/** An account by its name; the code of the books is there for who looks for it. */
function Account({ of }: { of: string }) {
  return (
    <span title={of} className="whitespace-nowrap">
      {accountName(of)}
    </span>
  )
}

const PAGE = 25

function Ledger() {
  const [before, setBefore] = useState<string | null>(null)
  const path = `/v1/finance/ledger?limit=${PAGE}${before ? `&before=${before}` : ''}`
  return (
    <Section title="Ledger" lead="Every movement takes from one account what it gives to another.">
      <LedgerAt
        key={path}
        path={path}
        live={before === null}
        onOlder={setBefore}
        onNewest={() => setBefore(null)}
      />
    </Section>
  )
}

function LedgerAt({
  path,
  live,
  onOlder,
  onNewest,
}: {
  path: string
  live: boolean
  onOlder: (seq: string) => void
  onNewest: () => void
}) {
  const ledger = usePolled<LedgerPage>(path, null, live ? 6000 : null)
  return (
    <Answer of={ledger}>
      {({ rows, accounts, sumMicros }) => (
        <>
          <Table
            testId="ledger"
            caption="Ledger"
            rows={rows}
            keyOf={(row) => `${row.seq}.${row.part}`}
            empty="No money has moved yet."
            columns={[
              { name: 'When', cell: (row) => <When atMs={row.atMs} /> },
              { name: 'Why', cell: (row) => row.why },
              { name: 'From', cell: (row) => <Account of={row.credit} /> },
              { name: 'To', cell: (row) => <Account of={row.debit} /> },
              { name: 'USDC', cell: (row) => usdc(row.amountMicros), right: true },
              {
                name: 'Purchase',
                cell: (row) =>
                  row.intentId ? (
                    <Link
                      className="prose-link font-mono text-caption whitespace-nowrap"
                      href={`/esims/${row.intentId}`}
                    >
                      {short(row.intentId, 6, 4)}
                    </Link>
                  ) : (
                    ''
                  ),
              },
            ]}
          />
          <div className="mt-3 flex gap-2">
            {!live && (
              <Button size="small" look="quiet" onClick={onNewest}>
                Newest
              </Button>
            )}
            {rows.length === PAGE && (
              <Button size="small" look="quiet" onClick={() => onOlder(rows.at(-1)!.seq)}>
                Older
              </Button>
            )}
          </div>
          <h3 className="mt-8 mb-3 text-lead font-semibold">Balances</h3>
          <Table
            caption="Balances of the accounts"
            rows={accounts}
            keyOf={(row) => row.account}
            empty="No account yet."
            columns={[
              { name: 'Account', cell: (row) => accountName(row.account) },
              {
                name: 'In the books',
                cell: (row) => <span className="font-mono text-caption text-soft">{row.account}</span>,
              },
              { name: 'USDC', cell: (row) => usdc(row.balanceMicros), right: true },
            ]}
          />
          <p className="figures mt-2 px-4 text-caption text-faint">
            Together {usdc(sumMicros)}: what one account has, another gave.
          </p>
        </>
      )}
    </Answer>
  )
}
