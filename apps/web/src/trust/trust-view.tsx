'use client'
import { useTranslations } from 'use-intl/react'
import type { Hex } from '../api/shapes.ts'
import { signInAsAnotherHref } from '../sign-in/again.ts'
import { ButtonLink } from '../ui/button.tsx'
import { Copy } from '../ui/copy.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Notice } from '../ui/notice.tsx'
import { AddressInHalves } from '../wallet/address/address-field.tsx'
import { useWalletState } from '../wallet/wallet-state.ts'
import { useFailureWords } from '../words/failure-words.ts'
import { MyAddress } from './my-address.tsx'
import { Powers } from './powers.tsx'
import { RescueSteps } from './rescue-steps.tsx'
import { type RescueLink, type TrustLink, trustPath } from './trust-link.ts'
import { useRescue } from './use-rescue.ts'

/** What somebody who is trusted with a wallet sees of it: who asks, what they may do, and how far it is. */
export function TrustView({ link, signedIn }: { link: TrustLink; signedIn: boolean }) {
  const t = useTranslations('trust')
  return (
    <div className="space-y-5">
      <section className="card p-5 sm:p-6" aria-labelledby="who">
        <h2 id="who" className="text-title">
          {t(link.key ? 'who.rescue' : 'who.name')}
        </h2>
        <p className="mt-1 text-small text-soft">{t('who.says')}</p>
        <p className="mt-3 text-caption text-faint">{t('who.wallet')}</p>
        <Copy value={link.account} label={t('who.wallet')} testId="trust-account">
          <AddressInHalves address={link.account} />
        </Copy>
      </section>
      {signedIn ? <Signed link={link} /> : <SignIn link={link} />}
    </div>
  )
}

function SignIn({ link }: { link: TrustLink }) {
  const t = useTranslations('trust')
  const { rescue } = useRescue(link, null)
  return (
    <>
      <section className="card p-5 sm:p-6" aria-labelledby="sign-in">
        <h2 id="sign-in" className="text-title">
          {t('signIn.title')}
        </h2>
        <p className="mt-1 text-small text-soft">{t('signIn.says')}</p>
        <ButtonLink
          wide
          className="mt-5"
          href={`/sign-in?return=${encodeURIComponent(trustPath(link))}`}
          data-testid="trust-sign-in"
        >
          {t('signIn.go')}
        </ButtonLink>
      </section>
      <Powers delaySeconds={rescue?.delaySeconds ?? null} />
    </>
  )
}

function Signed({ link }: { link: TrustLink }) {
  const t = useTranslations('trust')
  const failureWords = useFailureWords()
  const wallet = useWalletState()
  const me = wallet.step === 'ready' ? wallet.account : null
  if (wallet.step === 'failed')
    return <FailureNotice failure={failureWords(wallet)} money="none" onAgain={() => location.reload()} />
  return me ? (
    <Standing link={link} me={me} />
  ) : (
    <div role="status">
      <Notice tone="plain" icon="clock" title={t('reading')}>
        {t('making')}
      </Notice>
    </div>
  )
}

function Standing({ link, me }: { link: TrustLink; me: Hex }) {
  const t = useTranslations('trust')
  const failureWords = useFailureWords()
  const { rescue, failure, look } = useRescue(link, me)
  if (!rescue)
    return failure ? (
      <FailureNotice failure={failureWords(failure)} money="none" onAgain={() => void look()} />
    ) : (
      <div role="status">
        <Notice tone="plain" icon="clock" title={t('reading')}>
          {t('readingSays')}
        </Notice>
      </div>
    )
  const { step } = rescue
  return (
    <div className="space-y-5" data-testid="trust" data-step={step}>
      {step === 'own' && (
        <Notice tone="wait" icon="wallet" title={t('own.title')} testId="trust-own">
          {t('own.says')}
        </Notice>
      )}
      {step === 'unnamed' && <Unnamed link={link} me={me} />}
      {step === 'named' && !link.key && (
        <Notice tone="calm" icon="check" title={t('named.title')} testId="trust-named">
          {t('named.says')}
        </Notice>
      )}
      {isRescue(link)
        ? step !== 'own' &&
          step !== 'unnamed' && <RescueSteps key={link.key} link={link} rescue={rescue} look={look} />
        : step === 'other' && (
            <Notice tone="wait" icon="clock" title={t('other.title')} testId="trust-other">
              {t('other.says')}
            </Notice>
          )}
      {step !== 'own' && step !== 'done' && <Powers delaySeconds={rescue.delaySeconds} />}
    </div>
  )
}

function isRescue(link: TrustLink): link is RescueLink {
  return link.key !== null
}

/** The wallet knows nobody, or somebody else: before a loss that is mended by an address, after it only by another sign-in. */
function Unnamed({ link, me }: { link: TrustLink; me: Hex }) {
  const t = useTranslations('trust')
  return (
    <>
      {link.key ? (
        <Notice
          tone="trouble"
          icon="key"
          title={t('unnamed.title')}
          testId="trust-unnamed"
          action={
            <ButtonLink
              size="small"
              hard
              href={signInAsAnotherHref(trustPath(link))}
              data-testid="trust-other-account"
            >
              {t('unnamed.other')}
            </ButtonLink>
          }
        >
          {t('unnamed.says')}
        </Notice>
      ) : null}
      <MyAddress me={me} link={link} />
    </>
  )
}
