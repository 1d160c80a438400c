'use client'
import { isFailure } from '@gesim/base'
import { useCallback, useEffect, useState } from 'react'
import type { Receipt } from '../api/shapes.ts'
import { Button } from '../ui/button.tsx'
import { Hash, IntentId } from '../ui/copy.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/notice.tsx'
import { When } from '../ui/when.tsx'
import { bytes, usdc } from '../words/format.ts'
import { CHECK_WORDS } from './check-words.ts'
import type { Checked } from './own-checks.ts'

type Progress = { at: 'checking' } | { at: 'done'; checks: Checked[] } | { at: 'silent'; why: string }

/** The receipt as a slip: each claim with its check, made here and now. */
export function ReceiptView({ receipt, title }: { receipt: Receipt; title: string }) {
  const [progress, setProgress] = useState<Progress>({ at: 'checking' })
  const check = useCallback(async () => {
    setProgress({ at: 'checking' })
    try {
      const [{ verifyReceipt }, { chainClient, addresses }] = await Promise.all([
        import('./verify.ts'),
        import('../chain/network.ts'),
      ])
      const checks = await verifyReceipt(receipt, await chainClient(), await addresses())
      setProgress({ at: 'done', checks })
    } catch (error) {
      setProgress({ at: 'silent', why: isFailure(error) ? error.code : 'web.api-unreachable' })
    }
  }, [receipt])
  useEffect(() => {
    void check()
  }, [check])

  return (
    <div
      className="mx-auto max-w-2xl px-4 pt-8 sm:px-6 sm:pt-12"
      data-testid="receipt"
      data-progress={progress.at}
    >
      <div className="flex flex-wrap items-end justify-between gap-3">
        <h1 className="text-heading">Receipt</h1>
        <Button look="quiet" size="small" className="no-print" onClick={() => window.print()}>
          <Icon name="print" />
          Print
        </Button>
      </div>
      <p className="mt-1 text-body text-soft">{title}</p>
      <IntentId id={receipt.intentId} />
      <div className="mt-5">
        <Verdict progress={progress} onAgain={check} />
      </div>
      {progress.at !== 'silent' && (
        <ol className="card mt-5 divide-y divide-line" data-testid="checks">
          {(progress.at === 'done' ? progress.checks : []).map((one) => (
            <CheckRow key={one.check} one={one} />
          ))}
          {progress.at === 'checking' &&
            Object.entries(CHECK_WORDS).map(([name, words]) => (
              <li key={name} className="flex gap-4 p-4 text-faint sm:px-6">
                <span className="mt-0.5 size-6 shrink-0 animate-pulse rounded-full bg-sunken" />
                {words.title}
              </li>
            ))}
        </ol>
      )}
      <p className="mt-5 text-caption text-faint">
        Checked on <When atMs={Date.now()} /> by this browser, with data it read from chain {receipt.chainId}{' '}
        itself. The same data and the same program, <span className="font-mono">@gesim/proofs</span>, are open
        to anybody.
      </p>
    </div>
  )
}

function Verdict({ progress, onAgain }: { progress: Progress; onAgain: () => void }) {
  if (progress.at === 'checking')
    return (
      <Notice tone="plain" icon="clock" title="Checking">
        Signatures and sums are recomputed in this browser.
      </Notice>
    )
  if (progress.at === 'silent')
    return (
      <Notice
        tone="wait"
        title="The chain does not answer, so nothing could be checked"
        action={
          <Button size="small" look="quiet" onClick={onAgain}>
            Check again
          </Button>
        }
      >
        Nothing is claimed as long as it is not checked.
      </Notice>
    )
  const failed = progress.checks.filter((one) => one.outcome === 'failed').length
  const open = progress.checks.filter((one) => one.outcome === 'skipped').length
  const held = progress.checks.length - failed - open
  return (
    <div role="status" data-testid="verdict" data-failed={failed} data-held={held} data-open={open}>
      {failed > 0 ? (
        <Notice tone="trouble" title={failed === 1 ? 'One check fails' : `${failed} checks fail`}>
          Do not rely on this receipt. What is red below says what does not hold. Keep the purchase number and
          tell the operator; the contract holds your money to your terms all the same.
        </Notice>
      ) : (
        <Notice
          tone="calm"
          title={open > 0 ? `${held} checks hold, ${open} still to come` : `All ${held} checks hold`}
        >
          {open > 0
            ? 'What is grey below has not happened yet.'
            : 'Every claim on this receipt was proven in this browser just now.'}
        </Notice>
      )}
    </div>
  )
}

