import type { Metadata } from 'next'
import { Icon } from '../../ui/icon.tsx'
import { wordsOf } from '../../words/language.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('frame'))('offline.title'), robots: { index: false } }
}

/** What the worker shows, without scripts, in place of a page that cannot be had. */
export default async function Offline() {
  const t = await wordsOf('frame')
  return (
    <div className="mx-auto max-w-md px-4 pt-12 sm:pt-20" data-testid="offline">
      <span className="text-amber">
        <Icon name="globe" className="size-12" />
      </span>
      <h1 className="mt-5 text-heading">{t('offline.title')}</h1>
      <p className="mt-2 text-body text-soft">{t('offline.says')}</p>
      <p className="mt-2 text-body text-soft">{t('offline.safe')}</p>
      <p className="mt-8 flex flex-wrap gap-3">
        {/* The same path once more: this page stands in the place of the one that was asked for. */}
        <a
          href="?"
          className="inline-flex min-h-12 items-center rounded-full bg-sea px-5 py-2 text-body font-semibold text-on-sea hover:bg-sea-strong"
        >
          {t('again')}
        </a>
        <a
          href="/esims"
          className="inline-flex min-h-12 items-center rounded-full border border-edge bg-surface px-5 py-2 text-body font-semibold hover:bg-sunken"
        >
          {t('nav.esims')}
        </a>
      </p>
      <p className="mt-6 text-small text-faint">{t('offline.stored')}</p>
    </div>
  )
}
