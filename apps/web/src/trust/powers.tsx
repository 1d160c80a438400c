'use client'
import { useTranslations } from 'use-intl/react'
import { Points } from '../ui/points.tsx'
import { useFormats } from '../words/use-formats.ts'

/** What a trusted person can do and what not, how sure they must be, and who can stop them. */
export function Powers({ delaySeconds }: { delaySeconds: number | null }) {
  const t = useTranslations('trust')
  const f = useFormats()
  const points = [
    ['key', t('powers.can')],
    ['wallet', t('powers.cannot')],
    [
      'clock',
      delaySeconds === null
        ? t('powers.waits')
        : t('powers.wait', { delay: f.duration(delaySeconds * 1000) }),
    ],
    ['shield', t('powers.stop')],
    ['eye', t('powers.sure')],
  ] as const
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="powers">
      <h2 id="powers" className="text-title">
        {t('powers.title')}
      </h2>
      <Points points={points} />
    </section>
  )
}
