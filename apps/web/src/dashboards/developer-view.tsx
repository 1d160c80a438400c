'use client'
import { Tabs } from 'radix-ui'
import type { ReactNode } from 'react'
import type { ApiRequests, FinanceTransactions, JournalEvents } from '../api/shapes.ts'
import { usePolled } from '../api/use-polled.ts'
import { Badge } from '../ui/badge.tsx'
import { Copy, Hash } from '../ui/copy.tsx'
import { Link } from '../ui/link.tsx'
import { Stat } from '../ui/stat.tsx'
import { Table } from '../ui/table.tsx'
import { When } from '../ui/when.tsx'
import { count, duration, short } from '../words/format.ts'
import { ApiKeysPanel } from './api-keys.tsx'
import { ApiReference } from './api-reference.tsx'
import { Answer } from './frame.tsx'

const TABS: { value: string; name: string; panel: () => ReactNode }[] = [
  { value: 'start', name: 'Quick start', panel: () => <QuickStart /> },
  { value: 'keys', name: 'Keys', panel: () => <ApiKeysPanel /> },
  { value: 'requests', name: 'Requests', panel: () => <Requests /> },
  { value: 'events', name: 'Events', panel: () => <Events /> },
  { value: 'operations', name: 'Operations', panel: () => <Operations /> },
  { value: 'reference', name: 'Reference', panel: () => <ApiReference /> },
]

