'use client'
import { type Failure, isFailure } from '@gesim/base'
import { useCallback, useEffect, useState } from 'react'
import { ask } from '../../api/ask.ts'
import type { Hex, Passkey, Passkeys, Wallet } from '../../api/shapes.ts'
import { useWalletState } from '../wallet-state.ts'

/** A passkey with its place on the account. */
export interface PasskeyRow extends Passkey {
  /** Its bytes as a signer; null where its public key is not known. */
  readonly signer: Hex | null
  readonly signs: boolean
}

/** A passkey that sealed a key which has been changed since, and not yet the new one. */
export function opensNoLonger({ seals, sealedSeed }: Passkey): boolean {
  return seals && sealedSeed === null
}

/** What can sign, as the server knows it and the chain confirms it. */
export interface Keys {
  readonly wallet: Wallet
  readonly passkeys: readonly PasskeyRow[]
  /** How many may sign, those included that nobody here knows. */
  readonly count: number
  /** Those of them that these pages know. */
  readonly named: number
  /** The key that the account was made with, where it still signs beside the present one. */
  readonly firstStill: Hex | null
  /** Whether this browser holds a part of the key. */
  readonly here: boolean
}

async function readKeys(): Promise<Keys> {
  const [{ readSigners, signerOfPasskey }, { hasDeviceShare }, wallet, { passkeys }] = await Promise.all([
    import('../../chain/signers.ts'),
    import('../keeper.ts'),
    ask<Wallet>('GET', '/v1/wallet'),
    ask<Passkeys>('GET', '/v1/wallet/passkey'),
  ])
  const rows = await Promise.all(
    passkeys.map(async (one) => ({
      ...one,
      signer: one.publicKey ? await signerOfPasskey(one.publicKey) : null,
    })),
  )
  const { account, firstSigner } = wallet
  if (!account || !firstSigner)
    return {
      wallet,
      passkeys: rows.map((row) => ({ ...row, signs: false })),
      count: 0,
      named: 0,
      firstStill: null,
      here: false,
    }
  const own = wallet.signers.map((signer) => signer.toLowerCase() as Hex)
  const first = firstSigner.toLowerCase() as Hex
  const asked = [...new Set([...own, first])].concat(rows.flatMap((row) => row.signer ?? []))
  const [{ count, known }, here] = await Promise.all([
    readSigners(account, firstSigner, asked),
    hasDeviceShare(account),
  ])
  const firstStill = known.has(first) && !own.includes(first) ? first : null
  return {
    wallet,
    passkeys: rows.map((row) => ({ ...row, signs: row.signer !== null && known.has(row.signer) })),
    count,
    named: known.size - (firstStill ? 1 : 0),
    firstStill,
    here,
  }
}

/** Reads the keys once, again when the wallet got ready (the first sign-in makes it meanwhile), and when asked. */
export function useKeys() {
  const [keys, setKeys] = useState<Keys | null>(null)
  const [unread, setUnread] = useState<Failure | null>(null)
  const look = useCallback(async () => {
    try {
      setKeys(await readKeys())
      setUnread(null)
    } catch (error) {
      if (!isFailure(error)) throw error
      setUnread(error)
    }
  }, [])
  const { step } = useWalletState()
  // biome-ignore lint/correctness/useExhaustiveDependencies: what stands here follows from the step, though it does not name it.
  useEffect(() => {
    void look()
  }, [look, step])
  return { keys, unread, look }
}
