'use client'
import { isFailure } from '@gesim/base'
import { useCallback, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Hex } from '../../api/shapes.ts'
import type { AddedSigner, Search } from '../../chain/added-signers.ts'
import { Button } from '../../ui/button.tsx'
import { Hash } from '../../ui/copy.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { When } from '../../ui/when.tsx'
import type { Do } from './deeds.ts'
import type { Keys } from './use-keys.ts'

/** Keys that sign and that these pages did not make: which, since when, and the way to take each away. */
export function OtherSigners({
  keys,
  others,
  busy,
  act,
}: {
  keys: Keys
  others: number
  busy: string | null
  act: Do
}) {
  const t = useTranslations('keys')
  const { search, unread, look } = useSearch(keys, others - (keys.firstStill ? 1 : 0))
  const older = others - (keys.firstStill ? 1 : 0) - (search?.found.length ?? 0)
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="others" data-testid="other-keys">
      <h2 id="others" className="flex gap-3 text-title">
        <Icon name="key" className="mt-1 size-6 text-amber" />
        <span className="min-w-0">{t('others', { count: others })}</span>
      </h2>
      <p className="mt-1 text-small text-soft">{t('othersSays')}</p>
      <ul className="mt-4 divide-y divide-line border-t border-line empty:hidden">
        {keys.firstStill && (
          <OneSigner signer={keys.firstStill} since={null} keys={keys} busy={busy} act={act} />
        )}
        {search?.found.map(({ signer, sinceMs }) => (
          <OneSigner key={signer} signer={signer} since={sinceMs} keys={keys} busy={busy} act={act} />
        ))}
      </ul>
      <p role="status" className="mt-3 text-caption text-soft empty:hidden">
        {unread
          ? t('other.unread')
          : !search
            ? t('other.looking')
            : older > 0 && t('other.older', { count: older })}
      </p>
      {(unread || (older > 0 && search?.next != null)) && (
        <Button size="small" look="quiet" className="mt-3" onClick={() => void look()}>
          {t('other.look')}
        </Button>
      )}
    </section>
  )
}

/** Looks for them on the chain: at once so far as it is quick, further back when asked. */
function useSearch({ wallet, passkeys, firstStill }: Keys, missing: number) {
  const [search, setSearch] = useState<Search | null>(null)
  const [unread, setUnread] = useState(false)
  const { account, signers } = wallet
  const ours = [
    ...signers,
    ...passkeys.flatMap(({ signer }) => signer ?? []),
    ...(firstStill ? [firstStill] : []),
  ]
    .map((signer) => signer.toLowerCase())
    .join()
  const step = useCallback(
    async (before: Search | null) => {
      if (!account || missing < 1) return setSearch({ found: [], next: null })
      try {
        const { findAddedSigners } = await import('../../chain/added-signers.ts')
        const found: readonly AddedSigner[] = before?.found ?? []
        const known = new Set([...ours.split(','), ...found.map(({ signer }) => signer)] as Hex[])
        const more = await findAddedSigners(account, known, missing - found.length, before?.next ?? null)
        setSearch({ found: [...found, ...more.found], next: more.next })
        setUnread(false)
      } catch (error) {
        if (!isFailure(error)) throw error
        setUnread(true)
      }
    },
    [account, missing, ours],
  )
  useEffect(() => {
    setSearch(null)
    void step(null)
  }, [step])
  return { search, unread, look: () => step(search) }
}

function OneSigner({
  signer,
  since,
  keys,
  busy,
  act,
}: {
  signer: Hex
  /** Null for the key that the account was made with. */
  since: number | null
  keys: Keys
  busy: string | null
  act: Do
}) {
  const t = useTranslations('keys')
  const [removing, setRemoving] = useState(false)
  const name = `other ${signer}`
  // The key of this browser signs for it and stays: so there is always one that does.
  const mayRemove = keys.here && keys.wallet.opens
  async function remove() {
    await act(name, async () => {
      const [{ unlock }, { signerOf }, chain] = await Promise.all([
        import('../keeper.ts'),
        import('../../chain/account.ts'),
        import('../../chain/signers.ts'),
      ])
      await chain.removeSigner(await signerOf(await unlock(keys.wallet), keys.wallet), signer)
      return 'unother'
    })
    setRemoving(false)
  }
  return (
    <li className="py-4" data-testid="other-key" data-signer={signer}>
      <Hash value={signer} label={t('other.key')} />
      <p className="mt-1 px-1.5 text-small text-soft">
        {since === null ? t('other.first') : t.rich('other.since', { when: () => <When atMs={since} /> })}
      </p>
      {mayRemove ? (
        <Button
          size="small"
          look="danger"
          className="mt-3"
          disabled={busy !== null}
          onClick={() => setRemoving(true)}
          data-testid="other-key-remove"
        >
          {t('other.remove')}
        </Button>
      ) : (
        <p className="mt-2 px-1.5 text-caption text-soft">{t('other.last')}</p>
      )}
      <Sheet
        open={removing}
        onClose={() => setRemoving(false)}
        title={t('other.title')}
        testId="other-key-sheet"
      >
        <p className="text-small text-soft">{t('other.says')}</p>
        <div className="mt-5 space-y-3">
          <Button
            wide
            look="danger"
            busy={busy === name}
            onClick={() => void remove()}
            data-testid="other-key-confirm"
          >
            {t('other.remove')}
          </Button>
          <Button wide look="quiet" onClick={() => setRemoving(false)} disabled={busy !== null}>
            {t('other.keep')}
          </Button>
        </div>
        <p className="mt-3 text-caption text-faint">{t('free')}</p>
      </Sheet>
    </li>
  )
}
