'use client'
import dynamic from 'next/dynamic'
import { Tabs } from 'radix-ui'
import { useMemo, useState } from 'react'
import type { CarrierBook, CarrierBooks } from '../api/shapes.ts'
import { usePolled } from '../api/use-polled.ts'
import { Badge } from '../ui/badge.tsx'
import { Hash } from '../ui/copy.tsx'
import { Link } from '../ui/link.tsx'
import { Empty } from '../ui/notice.tsx'
import { Stat, Stats } from '../ui/stat.tsx'
import { Table } from '../ui/table.tsx'
import { When } from '../ui/when.tsx'
import { countryName } from '../words/countries.ts'
import { short, usdc } from '../words/format.ts'
import { Bars } from './bars.tsx'
import { count, time } from './figures.ts'
import { Answer, Section } from './frame.tsx'

const LineChart = dynamic(() => import('./line-chart.tsx').then((module) => module.LineChart), { ssr: false })

const EXPIRY_ALARM_SECONDS = 30 * 86_400

/** What a carrier sees: its orders, its money, its keys, its radio. */
export function CarrierView({ initial }: { initial: CarrierBooks | null }) {
  const polled = usePolled<CarrierBooks>('/v1/carrier/dashboard', initial, 4000)
  return (
    <Answer of={polled}>
      {({ carriers }) =>
        carriers.length === 0 ? (
          <Empty icon="antenna" title="No book yet">
            A carrier appears here once it is registered on chain and has opened a book.
          </Empty>
        ) : (
          <Tabs.Root defaultValue={String(busiest(carriers).book)}>
            <Tabs.List aria-label="Carriers" className="mb-6 flex flex-wrap gap-1">
              {carriers.map((carrier) => (
                <Tabs.Trigger
                  key={carrier.book}
                  value={String(carrier.book)}
                  className="min-h-11 rounded-full px-4 text-small font-medium text-soft hover:bg-sunken data-[state=active]:bg-ink data-[state=active]:text-paper"
                >
                  {carrier.name}
                </Tabs.Trigger>
              ))}
            </Tabs.List>
            {carriers.map((carrier) => (
              <Tabs.Content key={carrier.book} value={String(carrier.book)} className="outline-offset-8">
                <Book book={carrier} />
              </Tabs.Content>
            ))}
          </Tabs.Root>
        )
      }
    </Answer>
  )
}

/** The one with most to see comes first; among equals the lower book. */
function busiest(carriers: readonly CarrierBook[]): CarrierBook {
  return [...carriers].sort(
    (a, b) => b.funnel.active - a.funnel.active || b.funnel.ordered - a.funnel.ordered || a.book - b.book,
  )[0]!
}

function Book({ book }: { book: CarrierBook }) {
  const { funnel, steps } = book
  return (
    <>
      <Section title="Orders" lead="From the order to a phone in service.">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[minmax(0,1fr)_18rem]">
          <Bars
            label="Orders by step"
            bars={[
              { name: 'Ordered', value: funnel.ordered },
              { name: 'Ready', value: funnel.ready, note: time(steps.ready.p50Ms) },
              { name: 'Downloaded', value: funnel.downloaded, note: time(steps.downloaded.p50Ms) },
              { name: 'Installed', value: funnel.installed, note: time(steps.installed.p50Ms) },
              { name: 'Active', value: funnel.active, note: time(steps.active.p50Ms) },
            ]}
          />
          <dl className="grid grid-cols-2 gap-3 lg:grid-cols-1">
            <Stat
              name="Success"
              value={book.successPct === undefined ? '–' : `${book.successPct.toFixed(1)} %`}
              note={funnel.failed > 0 ? `${count(funnel.failed)} failed` : 'none failed'}
              testId="success"
            />
            <Stat
              name="Order to code"
              value={time(book.p50Ms)}
              note={`95 of 100 within ${time(book.p95Ms)}`}
            />
          </dl>
        </div>
        {book.failures.length > 0 && (
          <p className="mt-3 flex flex-wrap gap-2">
            {book.failures.map((failure) => (
              <Badge key={failure.code} tone="coral">
                {failure.code} × {failure.count}
              </Badge>
            ))}
          </p>
        )}
      </Section>
      <Section title="Revenue">
        <Stats>
          <Stat name="In escrow for this book" value={usdc(book.escrowedMicros)} unit="USDC" />
          <Stat name="Proven use" value={usdc(book.chargedMicros)} unit="USDC" />
          <Stat name="Settled" value={usdc(book.settledMicros)} unit="USDC" testId="settled" />
          <Stat name="Profiles kept warm" value={count(book.warm)} />
        </Stats>
      </Section>
      <Section title="Payouts" lead="Each is one claim against a final root, paid by the contract.">
        <Table
          testId="payouts"
          caption="Payouts"
          rows={book.payouts}
          keyOf={(row) => `${row.txHash}${row.epoch}`}
          empty="No payout yet. It follows the first closed epoch with proven use."
          columns={[
            { name: 'When', cell: (row) => <When atMs={row.atMs} /> },
            { name: 'Epoch', cell: (row) => row.epoch, right: true },
            { name: 'Gross', cell: (row) => usdc(row.grossMicros), right: true },
            { name: 'Fee', cell: (row) => usdc(row.feeMicros), right: true },
            { name: 'To', cell: (row) => <Hash value={row.to} label="Account" /> },
            { name: 'Transaction', cell: (row) => <Hash value={row.txHash} label="Transaction" /> },
          ]}
        />
      </Section>
      <Telemetry book={book} />
      <Section title="Keys" lead="As the registry on chain knows them.">
        <Table
          caption="Signing keys"
          rows={book.keys}
          keyOf={(row) => `${row.role}${row.key}`}
          empty="No key is registered: nothing this carrier signs would count."
          columns={[
            { name: 'Role', cell: (row) => (row.role === 'USAGE' ? 'Usage' : 'Provisioning') },
            { name: 'Key', cell: (row) => <Hash value={row.key} label="Key" /> },
            { name: 'Until', cell: (row) => <KeyUntil row={row} /> },
          ]}
        />
      </Section>
      <Section title="Provisioning receipts">
        <Table
          caption="Provisioning receipts"
          rows={book.receipts}
          keyOf={(row) => row.digest}
          empty="No profile was installed yet."
          columns={[
            { name: 'When', cell: (row) => <When atMs={row.atMs} /> },
            {
              name: 'Purchase',
              cell: (row) => (
                <Link className="prose-link font-mono text-caption" href={`/esims/${row.intentId}/receipt`}>
                  {short(row.intentId, 8, 6)}
                </Link>
              ),
            },
            { name: 'Digest', cell: (row) => <Hash value={row.digest} label="Digest" /> },
            { name: 'State', cell: (row) => row.state },
          ]}
        />
      </Section>
    </>
  )
}

