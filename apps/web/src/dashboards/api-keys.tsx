'use client'
import { type FormEvent, useState } from 'react'
import { ask } from '../api/ask.ts'
import type { ApiKeys, NewApiKey } from '../api/shapes.ts'
import { usePolled } from '../api/use-polled.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Copy } from '../ui/copy.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Notice } from '../ui/notice.tsx'
import { Table } from '../ui/table.tsx'
import { When } from '../ui/when.tsx'
import { type Shown, shown } from '../wallet/with-wallet.tsx'
import { Answer } from './frame.tsx'

/** Make, see and end API keys. A secret is shown once; only its hash is stored. */
export function ApiKeysPanel() {
  const polled = usePolled<ApiKeys>('/v1/developer/keys', null, null)
  const [made, setMade] = useState<NewApiKey | null>(null)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Shown | null>(null)

  async function change(work: () => Promise<unknown>) {
    setBusy(true)
    setFailure(null)
    try {
      await work()
      await polled.refresh()
    } catch (error) {
      setFailure(shown(error))
    } finally {
      setBusy(false)
    }
  }
  function create(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    const fields = new FormData(form)
    void change(async () => {
      const body = {
        name: String(fields.get('name')),
        role: 'developer',
        validDays: Number(fields.get('days')),
      }
      setMade(await ask<NewApiKey>('POST', '/v1/developer/keys', { body }))
      form.reset()
    })
  }
  return (
    <div className="space-y-5">
      <form onSubmit={create} className="card flex flex-wrap items-end gap-3 p-4">
        <label className="min-w-48 flex-1 text-small font-medium">
          What is it for?
          <input
            name="name"
            required
            maxLength={64}
            autoComplete="off"
            data-testid="key-name"
            className="mt-1 h-11 w-full rounded-field border border-edge bg-surface px-3"
          />
        </label>
        <label className="text-small font-medium">
          Ends after
          <select
            name="days"
            defaultValue="90"
            className="mt-1 block h-11 rounded-field border border-edge bg-surface px-3"
          >
            <option value="7">7 days</option>
            <option value="90">90 days</option>
            <option value="365">a year</option>
          </select>
        </label>
        <Button type="submit" size="small" busy={busy} data-testid="key-create">
          Make a key
        </Button>
      </form>
      {failure && <FailureNotice failure={failure} money="none" onAgain={() => setFailure(null)} />}
      {made && (
        <Notice tone="calm" icon="key" title={`“${made.key.name}” is ready`} testId="key-made">
          <p>Keep it now: it is shown this once.</p>
          <Copy value={made.secret} label="API key" testId="key-secret">
            {made.secret}
          </Copy>
        </Notice>
      )}
      <Answer of={polled}>
        {({ keys }) => (
          <Table
            testId="keys"
            caption="API keys"
            rows={keys}
            keyOf={(row) => row.id}
            empty="No key yet."
            columns={[
              { name: 'Name', cell: (row) => row.name },
              {
                name: 'Begins with',
                cell: (row) => <span className="font-mono text-caption">{row.prefix}…</span>,
              },
              { name: 'Role', cell: (row) => <Badge>{row.role}</Badge> },
              {
                name: 'Used',
                cell: (row) => <span>{row.usedAtMs ? <When atMs={row.usedAtMs} /> : 'never'}</span>,
              },
              {
                name: 'Ends',
                cell: (row) => (
                  <span>{row.expiresAtMs ? <When atMs={row.expiresAtMs} form="day" /> : 'open end'}</span>
                ),
              },
              {
                name: '',
                right: true,
                cell: (row) => (
                  <button
                    type="button"
                    disabled={busy}
                    onClick={() => void change(() => ask('DELETE', `/v1/developer/keys/${row.id}`))}
                    className="min-h-8 rounded-chip px-2 text-caption font-semibold text-coral hover:bg-coral-wash"
                  >
                    End it
                  </button>
                ),
              },
            ]}
          />
        )}
      </Answer>
    </div>
  )
}
