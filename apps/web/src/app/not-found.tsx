import { ButtonLink } from '../ui/button.tsx'
import { Empty } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { wordsOf } from '../words/language.ts'

export default async function NotFound() {
  const t = await wordsOf('frame')
  return (
    <Page title={t('missing.title')}>
      <Empty
        icon="search"
        title={t('missing.says')}
        action={<ButtonLink href="/plans">{t('seePlans')}</ButtonLink>}
      >
        {t('missing.more')}
      </Empty>
    </Page>
  )
}
