'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { ask } from '../api/ask.ts'
import type { Sessions } from '../api/shapes.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Table } from '../ui/table.tsx'
import { When } from '../ui/when.tsx'
import { type Shown, shown } from '../wallet/with-wallet.tsx'

type Session = Sessions['sessions'][number]

/** Where the traveller is signed in. Another session ends at a press; this one ends by signing out. */
export function SessionsTable({ sessions }: { sessions: readonly Session[] }) {
  const t = useTranslations('privacy')
  const router = useRouter()
  const [gone, setGone] = useState<readonly string[]>([])
  const rows = sessions.filter((row) => !gone.includes(row.id))
  const [ending, setEnding] = useState<string | null>(null)
  const [failed, setFailed] = useState<{ id: string; failure: Shown } | null>(null)
  const [said, setSaid] = useState('')
  async function end(id: string) {
    setEnding(id)
    setFailed(null)
    setSaid('')
    try {
      await ask('DELETE', `/v1/auth/sessions/${id}`)
      setGone((before) => [...before, id])
      setSaid(t('ended'))
      // The rows above tell of sessions too.
      router.refresh()
    } catch (error) {
      setFailed({ id, failure: shown(error) })
    } finally {
      setEnding(null)
    }
  }
  return (
    <div className="space-y-4">
      <Table
        caption={t('sessions')}
        rows={rows}
        keyOf={(row) => row.id}
        empty={t('nowhere')}
        testId="sessions"
        columns={[
          { name: t('since'), cell: (row) => <When atMs={row.createdAtMs} /> },
          { name: t('seen'), cell: (row) => <When atMs={row.seenAtMs} /> },
          { name: t('ends'), cell: (row) => <When atMs={row.expiresAtMs} /> },
          {
            name: '',
            right: true,
            cell: (row) =>
              row.current ? (
                <Badge tone="sea">{t('thisOne')}</Badge>
              ) : (
                <Button
                  look="quiet"
                  size="small"
                  busy={ending === row.id}
                  disabled={ending !== null}
                  onClick={() => end(row.id)}
                  data-testid="end-session"
                  data-session={row.id}
                >
                  {t('end')}
                </Button>
              ),
          },
        ]}
      />
      <p role="status" className="sr-only">
        {said}
      </p>
      {failed && <FailureNotice failure={failed.failure} money="none" onAgain={() => end(failed.id)} />}
    </div>
  )
}
