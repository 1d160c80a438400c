'use client'
import { useState } from 'react'
import { ask } from '../api/ask.ts'
import { Button } from '../ui/button.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { SeedFailure, type Shown, shown } from '../wallet/with-wallet.tsx'

/** Deletes what is stored here: sessions, the key part, sealed keys. */
export function ForgetMe() {
  const [asking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Shown | null>(null)
  async function forget() {
    setBusy(true)
    setFailure(null)
    try {
      await ask('DELETE', '/v1/privacy')
      const { lock } = await import('../wallet/keeper.ts')
      lock()
      location.assign('/')
    } catch (error) {
      setFailure(shown(error))
      setBusy(false)
    }
  }
  return (
    <section className="mt-10 border-t border-line pt-8">
      <h2 className="text-title">Delete it</h2>
      <p className="mt-2 max-w-2xl text-small text-soft">
        Take your money out and keep your key or recovery file first: our part of the key is deleted too.
      </p>
      <Button
        look="danger"
        size="small"
        className="mt-4"
        onClick={() => setAsking(true)}
        data-testid="forget"
      >
        Delete everything stored about me
      </Button>
      <Sheet open={asking} onClose={() => setAsking(false)} title="Delete everything?" testId="forget-sheet">
        <p className="text-small text-soft">
          Sessions, our part of the key and keys sealed by passkeys are deleted at once. Without your recovery
          file, an exported key or this device with a passkey, the wallet cannot be opened any more, by
          anybody.
        </p>
        {failure && (
          <div className="mt-4">
            <SeedFailure failure={failure} back="/privacy" onAgain={forget} />
          </div>
        )}
        <div className="mt-5 space-y-3">
          <Button wide look="danger" busy={busy} onClick={forget} data-testid="forget-confirm">
            Delete it all
          </Button>
          <Button wide look="quiet" onClick={() => setAsking(false)} disabled={busy}>
            Keep it
          </Button>
        </div>
      </Sheet>
    </section>
  )
}
