'use client'
import { useCallback, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { ApiFailure, ask } from '../api/ask.ts'
import type { Hex, Wallet } from '../api/shapes.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Copy, Hash } from '../ui/copy.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/notice.tsx'
import { When } from '../ui/when.tsx'
import type { TokenFacts } from './chain-facts.ts'

type Read = { readonly step: 'reading' | 'away' } | { readonly step: 'read'; readonly facts: TokenFacts }

/** The token of the account as the chain has it, and the document that other programs read. */
export function TokenCard({ account, identity }: { account: Hex; identity: Wallet['identity'] }) {
  const t = useTranslations('id')
  const [read, setRead] = useState<Read>({ step: 'reading' })
  const look = useCallback(async () => {
    setRead({ step: 'reading' })
    try {
      const { readToken } = await import('./chain-facts.ts')
      setRead({ step: 'read', facts: await readToken(account, identity) })
    } catch {
      // Whatever the node or the way to it did: the chain was not heard.
      setRead({ step: 'away' })
    }
  }, [account, identity])
  useEffect(() => void look(), [look])
  return (
    <section
      className="card p-5 sm:p-6"
      aria-labelledby="token"
      data-testid="token"
      data-step={read.step}
      data-held={read.step === 'read' ? read.facts.held : undefined}
    >
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="token" className="text-title">
          {t('token.title')}
        </h2>
        {read.step === 'read' && <Standing facts={read.facts} />}
      </div>
      <p className="mt-1 text-small text-soft">{t('token.says')}</p>
      {read.step === 'reading' && (
        <p role="status" className="mt-4 text-small text-soft">
          {t('token.reading')}
        </p>
      )}
      {read.step === 'away' && (
        <div className="mt-4">
          <Notice
            tone="wait"
            title={t('token.away')}
            testId="chain-away"
            action={
              <Button size="small" look="quiet" onClick={() => void look()}>
                {t('token.again')}
              </Button>
            }
          >
            {t('token.awaySays')}
          </Notice>
        </div>
      )}
      <dl className="mt-4 grid gap-3 text-small sm:grid-cols-2">
        {identity && (
          <Fact name={t('token.number')}>
            <Hash value={identity.tokenId} label={t('token.number')} />
          </Fact>
        )}
        {read.step === 'read' && read.facts.madeAtMs !== null && (
          <Fact name={t('token.made')}>
            <When atMs={read.facts.madeAtMs} className="px-1.5" />
          </Fact>
        )}
        <Fact name={t('token.account')}>
          <Hash value={account} label={t('token.account')} />
        </Fact>
        {read.step === 'read' && (
          <Fact name={t('token.contract')}>
            <Hash value={read.facts.contract} label={t('token.contract')} />
          </Fact>
        )}
        {identity && (
          <Fact name={t('token.did')}>
            <Hash value={identity.did} label={t('token.did')} />
          </Fact>
        )}
      </dl>
      <DidDocument account={account} />
    </section>
  )
}

function Standing({ facts }: { facts: TokenFacts }) {
  const t = useTranslations('id')
  if (facts.held)
    return (
      <Badge tone="sea" icon="check">
        {t('token.held')}
      </Badge>
    )
  return facts.revoked ? (
    <Badge tone="coral" icon="cross">
      {t('token.revoked')}
    </Badge>
  ) : (
    <Badge tone="amber" icon="clock">
      {t('token.notYet')}
    </Badge>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-caption text-faint">{name}</dt>
      <dd className="-ms-1.5">{children}</dd>
    </div>
  )
}

/** The DID document, asked for when it is opened. */
function DidDocument({ account }: { account: Hex }) {
  const t = useTranslations('id')
  const [text, setText] = useState<string | null>(null)
  const [failed, setFailed] = useState(false)
  async function open() {
    if (text !== null) return
    setFailed(false)
    try {
      const document = await ask<Record<string, unknown>>('GET', `/v1/identity/${account}/did.json`)
      setText(JSON.stringify(document, null, 2))
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error
      setFailed(true)
    }
  }
  return (
    <details
      className="group mt-4 border-t border-line pt-4"
      data-testid="did"
      onToggle={(event) => {
        if (event.currentTarget.open) void open()
      }}
    >
      <summary className="flex min-h-6 list-none items-center justify-between gap-3 text-small font-semibold">
        {t('did.title')}
        <Icon name="chevron" className="size-5 text-faint transition-transform group-open:rotate-180" />
      </summary>
      <p className="mt-2 text-small text-soft">{t('did.says')}</p>
      <div role="status" className="mt-3 text-small text-soft">
        {failed && t('did.failed')}
        {!failed && text === null && t('did.reading')}
      </div>
      {text !== null && (
        <>
          {/* It scrolls sideways on a phone, so the keyboard has to reach it (WCAG 2.1.1). */}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls */}
          <pre dir="ltr" tabIndex={0} className="overflow-x-auto rounded-field bg-sunken p-3 text-caption">
            {text}
          </pre>
          <Copy value={text} label={t('did.title')} testId="did-copy">
            {t('did.copy')}
          </Copy>
        </>
      )}
    </details>
  )
}
