'use client'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Hex } from '../../api/shapes.ts'
import { Button } from '../../ui/button.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { AddressField, AddressInHalves } from '../address/address-field.tsx'
import type { Standing } from './standing.ts'
import type { Change } from './use-standing.ts'

/** Whoever is named now: their address where it can be told, else a way to compare one, and the way to remove them. */
export function NamedPerson({
  standing,
  id,
  busy,
  change,
}: {
  standing: Standing
  id: Hex
  busy: boolean
  change: Change
}) {
  const t = useTranslations('recoverer')
  const [asking, setAsking] = useState(false)
  const { recoverer } = standing
  async function remove() {
    await change('removed', (chain, account) => chain.nameRecoverer(account, null))
    setAsking(false)
  }
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="named">
      <h2 id="named" className="text-title">
        {t('named')}
      </h2>
      <p className="mt-1 text-small text-soft">{t('namedSays')}</p>
      {recoverer ? (
        <div className="mt-3">
          <p className="text-caption text-faint">{t('address')}</p>
          <Copy value={recoverer} label={t('address')} testId="recoverer-address">
            <AddressInHalves address={recoverer} />
          </Copy>
        </div>
      ) : (
        <Compare id={id} />
      )}
      {standing.dueAt === 0 && (
        <Button
          wide
          look="quiet"
          className="mt-4"
          disabled={busy}
          onClick={() => setAsking(true)}
          data-testid="recoverer-remove"
        >
          {t('remove.ask')}
        </Button>
      )}
      <Sheet
        open={asking}
        onClose={() => setAsking(false)}
        title={t('remove.title')}
        testId="recoverer-remove-sheet"
      >
        <p className="text-small text-soft">{t('remove.says')}</p>
        <div className="mt-5 space-y-3">
          <Button
            wide
            look="danger"
            busy={busy}
            onClick={() => void remove()}
            data-testid="recoverer-remove-confirm"
          >
            {t('remove.yes')}
          </Button>
          <Button wide look="quiet" onClick={() => setAsking(false)} disabled={busy}>
            {t('remove.no')}
          </Button>
        </div>
        <p className="mt-3 text-caption text-faint">{t('free')}</p>
      </Sheet>
    </section>
  )
}

const NOBODY_TAKEN = { account: '0x', signers: [], contracts: [] } as const

/** Holds an address against the fingerprint that the account keeps. Nothing leaves the page for it. */
function Compare({ id }: { id: Hex }) {
  const t = useTranslations('recoverer')
  const [text, setText] = useState('')
  const [fault, setFault] = useState<'form' | 'typo' | null>(null)
  const [same, setSame] = useState<boolean | null>(null)
  async function compare() {
    const [{ readAddress }, { isNamed }] = await Promise.all([
      import('../address/read-address.ts'),
      import('./standing.ts'),
    ])
    const read = readAddress(text, NOBODY_TAKEN)
    if ('fault' in read) return setFault(read.fault === 'typo' ? 'typo' : 'form')
    setSame(isNamed(id, read.address))
  }
  return (
    <form
      className="mt-3"
      onSubmit={(event) => {
        event.preventDefault()
        void compare()
      }}
    >
      <p className="text-small text-soft">{t('unknown')}</p>
      <AddressField
        label={t('address')}
        fault={fault && t(`faults.${fault}`)}
        value={text}
        onChange={(value) => {
          setText(value)
          setFault(null)
          setSame(null)
        }}
        testId="recoverer-compare"
      />
      <p role="status" className="mt-2 text-small font-semibold empty:hidden">
        {same === null ? null : same ? t('same') : t('other')}
      </p>
      <Button wide look="quiet" type="submit" className="mt-3" disabled={!text.trim()}>
        {t('compare')}
      </Button>
    </form>
  )
}