/** Everything one needs to build on this installation. */
export function DeveloperView() {
  return (
    <Tabs.Root defaultValue="start">
      <Tabs.List
        aria-label="Developer"
        className="-mx-1 mb-6 flex gap-1 overflow-x-auto border-b border-line px-1 pt-1 pb-2"
      >
        {TABS.map((tab) => (
          <Tabs.Trigger
            key={tab.value}
            value={tab.value}
            data-testid={`tab-${tab.value}`}
            className="min-h-11 shrink-0 rounded-full px-4 text-small font-medium text-soft hover:bg-sunken data-[state=active]:bg-ink data-[state=active]:text-paper"
          >
            {tab.name}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {TABS.map((tab) => (
        <Tabs.Content key={tab.value} value={tab.value} className="outline-offset-8">
          {tab.panel()}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  )
}

function QuickStart() {
  const { origin } = location
  const steps = [
    { title: 'Ask what is on sale', command: `curl ${origin}/v1/plans?country=ES` },
    {
      title: 'See the network and its contracts',
      command: `curl ${origin}/v1/network`,
    },
    {
      title: 'Make a key under “Keys” and read the newest events with it',
      command: `curl -H 'authorization: Bearer gs_test_…' ${origin}/v1/developer/events?limit=5`,
    },
    {
      title: 'Recompute a whole epoch yourself',
      command: `curl ${origin}/v1/epochs?limit=5`,
    },
    {
      title: 'Buy from the terminal, every step with its transaction',
      command: 'npx gesim buy --country ES',
    },
  ]
  return (
    <>
      <Pulse />
      <ol className="mt-6 space-y-4">
        {steps.map((step, index) => (
          <li key={step.title} className="card p-4 sm:p-5">
            <p className="text-small font-semibold">
              <span className="figures mr-2 text-sea">{index + 1}</span>
              {step.title}
            </p>
            <div className="mt-2 rounded-field bg-sunken p-2">
              <Copy value={step.command} label="Command">
                {step.command}
              </Copy>
            </div>
          </li>
        ))}
      </ol>
    </>
  )
}

/** How the API is doing, from the last requests it answered. */
function Pulse() {
  const requests = usePolled<ApiRequests>('/v1/developer/requests?limit=200', null, 4000)
  const events = usePolled<JournalEvents>('/v1/developer/events?limit=1', null, 4000)
  return (
    <Answer of={requests}>
      {({ requests: last }) => {
        const took = last.map((one) => one.durationMs).sort((a, b) => a - b)
        const refused = last.filter((one) => one.status >= 400 && one.status < 500).length
        const broken = last.filter((one) => one.status >= 500).length
        const newest = events.data?.events[0]
        return (
          <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4" data-testid="pulse">
            <Stat
              name="Half of the requests within"
              value={took.length === 0 ? '–' : duration(took[Math.floor(took.length / 2)]!)}
              note={`of the last ${count(took.length)}`}
            />
            <Stat
              name="95 of 100 within"
              value={took.length === 0 ? '–' : duration(took[Math.floor(took.length * 0.95)]!)}
              note={took.length === 0 ? 'no request yet' : `the slowest ${duration(took.at(-1)!)}`}
            />
            <Stat
              name="Refused, broken"
              value={`${count(refused)}, ${count(broken)}`}
              note={broken === 0 ? 'nothing is broken' : 'see Requests'}
              tone={broken === 0 ? undefined : 'text-coral'}
            />
            <Stat
              name="Events in the journal"
              value={newest ? count(newest.seq) : '–'}
              note={newest ? `the newest: ${newest.kind}` : 'nothing has happened yet'}
            />
          </dl>
        )
      }}
    </Answer>
  )
}

function Requests() {
  const polled = usePolled<ApiRequests>('/v1/developer/requests?limit=100', null, 4000)
  return (
    <Answer of={polled}>
      {({ requests }) => (
        <Table
          testId="requests"
          caption="The last requests"
          rows={requests}
          keyOf={(row, index) => `${row.atMs}${index}`}
          empty="No request yet."
          columns={[
            {
              name: 'When',
              cell: (row) => (
                <span>
                  <When atMs={row.atMs} form="seconds" />
                </span>
              ),
            },
            {
              name: 'What',
              cell: (row) => <span className="font-mono text-caption">{`${row.method} ${row.route}`}</span>,
            },
            {
              name: 'Status',
              cell: (row) => (
                <Badge tone={row.status < 400 ? 'sea' : row.status < 500 ? 'amber' : 'coral'}>
                  {row.status}
                </Badge>
              ),
            },
            { name: 'Took', cell: (row) => duration(row.durationMs), right: true },
            { name: 'Code', cell: (row) => row.code ?? '' },
            {
              name: 'Purchase',
              cell: (row) => (row.correlator ? <Hash value={row.correlator} label="Correlator" /> : ''),
            },
          ]}
        />
      )}
    </Answer>
  )
}

function Events() {
  const polled = usePolled<JournalEvents>('/v1/developer/events?limit=200', null, 4000)
  return (
    <Answer of={polled}>
      {({ events }) => (
        <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[16rem_minmax(0,1fr)]">
          <Catalogue events={events} />
          <ol className="card divide-y divide-line" data-testid="events">
            {events.map((event) => (
              <li key={event.seq}>
                <details>
                  <summary className="flex list-none flex-wrap items-baseline gap-x-3 px-4 py-2.5">
                    <span className="figures text-caption text-faint">{event.seq}</span>
                    <span className="font-mono text-caption font-semibold">{event.kind}</span>
                    {event.intentId && (
                      <Link className="prose-link font-mono text-caption" href={`/esims/${event.intentId}`}>
                        {short(event.intentId, 8, 4)}
                      </Link>
                    )}
                    <span className="figures ml-auto text-caption text-faint">
                      <When atMs={event.atMs} form="seconds" />
                    </span>
                  </summary>
                  <pre className="overflow-x-auto border-t border-line bg-sunken/50 px-4 py-3 font-mono text-caption">
                    {JSON.stringify(event.body, null, 2)}
                  </pre>
                </details>
              </li>
            ))}
            {events.length === 0 && <li className="p-5 text-small text-soft">Nothing has happened yet.</li>}
          </ol>
        </div>
      )}
    </Answer>
  )
}

/** Which kinds of events there are here, with their versions and how often they came lately. */
function Catalogue({ events }: { events: JournalEvents['events'] }) {
  const kinds = new Map<string, { version: number; times: number }>()
  for (const event of events) {
    const known = kinds.get(event.kind)
    kinds.set(event.kind, { version: event.version, times: (known?.times ?? 0) + 1 })
  }
  return (
    <section className="card p-4" aria-labelledby="catalogue">
      <h3 id="catalogue" className="text-small font-semibold">
        Kinds, among the last {count(events.length)}
      </h3>
      <ul className="mt-3 space-y-1.5 text-caption">
        {[...kinds].sort().map(([kind, { version, times }]) => (
          <li key={kind} className="figures flex justify-between gap-3">
            <span className="font-mono">
              {kind} <span className="text-faint">v{version}</span>
            </span>
            <span className="text-faint">{times}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The log of what was sent to the chain: user operations of travellers and transactions of the relayer. */
function Operations() {
  const polled = usePolled<FinanceTransactions>('/v1/finance/transactions?limit=200', null, 6000)
  return (
    <Answer of={polled}>
      {({ transactions }) => (
        <Table
          testId="operations"
          caption="Operations on the chain"
          rows={transactions}
          keyOf={(row) => row.key}
          empty="Nothing was sent yet."
          columns={[
            { name: 'When', cell: (row) => <When atMs={row.atMs} /> },
            { name: 'Kind', cell: (row) => <span className="font-mono text-caption">{row.kind}</span> },
            { name: 'State', cell: (row) => <Badge>{row.state}</Badge> },
            { name: 'Gas', cell: (row) => (row.gasUsed ? count(row.gasUsed) : '–'), right: true },
            { name: 'Hash', cell: (row) => (row.hash ? <Hash value={row.hash} label="Hash" /> : '–') },
            { name: 'Why', cell: (row) => row.why ?? '' },
          ]}
        />
      )}
    </Answer>
  )
}
