'use client'
import { refuse } from '@gesim/base'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Hex, Network } from '../api/shapes.ts'
import { Button } from '../ui/button.tsx'
import { Copy } from '../ui/copy.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Icon } from '../ui/icon.tsx'
import { Link } from '../ui/link.tsx'
import { Notice } from '../ui/notice.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { About } from '../words/estimate.tsx'
import { useFailureWords } from '../words/failure-words.ts'
import { useFormats } from '../words/use-formats.ts'
import { AddressInHalves } from './address/address-field.tsx'
import { SendForm, type Transfer } from './send-form.tsx'
import { useWalletState } from './wallet-state.ts'
import { SeedFailure, type Shown, useSeed } from './with-wallet.tsx'

const LOOK_EVERY_MS = 4000

/** Sends USDC out of the wallet: what goes where is checked, shown once more with what it means, and only then signed. */
export function SendView() {
  const t = useTranslations('wallet')
  const failureWords = useFailureWords()
  const wallet = useWalletState()
  const account = wallet.step === 'ready' ? wallet.account : null
  const { network, balance, look } = useMoney(account)
  const { busy, failure, run } = useSeed()
  const [asked, setAsked] = useState<Transfer | null>(null)
  const [short, setShort] = useState(false)
  const [seen, setSeen] = useState(true)
  const [sent, setSent] = useState<(Transfer & { txHash: Hex }) | null>(null)
  const running = useRef(false)

  if (wallet.step === 'failed')
    return <FailureNotice failure={failureWords(wallet)} money="none" onAgain={() => location.reload()} />
  if (!account || !network)
    return <div className="h-80 animate-pulse rounded-card bg-sunken" aria-hidden="true" />
  if (sent) return <Sent sent={sent} onMore={() => setSent(null)} />

  async function send(transfer: Transfer, shownOf: Hex) {
    // Two taps can come before the button is drawn as busy.
    if (running.current) return
    running.current = true
    setShort(false)
    const outcome = await run(async (from, entropy, known) => {
      const [{ signerOf }, { sendUsdc }, { balanceOf }] = await Promise.all([
        import('../chain/account.ts'),
        import('../chain/operations.ts'),
        import('../chain/balance.ts'),
      ])
      const signer = await signerOf(entropy, known)
      // Another tab may have signed in somebody else: what was shown and confirmed is this account's and no other's.
      if ([from, signer.address].some((each) => each.toLowerCase() !== shownOf.toLowerCase()))
        throw refuse('web.terms-differ', { field: 'payer' })
      // The page may be older than the last payment.
      if ((await balanceOf(from)) < transfer.amountMicros) return 'short'
      return await sendUsdc(signer, transfer.to, transfer.amountMicros)
    }).finally(() => {
      running.current = false
    })
    setSeen(false)
    if (outcome === 'short') setShort(true)
    else if (outcome) {
      setAsked(null)
      setSent({ ...transfer, txHash: outcome })
    }
    look()
  }
  const chain = network.chainId === 8453 ? 'Base' : t('top.chain', { id: String(network.chainId) })
  return (
    <>
      <SendForm
        account={account}
        balance={balance}
        chain={chain}
        onAsk={(transfer) => {
          setShort(false)
          setSeen(true)
          setAsked(transfer)
        }}
      />
      <Sheet open={asked !== null} onClose={() => setAsked(null)} title={t('send.sure')} testId="send-sheet">
        {asked && (
          <>
            <Facts transfer={asked} chain={chain} />
            <div className="mt-4" aria-live="polite">
              {short ? (
                <Notice tone="wait" icon="wallet" title={t('send.faults.short')} testId="send-short" />
              ) : failure && !seen ? (
                <SendFailure failure={failure} onAgain={() => void send(asked, account)} />
              ) : (
                <Notice tone="wait" icon="shield" title={t('send.final')}>
                  {t('send.finalSays', { chain })}
                </Notice>
              )}
            </div>
            <div className="mt-5 space-y-3">
              {/* What was sent and not confirmed may arrive yet: from here it is not sent twice. */}
              {(seen || failure?.code !== 'web.payment-unconfirmed') && (
                <Button wide busy={busy} onClick={() => void send(asked, account)} data-testid="send-confirm">
                  <SendWords amountMicros={asked.amountMicros} />
                </Button>
              )}
              <Button wide look="quiet" onClick={() => setAsked(null)} disabled={busy}>
                {t('send.no')}
              </Button>
            </div>
          </>
        )}
      </Sheet>
    </>
  )
}

