'use client'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Hex, Wallet } from '../../api/shapes.ts'
import { trustPath } from '../../trust/trust-link.ts'
import { Button } from '../../ui/button.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { useFormats } from '../../words/use-formats.ts'
import { AddressField } from '../address/address-field.tsx'
import type { AddressFault } from '../address/read-address.ts'
import type { Standing } from './standing.ts'
import type { Change } from './use-standing.ts'

const NamingCheck = dynamic(() => import('./naming-check.tsx').then((one) => one.NamingCheck))
const LinkToShare = dynamic(() => import('../link-to-share.tsx').then((one) => one.LinkToShare))

/** Names somebody: the address is checked here, compared with the person with what it means, and only then signed. */
export function NamingForm({
  wallet,
  account,
  standing,
  busy,
  change,
}: {
  wallet: Wallet
  account: Hex
  standing: Standing
  busy: boolean
  change: Change
}) {
  const t = useTranslations('recoverer')
  const f = useFormats()
  const [inviting, setInviting] = useState(false)
  const [text, setText] = useState('')
  const [fault, setFault] = useState<AddressFault | null>(null)
  const [chosen, setChosen] = useState<Hex | null>(null)
  async function check() {
    const [{ readAddress }, { addresses }] = await Promise.all([
      import('../address/read-address.ts'),
      import('../../chain/network.ts'),
    ])
    const contracts = Object.values(await addresses()) as Hex[]
    const read = readAddress(text, { account, signers: wallet.signers, contracts })
    if ('fault' in read) setFault(read.fault)
    else setChosen(read.address)
  }
  async function name(recoverer: Hex) {
    const named = await change('named', (chain, signer) => chain.nameRecoverer(signer, recoverer))
    setChosen(null)
    if (named) setText('')
  }
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="name-a-person">
      <h2 id="name-a-person" className="text-title">
        {standing.recovererId ? t('nameOther') : t('name')}
      </h2>
      <details className="group mt-3" onToggle={(event) => setInviting(event.currentTarget.open)}>
        <summary className="cursor-pointer text-small font-semibold text-sea" data-testid="recoverer-invite">
          {t('invite.title')}
        </summary>
        <p className="mt-2 mb-4 text-small text-soft">{t('invite.says')}</p>
        {inviting && (
          <LinkToShare
            path={trustPath({ account, key: null })}
            label={t('invite.link')}
            qr={t('invite.qr')}
            testId="invite-link"
          />
        )}
      </details>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void check()
        }}
      >
        <AddressField
          label={t('field')}
          hint={t('hint')}
          fault={fault && t(`faults.${fault}`)}
          value={text}
          onChange={(value) => {
            setText(value)
            setFault(null)
          }}
          testId="recoverer-input"
        />
        <Button
          wide
          type="submit"
          look={standing.recovererId ? 'quiet' : 'solid'}
          className="mt-4"
          disabled={!text.trim() || busy}
          data-testid="recoverer-next"
        >
          {t('next')}
        </Button>
      </form>
      <Sheet
        open={chosen !== null}
        onClose={() => setChosen(null)}
        title={t('sure.title')}
        testId="recoverer-sheet"
      >
        {chosen && (
          <NamingCheck
            account={account}
            chosen={chosen}
            delay={f.duration(standing.delaySeconds * 1000)}
            busy={busy}
            onName={() => void name(chosen)}
            onStop={() => setChosen(null)}
          />
        )}
      </Sheet>
    </section>
  )
}
