'use client'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { ask } from '../../api/ask.ts'
import { Button } from '../../ui/button.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { When } from '../../ui/when.tsx'
import type { Do } from './deeds.ts'
import { Good } from './good.tsx'
import { type Keys, opensNoLonger, type PasskeyRow } from './use-keys.ts'

/** The passkeys, what each is good for, and what can be changed about it. */
export function PasskeyList({ keys, busy, act }: { keys: Keys; busy: string | null; act: Do }) {
  const t = useTranslations('keys')
  const [possible, setPossible] = useState(false)
  useEffect(() => {
    import('../../custody/passkey.ts').then(async (passkey) => setPossible(await passkey.passkeyPossible()))
  }, [])
  const add = () =>
    act('add', async () => {
      const { addPasskey, unlock } = await import('../keeper.ts')
      await addPasskey(keys.wallet.account!, await unlock(keys.wallet))
      return 'added'
    })
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="passkeys">
      <h2 id="passkeys" className="text-title">
        {t('passkeys.title')}
      </h2>
      <p className="mt-1 text-small text-soft">
        {keys.passkeys.length === 0 ? t('passkeys.none') : t('passkeys.says')}
      </p>
      {keys.passkeys.length > 0 && (
        <ul className="mt-4 divide-y divide-line border-t border-line">
          {keys.passkeys.map((passkey) => (
            <OnePasskey key={passkey.credentialId} passkey={passkey} keys={keys} busy={busy} act={act} />
          ))}
        </ul>
      )}
      {possible && keys.here && keys.wallet.opens && (
        <Button
          size="small"
          look={keys.passkeys.length === 0 ? 'solid' : 'quiet'}
          className="mt-4"
          busy={busy === 'add'}
          disabled={busy !== null}
          onClick={() => void add()}
          data-testid="keys-add-passkey"
        >
          {t('passkeys.add')}
        </Button>
      )}
    </section>
  )
}

function OnePasskey({
  passkey,
  keys,
  busy,
  act,
}: {
  passkey: PasskeyRow
  keys: Keys
  busy: string | null
  act: Do
}) {
  const t = useTranslations('keys')
  const [removing, setRemoving] = useState(false)
  const { credentialId, signer, signs, signsIn, sealedSeed } = passkey
  const name = (what: string) => `${what} ${credentialId}`
  const last = signs && keys.count === 1
  const stale = opensNoLonger(passkey)

  async function change(to: boolean): Promise<void> {
    const [{ unlock }, { signerOf }, chain] = await Promise.all([
      import('../keeper.ts'),
      import('../../chain/account.ts'),
      import('../../chain/signers.ts'),
    ])
    const account = await signerOf(await unlock(keys.wallet), keys.wallet)
    await (to ? chain.addSigner(account, signer!) : chain.removeSigner(account, signer!))
  }
  const second = (to: boolean) =>
    act(name('second'), async () => {
      await change(to)
      return to ? 'second' : 'unsecond'
    })
  const signIn = (to: boolean) =>
    act(name('sign-in'), async () => {
      await ask('PUT', `/v1/wallet/passkey/${credentialId}/sign-in`, { body: { signsIn: to } })
      return to ? 'signsIn' : 'unsignsIn'
    })
  const seal = () =>
    act(name('seal'), async () => {
      const { sealPresent } = await import('./new-key.ts')
      await sealPresent(keys.wallet, credentialId)
      return 'sealed'
    })
  async function remove() {
    await act(name('remove'), async () => {
      // From the account first: a signer that nobody lists any more would be worse than one too many listed.
      if (signs) await change(false)
      await ask('DELETE', `/v1/wallet/passkey/${credentialId}`)
      return 'removed'
    })
    setRemoving(false)
  }
  const mayChange = signer !== null && keys.here && keys.wallet.opens
  // Where this passkey alone opens the seed, the money would go with it.
  const otherWay =
    keys.here ||
    keys.wallet.shares.recoverySaved ||
    keys.passkeys.some((other) => other.credentialId !== credentialId && other.sealedSeed !== null)
  const mayRemove = !last && (!signs || mayChange) && (sealedSeed === null || otherWay)
  return (
    <li
      className="py-4"
      data-testid="passkey"
      data-signs={signs}
      data-signs-in={signsIn}
      data-sealed={sealedSeed !== null}
      data-stale={stale}
    >
      <p className="text-small font-semibold">
        {t.rich('passkeys.made', { when: () => <When atMs={passkey.createdAtMs} /> })}
      </p>
      <ul className="mt-2 space-y-2">
        <Good is={sealedSeed !== null}>
          {stale ? t('passkeys.opensNoLonger') : sealedSeed ? t('passkeys.opens') : t('passkeys.opensNot')}
        </Good>
        <Good is={signsIn}>{signsIn ? t('passkeys.signsIn') : t('passkeys.signsInNot')}</Good>
        <Good is={signs}>{signs ? t('passkeys.second') : t('passkeys.secondNot')}</Good>
      </ul>
      <div className="mt-3 flex flex-wrap gap-2">
        {mayChange && !last && (
          <Button
            size="small"
            look="quiet"
            busy={busy === name('second')}
            disabled={busy !== null}
            onClick={() => void second(!signs)}
            data-testid="passkey-second"
          >
            {signs ? t('passkeys.removeSecond') : t('passkeys.makeSecond')}
          </Button>
        )}
        {signer !== null && (
          <Button
            size="small"
            look="quiet"
            busy={busy === name('sign-in')}
            disabled={busy !== null}
            onClick={() => void signIn(!signsIn)}
            data-testid="passkey-sign-in-switch"
          >
            {signsIn ? t('passkeys.forbid') : t('passkeys.allow')}
          </Button>
        )}
        {!sealedSeed && mayChange && (
          <Button
            size="small"
            look={stale ? 'solid' : 'quiet'}
            busy={busy === name('seal')}
            disabled={busy !== null}
            onClick={() => void seal()}
            data-testid="passkey-seal"
          >
            {stale ? t('passkeys.sealNew') : t('passkeys.seal')}
          </Button>
        )}
        {mayRemove && (
          <Button
            size="small"
            look="plain"
            disabled={busy !== null}
            onClick={() => setRemoving(true)}
            data-testid="passkey-remove"
          >
            {t('passkeys.remove')}
          </Button>
        )}
      </div>
      {stale && <p className="mt-3 text-caption text-soft">{t('passkeys.sealNewSays')}</p>}
      {last && <p className="mt-3 text-caption text-soft">{t('passkeys.last')}</p>}
      <Sheet
        open={removing}
        onClose={() => setRemoving(false)}
        title={t('passkeys.removeTitle')}
        testId="passkey-remove-sheet"
      >
        <p className="text-small text-soft">{t('passkeys.removeSays')}</p>
        <div className="mt-5 space-y-3">
          <Button
            wide
            look="danger"
            busy={busy === name('remove')}
            onClick={() => void remove()}
            data-testid="passkey-remove-confirm"
          >
            {t('passkeys.remove')}
          </Button>
          <Button wide look="quiet" onClick={() => setRemoving(false)} disabled={busy !== null}>
            {t('passkeys.keep')}
          </Button>
        </div>
      </Sheet>
    </li>
  )
}