function SendWords({ amountMicros }: { amountMicros: bigint }) {
  return useTranslations('wallet')('send.yes', { amount: useFormats().usdc(amountMicros) })
}

/** What is about to be signed. */
function Facts({ transfer, chain }: { transfer: Transfer; chain: string }) {
  const t = useTranslations('wallet')
  const f = useFormats()
  return (
    <>
      <p className="figures text-heading font-bold" data-testid="send-amount-shown">
        {f.usdc(transfer.amountMicros)} <span className="text-small font-medium text-faint">USDC</span>
        <About micros={transfer.amountMicros} dated className="block text-small font-normal text-soft" />
      </p>
      <p className="mt-3 text-caption text-faint">{t('send.to')}</p>
      <p className="rounded-field bg-sunken p-3 text-small" data-testid="send-to-shown">
        <AddressInHalves address={transfer.to} />
      </p>
      <dl className="figures mt-3 space-y-1.5 text-small text-soft">
        <div className="flex justify-between gap-4">
          <dt>{t('send.network')}</dt>
          <dd className="text-end">{chain}</dd>
        </div>
        <div className="flex justify-between gap-4">
          <dt>{t('kinds.sponsored-gas')}</dt>
          <dd>{f.usdc(0)}</dd>
        </div>
      </dl>
    </>
  )
}

/** It is on the chain: how much, to whom, and by which transaction. */
function Sent({ sent, onMore }: { sent: Transfer & { txHash: Hex }; onMore: () => void }) {
  const t = useTranslations('wallet')
  const f = useFormats()
  const heading = useRef<HTMLHeadingElement>(null)
  // The form that had the focus is gone.
  useEffect(() => heading.current?.focus(), [])
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="sent" data-testid="send-done">
      <h2 id="sent" ref={heading} tabIndex={-1} className="flex items-start gap-2 text-title outline-none">
        <Icon name="check" className="mt-1 size-6 text-sea" />
        {t('send.done', { amount: f.usdc(sent.amountMicros) })}
      </h2>
      <dl className="mt-4 space-y-3 text-small">
        <div>
          <dt className="text-caption text-faint">{t('send.to')}</dt>
          <dd className="mt-1">
            <AddressInHalves address={sent.to} />
          </dd>
        </div>
        <div>
          <dt className="text-caption text-faint">{t('send.transaction')}</dt>
          <dd className="-ms-1.5">
            <Copy value={sent.txHash} label={t('send.transaction')} testId="send-hash">
              {sent.txHash}
            </Copy>
          </dd>
        </div>
      </dl>
      <div className="mt-5 flex flex-wrap items-center gap-x-6 gap-y-3">
        <Link className="prose-link text-small" href="/wallet">
          {t('back')}
        </Link>
        <Button size="small" look="quiet" onClick={onMore} data-testid="send-more">
          {t('send.more')}
        </Button>
      </div>
    </section>
  )
}

/** A transfer that failed, in words of its own: what the shop says of payments is not true here. */
function SendFailure({ failure, onAgain }: { failure: Shown; onAgain: () => void }) {
  const t = useTranslations('wallet')
  if (failure.code === 'web.payment-failed')
    return (
      <Notice tone="trouble" title={t('send.failed')} testId="failure">
        {t('send.failedSays')}
      </Notice>
    )
  if (failure.code === 'web.payment-unconfirmed')
    return (
      <Notice tone="wait" title={t('send.unconfirmed')} testId="failure">
        {t('send.unconfirmedSays')}
      </Notice>
    )
  return <SeedFailure failure={failure} back="/wallet/send" onAgain={onAgain} />
}

/** The network, once, and the balance, looked at again while the page is open. */
function useMoney(account: Hex | null) {
  const [network, setNetwork] = useState<Network | null>(null)
  const [balance, setBalance] = useState<bigint | null>(null)
  const look = useCallback(() => {
    if (!account) return
    // A figure that cannot be read is asked for again; before anything is signed it is asked for once more.
    import('../chain/balance.ts')
      .then(({ balanceOf }) => balanceOf(account))
      .then(setBalance, () => undefined)
    import('../chain/network.ts').then((net) => net.network()).then(setNetwork, () => undefined)
  }, [account])
  useEffect(() => {
    look()
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') look()
    }, LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }, [look])
  return { network, balance, look }
}
