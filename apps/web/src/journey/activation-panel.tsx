'use client'
import { isFailure } from '@gesim/base'
import { useCallback, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { type ApiFailure, ask } from '../api/ask.ts'
import { serverNowMs } from '../api/clock.ts'
import type { Activation, Intent, Network, PairingCode } from '../api/shapes.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Copy } from '../ui/copy.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Icon } from '../ui/icon.tsx'
import { Qr } from '../ui/qr.tsx'
import { useNow } from '../ui/use-now.ts'
import { countdown } from '../words/format.ts'

const STALLED_AFTER_MS = 5 * 60_000

/** How the eSIM gets onto the phone: picture, links, code, and the hand-over to a paired phone. */
export function ActivationPanel({ intent }: { intent: Intent }) {
  const t = useTranslations('journey')
  const [activation, setActivation] = useState<Activation | null>(null)
  const [network, setNetwork] = useState<Network | null>(null)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const [shown, setShown] = useState(false)
  const pairing = usePairingCode(intent.intentId, !intent.paired)
  const now = useNow()
  const readyAtMs = intent.timeline.find((entry) => entry.step === 'ready')?.atMs
  const stalled = now !== null && readyAtMs !== undefined && now - readyAtMs > STALLED_AFTER_MS

  const load = useCallback(async () => {
    setFailure(null)
    try {
      const [code, net] = await Promise.all([
        ask<Activation>('GET', `/v1/intents/${intent.intentId}/activation`),
        ask<Network>('GET', '/v1/network'),
      ])
      setActivation(code)
      setNetwork(net)
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error as ApiFailure)
    }
  }, [intent.intentId])
  useEffect(() => {
    void load()
  }, [load])

  if (failure)
    return <FailureNotice failure={failure} money="escrow" onAgain={load} intentId={intent.intentId} />
  if (!activation) return <div className="h-96 animate-pulse rounded-card bg-sunken" aria-hidden="true" />

  const device = deviceOf()
  const phoneHref =
    network?.phoneUrl && pairing
      ? `${network.phoneUrl}/?carddata=${encodeURIComponent(activation.activationCode)}&pair=${pairing.code}`
      : null
  return (
    <section aria-labelledby="install" className="card p-5 sm:p-6" data-testid="activation">
      <h2 id="install" className="text-title">
        {t('install.title')}
      </h2>
      <p className="mt-1 text-small text-soft">{device === 'other' ? t('install.scan') : t('install.tap')}</p>
      {device === 'ios' && (
        <ButtonLink wide hard href={activation.appleUrl} className="mt-4" data-testid="install-apple">
          {t('install.iphone')}
        </ButtonLink>
      )}
      {device === 'android' && (
        <ButtonLink wide hard href={activation.androidUrl} className="mt-4" data-testid="install-android">
          {t('install.phone')}
        </ButtonLink>
      )}
      <div className="mt-5">
        <Qr text={activation.activationCode} label={t('install.qr')} testId="activation-qr" />
      </div>
      {phoneHref && (
        <ButtonLink
          wide
          hard
          look={device === 'other' ? 'solid' : 'quiet'}
          href={phoneHref}
          target="_blank"
          rel="noopener"
          className="mt-5"
          data-testid="open-phone"
        >
          <Icon name="phone" />
          {t('install.software')}
        </ButtonLink>
      )}
      {stalled && !shown && <p className="mt-4 text-small text-soft">{t('install.stalled')}</p>}
      <div className="mt-4 space-y-3">
        {shown ? (
          <dl className="space-y-3 rounded-card bg-sunken p-4 text-small" data-testid="manual-code">
            <CodeRow name={t('install.smdp')} value={activation.smdpAddress} />
            <CodeRow name={t('install.code')} value={activation.matchingId} />
            <CodeRow name={t('install.both')} value={activation.activationCode} testId="activation-code" />
          </dl>
        ) : (
          <Button wide look="quiet" size="small" onClick={() => setShown(true)} data-testid="reveal-code">
            <Icon name="eye" />
            {t('install.reveal')}
          </Button>
        )}
        <details className="group rounded-card border border-line">
          <summary className="flex min-h-12 list-none items-center justify-between gap-3 px-4 text-small font-medium">
            {t('install.other')}
            <Icon name="chevron" className="size-5 text-faint transition-transform group-open:rotate-180" />
          </summary>
          <div className="space-y-4 border-t border-line px-4 py-4 text-small">
            <p className="flex flex-wrap gap-x-6 gap-y-2">
              <a className="prose-link" href={activation.appleUrl}>
                {t('install.linkIphone')}
              </a>
              <a className="prose-link" href={activation.androidUrl}>
                {t('install.linkAndroid')}
              </a>
            </p>
            {pairing && now !== null && (
              <div>
                <p className="text-soft">{t('install.handOver')}</p>
                <p className="mt-1 flex items-baseline gap-3">
                  <span
                    className="font-mono text-title font-semibold tracking-[0.18em]"
                    data-testid="pairing-code"
                  >
                    {pairing.code}
                  </span>
                  <span className="figures text-caption text-faint">
                    {t('install.once', { time: countdown(pairing.expiresAt * 1000, now) })}
                  </span>
                </p>
              </div>
            )}
            <p className="text-soft">{t('install.cash')}</p>
          </div>
        </details>
      </div>
    </section>
  )
}

function CodeRow({ name, value, testId }: { name: string; value: string; testId?: string }) {
  return (
    <div>
      <dt className="text-caption text-faint">{name}</dt>
      <dd>
        <Copy value={value} label={name} testId={testId}>
          {value}
        </Copy>
      </dd>
    </div>
  )
}

/** A pairing code that is always good for a while: a new one is asked for when the old one ends. */
function usePairingCode(intentId: string, wanted: boolean): PairingCode | null {
  const [pairing, setPairing] = useState<PairingCode | null>(null)
  useEffect(() => {
    if (!wanted) {
      setPairing(null)
      return
    }
    let timer: ReturnType<typeof setTimeout> | undefined
    let gone = false
    const renew = async () => {
      let waitMs = 15_000
      try {
        const code = await ask<PairingCode>('POST', `/v1/intents/${intentId}/pairing-codes`)
        if (gone) return
        setPairing(code)
        waitMs = Math.max(10_000, code.expiresAt * 1000 - serverNowMs() - 5000)
      } catch (error) {
        if (!isFailure(error)) throw error
      }
      if (!gone) timer = setTimeout(renew, waitMs)
    }
    void renew()
    return () => {
      gone = true
      clearTimeout(timer)
    }
  }, [intentId, wanted])
  return pairing
}

function deviceOf(): 'ios' | 'android' | 'other' {
  if (/iPhone/.test(navigator.userAgent)) return 'ios'
  if (/Android/.test(navigator.userAgent)) return 'android'
  return 'other'
}
