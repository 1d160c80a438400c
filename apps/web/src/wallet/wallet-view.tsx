'use client'
import { type Failure, isFailure } from '@gesim/base'
import { useCallback, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { ApiFailure } from '../api/ask.ts'
import type { Activity, Hex, Network, Session, Wallet } from '../api/shapes.ts'
import { usePolled } from '../api/use-polled.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Hash } from '../ui/copy.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Icon } from '../ui/icon.tsx'
import { Link } from '../ui/link.tsx'
import { Notice } from '../ui/notice.tsx'
import { About } from '../words/estimate.tsx'
import { useFailureWords } from '../words/failure-words.ts'
import { short } from '../words/format.ts'
import { useFormats } from '../words/use-formats.ts'
import { ActivityList } from './activity/activity-list.tsx'
import { useWalletState } from './wallet-state.ts'

/** The wallet: what is in it, how safe its key is, what happened with it. */
export function WalletView({
  initial,
  activity,
  session,
}: {
  initial: Wallet
  activity: Activity | null
  session: Session
}) {
  const t = useTranslations('wallet')
  const failureWords = useFailureWords()
  const walletState = useWalletState()
  const { data, refresh } = usePolled<Wallet>('/v1/wallet', initial, null)
  const wallet = data ?? initial
  useEffect(() => {
    if (walletState.step === 'ready') void refresh()
  }, [walletState.step, refresh])
  if (!wallet.account)
    return walletState.step === 'failed' ? (
      <FailureNotice failure={failureWords(walletState)} money="none" onAgain={() => location.reload()} />
    ) : (
      <Notice tone="plain" icon="wallet" title={t('making')}>
        {t('makingSays')}
      </Notice>
    )
  return (
    <div className="grid items-start gap-5 md:grid-cols-2">
      <div className="space-y-5">
        <BalanceBox account={wallet.account} />
        <ActivityList account={wallet.account} activity={activity} />
      </div>
      <div className="space-y-5">
        <RecoveryMeter wallet={wallet} account={wallet.account} onChanged={refresh} />
        <Details wallet={wallet} account={wallet.account} />
        <SignOutBox account={wallet.account} session={session} />
      </div>
    </div>
  )
}

