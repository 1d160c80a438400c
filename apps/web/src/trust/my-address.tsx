'use client'
import { useTranslations } from 'use-intl/react'
import type { Hex } from '../api/shapes.ts'
import { Copy } from '../ui/copy.tsx'
import { AddressInHalves } from '../wallet/address/address-field.tsx'

/** The helper's own address, by which an owner names them. */
export function MyAddress({ me, lost }: { me: Hex; lost: boolean }) {
  const t = useTranslations('trust')
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="mine">
      <h2 id="mine" className="text-title">
        {t('mine.title')}
      </h2>
      <p className="mt-1 text-small text-soft">{t(lost ? 'mine.lost' : 'mine.says')}</p>
      <div className="mt-3">
        <Copy value={me} label={t('mine.title')} testId="trust-mine">
          <AddressInHalves address={me} />
        </Copy>
      </div>
    </section>
  )
}
