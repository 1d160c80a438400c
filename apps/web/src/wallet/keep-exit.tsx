import { Icon } from '../ui/icon.tsx'
import { wordsOf } from '../words/language.ts'

/** The file that gets the money out when nobody runs GeSIM any more, to be kept while somebody does. */
export async function KeepExit() {
  const t = await wordsOf('wallet')
  return (
    <section className="card mt-6 p-5 sm:p-6" aria-labelledby="keep-exit" data-testid="keep-exit">
      <h2 id="keep-exit" className="text-title">
        {t('exit.title')}
      </h2>
      <p className="mt-2 text-small text-soft">{t('exit.says')}</p>
      <p className="mt-4 flex flex-wrap gap-x-6 gap-y-3 text-small">
        <a className="prose-link inline-flex items-center gap-2" href="/exit?keep" download="gesim-exit.html">
          <Icon name="back_money" />
          {t('exit.keep')}
        </a>
        <a className="prose-link" href="/exit" target="_blank" rel="noreferrer">
          {t('exit.open')}
        </a>
      </p>
    </section>
  )
}
