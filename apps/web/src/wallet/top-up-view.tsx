'use client'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Hex, Network } from '../api/shapes.ts'
import { Copy } from '../ui/copy.tsx'
import { Notice } from '../ui/notice.tsx'
import { Qr } from '../ui/qr.tsx'
import { useFormats } from '../words/use-formats.ts'
import { useWalletState } from './wallet-state.ts'

/** Where USDC can be sent to: address, picture, and a link that other wallets understand (EIP-681). */
export function TopUpView() {
  const f = useFormats()
  const t = useTranslations('wallet')
  const wallet = useWalletState()
  const account = wallet.step === 'ready' ? wallet.account : null
  const [network, setNetwork] = useState<Network | null>(null)
  const [balance, setBalance] = useState<bigint | null>(null)
  useEffect(() => {
    if (!account) return
    let timer: ReturnType<typeof setInterval> | undefined
    Promise.all([import('../chain/network.ts'), import('../chain/balance.ts')]).then(([net, chain]) => {
      net.network().then(setNetwork)
      const look = () => void chain.balanceOf(account).then(setBalance, () => undefined)
      look()
      timer = setInterval(look, 4000)
    })
    return () => clearInterval(timer)
  }, [account])
  if (!account || !network)
    return <div className="h-80 animate-pulse rounded-card bg-sunken" aria-hidden="true" />
  const link = transferLink(network, account)
  return (
    <div className="grid gap-6 sm:grid-cols-[18rem_1fr]">
      <Qr text={link} label={t('top.qr')} testId="top-up-qr" />
      <div className="space-y-5">
        <div>
          <p className="text-caption text-faint">{t('top.yours')}</p>
          <Copy value={account} label={t('top.address')} testId="top-up-address">
            {/* Where it does not fit on one line it breaks in the middle, for comparing by eye. */}
            <span className="inline-block">{account.slice(0, 22)}</span>
            <span className="inline-block">{account.slice(22)}</span>
          </Copy>
        </div>
        <p className="text-small">
          <a className="prose-link" href={link}>
            {t('top.open')}
          </a>
        </p>
        <p className="text-small text-soft" role="status">
          {t.rich('top.now', {
            amount: () => (
              <span className="figures font-semibold text-ink">
                {balance === null ? '…' : f.usdc(balance)} USDC
              </span>
            ),
          })}
        </p>
        <Notice tone="wait" icon="shield" title={t('top.only')}>
          {t('top.onlySays', {
            chain: network.chainId === 8453 ? 'Base' : t('top.chain', { id: String(network.chainId) }),
          })}
        </Notice>
        {network.local && <p className="text-small text-soft">{t('top.local')}</p>}
      </div>
    </div>
  )
}

/** EIP-681: a transfer of the token to the account, the amount left open. */
function transferLink(network: Network, account: Hex): string {
  return `ethereum:${network.addresses.usdc}@${network.chainId}/transfer?address=${account}`
}
