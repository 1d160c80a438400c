import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf, tryFromServer } from '../../api/server.ts'
import type { Passkeys, Providers } from '../../api/shapes.ts'
import { freshLoginHref, idsThatSignIn, onlyWay, signInAsAnotherHref } from '../../sign-in/again.ts'
import { PasskeySignIn } from '../../sign-in/passkey-sign-in.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { FailureNotice } from '../../ui/failure-notice.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Mark } from '../../ui/logo.tsx'
import { wordsOf } from '../../words/language.ts'
import { Words } from '../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('sign-in'))('title') }
}

export default async function SignIn({
  searchParams,
}: {
  searchParams: Promise<Partial<Record<'return' | 'failed' | 'again' | 'other', string | string[]>>>
}) {
  const t = await wordsOf('sign-in')
  const { return: asked, failed, again, other } = await searchParams
  const back = typeof asked === 'string' && /^\/(?![/\\])[!-~]*$/.test(asked) ? asked : '/esims'
  const session = await sessionOf()
  const refused = refusedOf(failed)
  // Who only wanted to sign in anew is still signed in, and learns all the same why that did not work.
  const changing = session.signedIn && other === '1'
  const anew = session.signedIn && !changing && (refused !== null || again === '1')
  if (session.signedIn && !anew && !changing) redirect(back)
  const words = changing ? 'other' : anew ? 'again' : null
  const [{ answer, failure }, passkeys] = await Promise.all([
    tryFromServer<Providers>('/v1/auth/providers'),
    anew ? tryFromServer<Passkeys>('/v1/wallet/passkey') : null,
  ])
  // Another wallet's passkey on this device would end this session: only the traveller's own are asked for.
  const ids = passkeys?.answer ? idsThatSignIn(passkeys.answer.passkeys) : null
  const only = onlyWay(answer?.providers ?? null, ids, back)
  if (anew && !refused && only) redirect(only)
  return (
    <div className="mx-auto max-w-md px-4 pt-12 sm:pt-20">
      <Mark className="size-12" />
      <h1 className="mt-5 text-heading">{words ? t(`${words}.title`) : t('title')}</h1>
      <p className="mt-2 text-body text-soft">{words ? t(`${words}.lead`) : t('lead')}</p>
      <div className="mt-8 space-y-3">
        {refused && <FailureNotice failure={{ code: refused }} money="none" again={false} />}
        {failure && <FailureNotice failure={failure} money="none" />}
        {!failure && passkeys?.failure && <FailureNotice failure={passkeys.failure} money="none" />}
        {answer?.providers.map((provider) => (
          <ButtonLink
            key={provider.id}
            wide
            hard
            look="quiet"
            data-testid={`provider-${provider.id}`}
            href={
              anew || changing
                ? freshLoginHref(provider.id, back)
                : `/v1/auth/login?provider=${encodeURIComponent(provider.id)}&return=${encodeURIComponent(back)}`
            }
          >
            {t('with', { provider: provider.name })}
          </ButtonLink>
        ))}
        {(!anew || (ids && ids.length > 0)) && (
          <Words rooms={['sign-in']}>
            <PasskeySignIn back={back} {...(ids ? { ids } : {})} />
          </Words>
        )}
        {/* A provider's refusal comes back without saying that another account was meant. */}
        {anew && refused && (
          <ButtonLink wide look="plain" href={signInAsAnotherHref(back)} data-testid="sign-in-other">
            {t('other.title')}
          </ButtonLink>
        )}
        {session.signedIn && (
          <ButtonLink wide look="plain" href={back} data-testid="sign-in-back">
            {t('back')}
          </ButtonLink>
        )}
      </div>
      <ul className="mt-8 space-y-3 text-small text-soft">
        <Point>{t('only')}</Point>
        <Point>{t('keep')}</Point>
      </ul>
    </div>
  )
}

const REFUSALS = [
  'identity.sign-in-refused',
  'identity.sign-in-unknown',
  'identity.provider-unreachable',
  'identity.provider-unknown',
] as const

/** The refusal that brought the traveller back here. Anyone can write a link, so only known codes are said as they are. */
function refusedOf(failed: string | string[] | undefined) {
  if (failed === undefined) return null
  return REFUSALS.find((code) => code === failed) ?? 'web.sign-in-failed'
}

function Point({ children }: { children: React.ReactNode }) {
  return (
    <li className="flex gap-3">
      <Icon name="shield" className="mt-0.5 size-5 text-sea" />
      {children}
    </li>
  )
}