function BalanceBox({ account }: { account: Hex }) {
  const t = useTranslations('wallet')
  const f = useFormats()
  const failureWords = useFailureWords()
  const [balance, setBalance] = useState<bigint | null>(null)
  const [network, setNetwork] = useState<Network | null>(null)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const load = useCallback(async () => {
    const [{ balanceOf }, net] = await Promise.all([
      import('../chain/balance.ts'),
      import('../chain/network.ts'),
    ])
    setNetwork(await net.network())
    setBalance(await balanceOf(account))
  }, [account])
  useEffect(() => {
    load().catch((error) => {
      if (error instanceof ApiFailure) setFailure(error)
    })
  }, [load])
  async function topUp() {
    setBusy(true)
    setFailure(null)
    try {
      const { askFaucet } = await import('../chain/balance.ts')
      setBalance(await askFaucet(account, 20_000_000n))
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error
      setFailure(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className="rounded-card bg-sea p-6 text-on-sea" aria-labelledby="balance">
      <h2 id="balance" className="text-small font-medium opacity-90">
        {t('balance')}
      </h2>
      <p className="figures mt-1 text-display font-bold" data-testid="balance">
        {balance === null ? '…' : f.usdc(balance)}{' '}
        <span className="text-lead font-medium opacity-90">USDC</span>
      </p>
      <About micros={balance} dated className="block text-small opacity-90" />
      <p className="text-small opacity-90">{t('dollars')}</p>
      {failure && <p className="mt-3 text-small">{failureWords(failure).says}</p>}
      <div className="mt-5 flex flex-wrap gap-3">
        <ButtonLink size="small" look="quiet" href="/wallet/top-up">
          {t('topUp')}
        </ButtonLink>
        <ButtonLink size="small" look="quiet" href="/wallet/send" data-testid="send-link">
          {t('send.short')}
        </ButtonLink>
        {network?.local && (
          <Button size="small" look="quiet" busy={busy} onClick={topUp} data-testid="wallet-faucet">
            {t('testMoney')}
          </Button>
        )}
      </div>
    </section>
  )
}

/** How many of the ways back into the wallet exist, and the next one to add. */
function RecoveryMeter({
  wallet,
  account,
  onChanged,
}: {
  wallet: Wallet
  account: Hex
  onChanged: () => Promise<void>
}) {
  const t = useTranslations('wallet')
  const failureWords = useFailureWords()
  const [here, setHere] = useState<boolean | null>(null)
  const [possible, setPossible] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  useEffect(() => {
    Promise.all([import('./keeper.ts'), import('../custody/passkey.ts')]).then(async ([keeper, passkey]) => {
      setHere(await keeper.hasDeviceShare(account))
      setPossible(await passkey.passkeyPossible())
    })
  }, [account])
  const ways = [
    {
      has: here === true && wallet.shares.server,
      name: t('ways.device'),
      note: t('ways.deviceSays'),
    },
    { has: wallet.shares.passkey, name: t('ways.passkey'), note: t('ways.passkeySays') },
    {
      has: wallet.shares.recoverySaved,
      name: t('ways.file'),
      note: t('ways.fileSays'),
    },
  ]
  const count = ways.filter((way) => way.has).length
  async function addPasskey() {
    setBusy(true)
    setFailure(null)
    try {
      const keeper = await import('./keeper.ts')
      await keeper.addPasskey(account, await keeper.unlock(wallet), { mustSeal: true })
      await onChanged()
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <section
      className="card p-5 sm:p-6"
      aria-labelledby="recovery"
      data-testid="recovery-meter"
      data-ways={count}
    >
      <div className="flex items-center justify-between gap-3">
        <h2 id="recovery" className="text-title">
          {t('ways.title')}
        </h2>
        <meter className="sr-only" min={0} max={3} value={count} aria-label={t('ways.label')} />
        <span aria-hidden="true" className="flex gap-1">
          {ways.map((way, index) => (
            <span key={way.name} className={`h-2 w-8 rounded-full ${index < count ? 'bg-sea' : 'bg-line'}`} />
          ))}
        </span>
      </div>
      <p className="mt-1 text-small text-soft">
        {count >= 2 ? t('ways.good') : count === 1 ? t('ways.one') : t('ways.none')}
      </p>
      <ul className="mt-4 space-y-3">
        {ways.map((way) => (
          <li key={way.name} className="flex gap-3">
            <span
              className={`mt-0.5 grid size-6 shrink-0 place-items-center rounded-full ${way.has ? 'bg-sea text-on-sea' : 'border-2 border-edge/60'}`}
            >
              {way.has && <Icon name="check" className="size-4" />}
            </span>
            <div>
              <p className="text-small font-semibold">
                {way.name}
                <span className="sr-only">{way.has ? t('ways.setUp') : t('ways.notYet')}</span>
              </p>
              <p className="text-caption text-soft">{way.note}</p>
            </div>
          </li>
        ))}
      </ul>
      {failure && (
        <div className="mt-4">
          <FailureNotice failure={failureWords(failure)} money="none" onAgain={addPasskey} />
        </div>
      )}
      <div className="mt-5 flex flex-wrap gap-3">
        {here === false ? (
          <ButtonLink size="small" href="/wallet/restore" data-testid="restore-link">
            {t('ways.restore')}
          </ButtonLink>
        ) : (
          <>
            <ButtonLink
              size="small"
              look={wallet.shares.recoverySaved ? 'quiet' : 'solid'}
              href="/wallet/recovery"
              data-testid="recovery-link"
            >
              {wallet.shares.recoverySaved ? t('ways.newFile') : t('ways.saveFile')}
            </ButtonLink>
            {!wallet.shares.passkey && possible && (
              <Button size="small" look="quiet" busy={busy} onClick={addPasskey} data-testid="add-passkey">
                {t('ways.addPasskey')}
              </Button>
            )}
          </>
        )}
      </div>
    </section>
  )
}

function Details({ wallet, account }: { wallet: Wallet; account: Hex }) {
  const t = useTranslations('wallet')
  const f = useFormats()
  return (
    <details className="card group p-5 sm:p-6">
      <summary className="flex min-h-6 list-none items-center justify-between gap-3 text-small font-semibold">
        {t('details.title')}
        <Icon name="chevron" className="size-5 text-faint transition-transform group-open:rotate-180" />
      </summary>
      <dl className="mt-4 space-y-3 text-small">
        <div>
          <dt className="text-caption text-faint">{t('details.account')}</dt>
          <dd className="-ms-1.5">
            <Hash value={account} label={t('details.account')} />
            {!wallet.deployed && <span className="text-caption text-faint">{t('details.notDeployed')}</span>}
          </dd>
        </div>
        {wallet.identity && (
          <div>
            <dt className="text-caption text-faint">{t('details.identity')}</dt>
            <dd className="-ms-1.5">
              <Hash value={wallet.identity.did} label="DID" />
            </dd>
            <dd>
              <Link className="prose-link" href="/id" data-testid="id-link">
                {t('details.idPage')}
              </Link>
            </dd>
          </div>
        )}
        {wallet.budget && (
          <div>
            <dt className="text-caption text-faint">{t('details.fees')}</dt>
            <dd className="figures">{f.usdc(wallet.budget.amountMicros)} USDC</dd>
          </div>
        )}
        <div>
          <dt className="text-caption text-faint">{t('details.keys')}</dt>
          <dd dir="ltr" className="figures rtl:text-end">
            {wallet.signers.map((signer) => short(signer)).join(', ')}
          </dd>
        </div>
      </dl>
      <p className="mt-4 border-t border-line pt-4 text-small">
        {t.rich('details.keysPage', {
          link: (words) => (
            <Link className="prose-link" href="/wallet/keys" data-testid="keys-link">
              {words}
            </Link>
          ),
        })}
      </p>
      <p className="mt-3 text-small">
        <Link className="prose-link" href="/wallet/limits" data-testid="limits-link">
          {t('limits.title')}
        </Link>
      </p>
      <p className="mt-3 text-small">
        <Link className="prose-link" href="/wallet/renewals" data-testid="renewals-link">
          {t('renewals')}
        </Link>
      </p>
      <p className="mt-3 text-small">
        {t.rich('details.export', {
          link: (words) => (
            <a className="prose-link" href="/wallet/export" data-testid="export-link">
              {words}
            </a>
          ),
        })}
      </p>
    </details>
  )
}

function SignOutBox({ account, session }: { account: Hex; session: Session }) {
  const t = useTranslations('wallet')
  const [busy, setBusy] = useState(false)
  async function leave(forget: boolean) {
    setBusy(true)
    const { signOut } = await import('./keeper.ts')
    await signOut(account, forget)
    location.assign('/')
  }
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="leave">
      <h2 id="leave" className="text-small font-semibold">
        {t('leave.title')}
      </h2>
      <p className="mt-1 text-small text-soft">
        {session.subjectPrefix ? t('leave.saysYou', { name: session.subjectPrefix }) : t('leave.says')}
      </p>
      <div className="mt-4 flex flex-wrap gap-3">
        <Button size="small" look="quiet" busy={busy} onClick={() => leave(false)} data-testid="sign-out">
          {t('leave.title')}
        </Button>
        <Button size="small" look="danger" busy={busy} onClick={() => leave(true)}>
          {t('leave.forget')}
        </Button>
      </div>
    </section>
  )
}
