'use client'
import { isFailure } from '@gesim/base'
import Link from 'next/link'
import { useCallback, useEffect, useState } from 'react'
import { ApiFailure } from '../api/ask.ts'
import type { Activity, Hex, Network, Session, Wallet } from '../api/shapes.ts'
import { usePolled } from '../api/use-polled.ts'
import { type WebFailureCode, webFailures } from '../failures.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Hash } from '../ui/copy.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/notice.tsx'
import { When } from '../ui/when.tsx'
import { short, usdc } from '../words/format.ts'
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
  const walletState = useWalletState()
  const { data, refresh } = usePolled<Wallet>('/v1/wallet', initial, null)
  const wallet = data ?? initial
  useEffect(() => {
    if (walletState.step === 'ready') void refresh()
  }, [walletState.step, refresh])
  if (!wallet.account)
    return walletState.step === 'failed' ? (
      <FailureNotice failure={textOf(walletState.code)} money="none" onAgain={() => location.reload()} />
    ) : (
      <Notice tone="plain" icon="wallet" title="Your wallet is being made">
        A key is made in this browser and split in three. It takes a second.
      </Notice>
    )
  return (
    <div className="grid items-start gap-5 md:grid-cols-2">
      <div className="space-y-5">
        <BalanceBox account={wallet.account} />
        <ActivityList activity={activity} />
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
        Balance
      </h2>
      <p className="figures mt-1 text-display font-bold" data-testid="balance">
        {balance === null ? '…' : usdc(balance)}
        <span className="ml-2 text-lead font-medium opacity-90">USDC</span>
      </p>
      <p className="text-small opacity-90">
        Digital dollars. Yours alone: neither GeSIM nor a carrier can move them.
      </p>
      {failure && <p className="mt-3 text-small">{failure.says}</p>}
      <div className="mt-5 flex flex-wrap gap-3">
        <ButtonLink size="small" look="quiet" href="/wallet/top-up">
          Top up
        </ButtonLink>
        {network?.local && (
          <Button size="small" look="quiet" busy={busy} onClick={topUp} data-testid="wallet-faucet">
            Test money
          </Button>
        )}
      </div>
    </section>
  )
}

const KINDS: Readonly<Record<Activity['items'][number]['kind'], { name: string; sign: string }>> = {
  funded: { name: 'Paid into escrow', sign: '−' },
  refunded: { name: 'Taken back', sign: '+' },
  returned: { name: 'Rest returned', sign: '+' },
  'sponsored-gas': { name: 'Network fee, paid by GeSIM', sign: '' },
}

function ActivityList({ activity }: { activity: Activity | null }) {
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="activity">
      <h2 id="activity" className="text-title">
        Activity
      </h2>
      {!activity || activity.items.length === 0 ? (
        <p className="mt-2 text-small text-soft">Payments and returns appear here.</p>
      ) : (
        <ul className="mt-3 divide-y divide-line" data-testid="activity">
          {activity.items.map((item) => (
            <li key={`${item.txHash}${item.kind}`} className="flex items-baseline justify-between gap-4 py-3">
              <div className="min-w-0">
                <p className="text-small font-medium">
                  {item.intentId ? (
                    <Link className="hover:underline" href={`/esims/${item.intentId}`}>
                      {KINDS[item.kind].name}
                    </Link>
                  ) : (
                    KINDS[item.kind].name
                  )}
                </p>
                <p className="text-caption text-faint">
                  <When atMs={item.atMs} />
                </p>
              </div>
              <p
                className={`figures text-small font-semibold ${item.kind === 'sponsored-gas' ? 'text-faint' : ''}`}
              >
                {KINDS[item.kind].sign}
                {usdc(item.amountMicros)}
              </p>
            </li>
          ))}
        </ul>
      )}
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
  const [here, setHere] = useState<boolean | null>(null)
  const [possible, setPossible] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<{ code: string; says: string; remedy: string } | null>(null)
  useEffect(() => {
    Promise.all([import('./keeper.ts'), import('../custody/passkey.ts')]).then(async ([keeper, passkey]) => {
      setHere(await keeper.hasDeviceShare(account))
      setPossible(await passkey.passkeyPossible())
    })
  }, [account])
  const ways = [
    {
      has: here === true && wallet.shares.server,
      name: 'This device, with your sign-in',
      note: 'One part here, one part kept by GeSIM. Each alone is useless.',
    },
    { has: wallet.shares.passkey, name: 'Passkey', note: 'Face, finger or PIN of a device you own.' },
    {
      has: wallet.shares.recoverySaved,
      name: 'Recovery file',
      note: 'A third part, kept by you. With your sign-in it restores the wallet anywhere.',
    },
  ]
  const count = ways.filter((way) => way.has).length
  async function addPasskey() {
    setBusy(true)
    setFailure(null)
    try {
      const keeper = await import('./keeper.ts')
      await keeper.addPasskey(account, await keeper.unlock(wallet))
      await onChanged()
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error instanceof ApiFailure ? error : textOf(error.code))
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
          Ways back in
        </h2>
        <meter className="sr-only" min={0} max={3} value={count} aria-label="Ways back into the wallet" />
        <span aria-hidden="true" className="flex gap-1">
          {ways.map((way, index) => (
            <span key={way.name} className={`h-2 w-8 rounded-full ${index < count ? 'bg-sea' : 'bg-line'}`} />
          ))}
        </span>
      </div>
      <p className="mt-1 text-small text-soft">
        {count >= 2
          ? 'Good. Losing this device does not lose the wallet.'
          : count === 1
            ? 'One way only. Add another before there is much in it.'
            : 'This device cannot open the wallet yet.'}
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
                <span className="sr-only">: {way.has ? 'set up' : 'not yet'}</span>
              </p>
              <p className="text-caption text-soft">{way.note}</p>
            </div>
          </li>
        ))}
      </ul>
      {failure && (
        <div className="mt-4">
          <FailureNotice failure={failure} money="none" onAgain={addPasskey} />
        </div>
      )}
      <div className="mt-5 flex flex-wrap gap-3">
        {here === false ? (
          <ButtonLink size="small" href="/wallet/restore" data-testid="restore-link">
            Restore on this device
          </ButtonLink>
        ) : (
          <>
            <ButtonLink
              size="small"
              look={wallet.shares.recoverySaved ? 'quiet' : 'solid'}
              href="/wallet/recovery"
              data-testid="recovery-link"
            >
              {wallet.shares.recoverySaved ? 'New recovery file' : 'Save a recovery file'}
            </ButtonLink>
            {!wallet.shares.passkey && possible && (
              <Button size="small" look="quiet" busy={busy} onClick={addPasskey} data-testid="add-passkey">
                Add a passkey
              </Button>
            )}
          </>
        )}
      </div>
    </section>
  )
}