function CheckRow({ one }: { one: Checked }) {
  const words = CHECK_WORDS[one.check]
  if (!words) return null
  const facts = Object.entries(one.facts)
  return (
    <li data-check={one.check} data-outcome={one.outcome} className="p-4 sm:px-6">
      <div className="flex gap-4">
        <Sign outcome={one.outcome} />
        <div className="min-w-0 flex-1">
          <p className={`text-body font-semibold ${one.outcome === 'skipped' ? 'text-faint' : ''}`}>
            {words.title}
            <span className="sr-only">: {SPOKEN[one.outcome]}</span>
          </p>
          <p className={`text-small ${one.outcome === 'failed' ? 'font-medium text-coral' : 'text-soft'}`}>
            {one.outcome === 'failed' ? words.whenRed : words.means}
          </p>
          <p className="mt-0.5 text-caption text-faint">signed by {words.signedBy}</p>
          {facts.length > 0 && (
            <details className="mt-2 text-caption">
              <summary className="inline-flex min-h-6 list-none items-center gap-1 text-sea">
                <Icon name="chevron" className="size-4" />
                What it rests on
              </summary>
              <dl className="mt-2 grid gap-x-4 gap-y-1 sm:grid-cols-[8rem_1fr]">
                {facts.map(([name, value]) => (
                  <div key={name} className="contents">
                    <dt className="text-faint">{FACT_NAMES[name] ?? name}</dt>
                    <dd className="figures min-w-0">
                      <Fact name={name} value={value} />
                    </dd>
                  </div>
                ))}
              </dl>
            </details>
          )}
        </div>
      </div>
    </li>
  )
}

const SPOKEN = { ok: 'holds', failed: 'does not hold', skipped: 'not yet' } as const

function Sign({ outcome }: { outcome: Checked['outcome'] }) {
  if (outcome === 'ok')
    return (
      <span className="mt-0.5 grid size-6 shrink-0 place-items-center rounded-full bg-sea text-on-sea">
        <Icon name="check" className="size-4" />
      </span>
    )
  if (outcome === 'failed')
    return (
      <span className="mt-0.5 grid size-6 shrink-0 place-items-center rounded-full bg-coral text-surface">
        <Icon name="cross" className="size-4" />
      </span>
    )
  return <span className="mt-0.5 size-6 shrink-0 rounded-full border-2 border-edge/50" />
}

const FACT_NAMES: Readonly<Record<string, string>> = {
  intentId: 'purchase number',
  computed: 'computed here',
  fundedMicros: 'in escrow',
  amountMicros: 'amount',
  tariffMicros: 'by the tariff',
  depositMicros: 'deposit',
  chargedMicros: 'charged',
  refundedMicros: 'returned',
  totalMicros: 'total',
  coSignedMicros: 'of it signed by both',
  leafMicros: 'in the books',
  carrierKey: 'carrier’s key',
  shareBps: 'share of the stake',
  bytes: 'data',
}

function Fact({ name, value }: { name: string; value: string | number }) {
  if (typeof value === 'string' && /^0x[0-9a-fA-F]{20,}$/.test(value))
    return <Hash value={value} label={name} />
  if (/Micros$|^(?:amount|funded|gross|fee|charged|refunded)$/.test(name) && /^\d+$/.test(String(value)))
    return <>{usdc(String(value))} USDC</>
  if (name === 'bytes' && /^\d+$/.test(String(value))) return <>{bytes(String(value))}</>
  if (name === 'shareBps') return <>{Number(value) / 100} %</>
  return <>{value}</>
}