function KeyUntil({ row }: { row: CarrierBook['keys'][number] }) {
  const now = Date.now() / 1000
  if (row.revoked) return <Badge tone="coral">revoked</Badge>
  if (row.validUntil < now)
    return (
      <Badge tone="coral">
        ended <When atMs={row.validUntil * 1000} form="day" />
      </Badge>
    )
  if (row.validUntil - now < EXPIRY_ALARM_SECONDS)
    return (
      <Badge tone="amber">
        ends <When atMs={row.validUntil * 1000} form="day" />
      </Badge>
    )
  // The registry writes the end of time as 2^40 or so; a date in the year 36812 says nothing.
  if (row.validUntil > now + 50 * 365 * 86_400) return <>open end</>
  return <When atMs={row.validUntil * 1000} form="day" />
}

function Telemetry({ book }: { book: CarrierBook }) {
  const regions = useMemo(() => regionsOf(book.telemetry), [book.telemetry])
  const [chosen, setChosen] = useState<string | null>(null)
  const region = chosen && regions.includes(chosen) ? chosen : (regions[0] ?? null)
  const series = useMemo(() => {
    const samples = book.telemetry
      .filter((sample) => sample.region === region)
      .sort((a, b) => a.atMs - b.atMs)
    return {
      atMs: samples.map((sample) => sample.atMs),
      throughput: samples.map((sample) => sample.throughputMbps),
      latency: samples.map((sample) => sample.latencyMs),
    }
  }, [book.telemetry, region])
  return (
    <Section
      title="Radio"
      lead="Measured each minute, country by country; this is what the choice of a network rests on."
    >
      {region === null ? (
        <p className="card p-5 text-small text-soft">No measurement yet.</p>
      ) : (
        <>
          <label className="mb-3 flex items-center gap-2 text-small text-soft">
            Country
            <select
              value={region}
              onChange={(event) => setChosen(event.target.value)}
              className="min-h-11 rounded-field border border-edge bg-surface px-3 font-medium text-ink"
            >
              {regions.map((code) => (
                <option key={code} value={code}>
                  {countryName(code)}
                </option>
              ))}
            </select>
          </label>
          <div className="grid gap-4 lg:grid-cols-2">
            <LineChart label="Throughput" unit="Mbit/s" atMs={series.atMs} values={series.throughput} />
            <LineChart label="Latency" unit="ms" tone="--sky" atMs={series.atMs} values={series.latency} />
          </div>
        </>
      )}
    </Section>
  )
}

/** The measured countries, the most often measured first. */
function regionsOf(telemetry: CarrierBook['telemetry']): string[] {
  const times = new Map<string, number>()
  for (const { region } of telemetry) times.set(region, (times.get(region) ?? 0) + 1)
  return [...times].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([region]) => region)
}
