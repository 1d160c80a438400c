import type { Metadata } from 'next'
import { sessionOf, tryFromServer } from '../../api/server.ts'
import type { Sessions, Stored } from '../../api/shapes.ts'
import { ForgetMe } from '../../privacy/forget-me.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { FailureNotice } from '../../ui/failure-notice.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Page } from '../../ui/site-frame.tsx'
import { Table } from '../../ui/table.tsx'
import { When } from '../../ui/when.tsx'

export const metadata: Metadata = { title: 'What we know about you' }

const NEVER = [
  'your name, e-mail, phone number or address',
  'your IP address',
  'the serial numbers of your phone, its chip or the eSIM (only keyed fingerprints of them)',
  'which websites you visit or whom you write to',
  'your key: one part of three, useless alone',
]

export default async function Privacy() {
  const session = await sessionOf()
  const [stored, sessions] = session.signedIn
    ? await Promise.all([tryFromServer<Stored>('/v1/privacy'), tryFromServer<Sessions>('/v1/auth/sessions')])
    : [null, null]
  return (
    <Page wide title="What we know about you" lead="All of it, from the real rows. Not a policy: the data.">
      <section className="mb-10">
        {!session.signedIn && (
          <Notice
            tone="plain"
            title="You are not signed in, so: nothing"
            action={
              <ButtonLink size="small" href="/sign-in?return=/privacy">
                Sign in and look
              </ButtonLink>
            }
          >
            Looking at this site leaves nothing with us. One cookie remembers the colours you chose, on your
            device.
          </Notice>
        )}
        {stored?.failure && <FailureNotice failure={stored.failure} money="none" />}
        {stored?.answer && (
          <ul
            className="card divide-y divide-line"
            aria-label="Everything stored about you"
            data-testid="stored"
          >
            {stored.answer.stored.map((row) => (
              <li
                key={`${row.what}${row.value}`}
                className="grid gap-x-6 gap-y-1 px-4 py-3.5 text-small sm:px-5 md:grid-cols-[11rem_1fr_15rem]"
              >
                <p className="font-semibold">
                  {row.what}
                  <span className="block font-mono text-caption font-normal break-all text-soft">
                    {row.value}
                  </span>
                </p>
                <p>{row.why}</p>
                <p className="text-caption text-soft">
                  <span className="text-faint">Until:</span> {row.until}
                </p>
              </li>
            ))}
            {stored.answer.stored.length === 0 && (
              <li className="p-5 text-small">Nothing is stored about you.</li>
            )}
          </ul>
        )}
      </section>
      {sessions?.answer && (
        <section className="mb-10">
          <h2 className="mb-3 text-title">Where you are signed in</h2>
          <Table
            caption="Sessions"
            rows={sessions.answer.sessions}
            keyOf={(row) => row.id}
            empty="Nowhere."
            columns={[
              {
                name: 'Since',
                cell: (row) => (
                  <span>
                    <When atMs={row.createdAtMs} />
                  </span>
                ),
              },
              {
                name: 'Seen',
                cell: (row) => (
                  <span>
                    <When atMs={row.seenAtMs} />
                  </span>
                ),
              },
              {
                name: 'Ends',
                cell: (row) => (
                  <span>
                    <When atMs={row.expiresAtMs} />
                  </span>
                ),
              },
              { name: '', cell: (row) => (row.current ? 'this one' : '') },
            ]}
          />
        </section>
      )}
      <div className="grid gap-6 md:grid-cols-2">
        <section className="card p-6">
          <h2 className="text-title">What we never have</h2>
          <ul className="mt-3 list-disc space-y-2 pl-5 text-small text-soft">
            {NEVER.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
        <section className="card p-6">
          <h2 className="text-title">What cannot be deleted</h2>
          <p className="mt-3 text-small text-soft">
            Payments are on a public chain. They show that an account, a number without a name, paid into a
            contract and was paid back. That history is permanent and public, for us too. We hold no directly
            identifying data that would connect it to you; your sign-in provider and whoever sent you money
            may be able to.
          </p>
        </section>
      </div>
      {session.signedIn && <ForgetMe />}
    </Page>
  )
}
