'use client'
import Link from 'next/link'
import { useState } from 'react'
import type { FinanceSummary, FinanceTransactions, LedgerPage } from '../api/shapes.ts'
import { usePolled } from '../api/use-polled.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Hash } from '../ui/copy.tsx'
import { Icon } from '../ui/icon.tsx'
import { Stat, Stats } from '../ui/stat.tsx'
import { Table } from '../ui/table.tsx'
import { When } from '../ui/when.tsx'
import { count, short, usdc } from '../words/format.ts'
import { Answer, Section } from './frame.tsx'

/** What finance sees: where all money is, whether three sources agree, every movement, every transaction. */
export function FinanceView({ initial }: { initial: FinanceSummary | null }) {
  const summary = usePolled<FinanceSummary>('/v1/finance/summary', initial, 4000)
  const transactions = usePolled<FinanceTransactions>('/v1/finance/transactions?limit=100', null, 6000)
  return (
    <>
      <Section title="Money">
        <Answer of={summary}>{(answer) => <Tiles tiles={answer.tiles} />}</Answer>
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
    <Stats>
      <Stat
        name="In escrow"
        value={usdc(tiles.escrowMicros)}
        unit="USDC"
        note={`${usdc(tiles.heldMicros)} can be taken back`}
        testId="tile-escrow"
      />
      <Stat
        name="Open for carriers"
        value={usdc(tiles.openMicros)}
        unit="USDC"
        note={`${usdc(tiles.payableMicros)} proven and payable`}
      />
      <Stat name="Paid to carriers" value={usdc(tiles.paidOutMicros)} unit="USDC" testId="tile-paid" />
      <Stat
        name="Returned to travellers"
        value={usdc(tiles.refundedMicros)}
        unit="USDC"
        note={`${usdc(tiles.remaindersMicros)} on its way`}
      />
      <Stat name="Fees" value={usdc(tiles.feesMicros)} unit="USDC" />
      <Stat name="Margin on network fees" value={usdc(tiles.gasMarginMicros)} unit="USDC" />
      <Stat
        name="Left to sponsor network fees"
        value={tiles.paymasterMicros === null ? '–' : usdc(tiles.paymasterMicros)}
        unit={tiles.paymasterMicros === null ? undefined : 'USDC'}
        note={tiles.paymasterMicros === null ? 'the chain does not answer' : undefined}
      />
    </Stats>
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
          { name: 'What', cell: (row) => row.name },
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

function Ledger() {
  const [before, setBefore] = useState<string | null>(null)
  const path = `/v1/finance/ledger?limit=50${before ? `&before=${before}` : ''}`
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
          <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
            <Table
              testId="ledger"
              caption="Ledger"
              rows={rows}
              keyOf={(row) => `${row.seq}.${row.part}`}
              empty="No money has moved yet."
              columns={[
                { name: 'When', cell: (row) => <When atMs={row.atMs} /> },
                { name: 'To', cell: (row) => row.debit },
                { name: 'From', cell: (row) => row.credit },
                { name: 'USDC', cell: (row) => usdc(row.amountMicros), right: true },
                { name: 'Why', cell: (row) => row.why },
                {
                  name: 'Purchase',
                  cell: (row) =>
                    row.intentId ? (
                      <Link className="prose-link font-mono text-caption" href={`/esims/${row.intentId}`}>
                        {short(row.intentId, 8, 4)}
                      </Link>
                    ) : (
                      ''
                    ),
                },
              ]}
            />
            <div>
              <Table
                caption="Accounts"
                rows={accounts}
                keyOf={(row) => row.account}
                empty="No account yet."
                columns={[
                  { name: 'Account', cell: (row) => row.account },
                  { name: 'Balance', cell: (row) => usdc(row.balanceMicros), right: true },
                ]}
              />
              <p className="figures mt-2 px-1 text-caption text-faint">
                Sum of all accounts: {usdc(sumMicros)}
              </p>
            </div>
          </div>
          <div className="mt-3 flex gap-2">
            {!live && (
              <Button size="small" look="quiet" onClick={onNewest}>
                Newest
              </Button>
            )}
            {rows.length === 50 && (
              <Button size="small" look="quiet" onClick={() => onOlder(rows.at(-1)!.seq)}>
                Older
              </Button>
            )}
          </div>
        </>
      )}
    </Answer>
  )
}