function Details({ wallet, account }: { wallet: Wallet; account: Hex }) {
  return (
    <details className="card group p-5 sm:p-6">
      <summary className="flex min-h-6 list-none items-center justify-between gap-3 text-small font-semibold">
        For those who want to know
        <Icon name="chevron" className="size-5 text-faint transition-transform group-open:rotate-180" />
      </summary>
      <dl className="mt-4 space-y-3 text-small">
        <div>
          <dt className="text-caption text-faint">Account</dt>
          <dd className="-ml-1.5">
            <Hash value={account} label="Account" />
            {!wallet.deployed && (
              <span className="text-caption text-faint">exists from the first payment on</span>
            )}
          </dd>
        </div>
        {wallet.identity && (
          <div>
            <dt className="text-caption text-faint">GeSIM ID, a token that cannot be sold</dt>
            <dd className="-ml-1.5">
              <Hash value={wallet.identity.did} label="DID" />
            </dd>
          </div>
        )}
        {wallet.budget && (
          <div>
            <dt className="text-caption text-faint">Network fees GeSIM still pays for you</dt>
            <dd className="figures">{usdc(wallet.budget.amountMicros)} USDC</dd>
          </div>
        )}
        <div>
          <dt className="text-caption text-faint">Keys that may sign</dt>
          <dd className="figures">{wallet.signers.map((signer) => short(signer)).join(', ')}</dd>
        </div>
      </dl>
      <p className="mt-4 border-t border-line pt-4 text-small">
        <a className="prose-link" href="/wallet/export" data-testid="export-link">
          Take my key with me
        </a>
        <span className="text-soft">: twelve words that open this wallet in other software.</span>
      </p>
    </details>
  )
}

function SignOutBox({ account, session }: { account: Hex; session: Session }) {
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
        Sign out
      </h2>
      <p className="mt-1 text-small text-soft">
        The part of the key on this device stays and opens nothing without your sign-in
        {session.subjectPrefix ? ` (you are ${session.subjectPrefix}… to us)` : ''}. On a borrowed device,
        remove it too.
      </p>
      <div className="mt-4 flex flex-wrap gap-3">
        <Button size="small" look="quiet" busy={busy} onClick={() => leave(false)} data-testid="sign-out">
          Sign out
        </Button>
        <Button size="small" look="danger" busy={busy} onClick={() => leave(true)}>
          Sign out and remove the key part
        </Button>
      </div>
    </section>
  )
}

function textOf(code: string) {
  return { code, ...(webFailures[code as WebFailureCode] ?? webFailures['web.answer-unreadable']) }
}
