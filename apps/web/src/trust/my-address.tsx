'use client'
import { useTranslations } from 'use-intl/react'
import type { Hex } from '../api/shapes.ts'
import { Copy } from '../ui/copy.tsx'
import { AddressInHalves } from '../wallet/address/address-field.tsx'
import { Digits } from './digits.tsx'
import type { TrustLink } from './trust-link.ts'
import { useComparisonDigits } from './use-comparison-digits.ts'

/**
 * The helper's own address, by which an owner names them, with digits to read out: an address sent in a message can be
 * swapped on the way. After a loss nobody can be named any more, and the address is only there to be recognised.
 */
export function MyAddress({ me, link }: { me: Hex; link: TrustLink }) {
  const t = useTranslations('trust')
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="mine">
      <h2 id="mine" className="text-title">
        {t('mine.title')}
      </h2>
      <p className="mt-1 text-small text-soft">{t(link.key ? 'mine.lost' : 'mine.says')}</p>
      <div className="mt-3">
        <Copy value={me} label={t('mine.title')} testId="trust-mine">
          <AddressInHalves address={me} />
        </Copy>
      </div>
      {!link.key && <MyDigits account={link.account} me={me} />}
    </section>
  )
}

function MyDigits({ account, me }: { account: Hex; me: Hex }) {
  const t = useTranslations('trust')
  const digits = useComparisonDigits(account, me)
  if (!digits) return null
  return (
    <div className="mt-4 rounded-field bg-sunken p-4">
      <p className="text-caption text-soft">{t('mine.digits')}</p>
      <Digits digits={digits} testId="mine-digits" />
      <p className="mt-2 text-small text-soft">{t('mine.digitsSays')}</p>
    </div>
  )
}
