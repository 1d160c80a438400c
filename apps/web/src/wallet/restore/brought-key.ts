import { unreachable } from '@gesim/base'
import { ask } from '../../api/ask.ts'
import type { Hex, Wallet } from '../../api/shapes.ts'
import { forgetKeyToBring, keepKeyToBring, keyToBringOf } from '../../custody/key-to-bring.ts'
import { newEntropy } from '../../custody/seed.ts'
import { ownersBeside } from '../../custody/vault.ts'
import { readRescue } from '../../trust/rescue.ts'
import type { RescueLink } from '../../trust/trust-link.ts'
import { exclusively, registeredOwner, unlock } from '../keeper.ts'
import { storeBeside } from '../keys/new-key.ts'

const FOLLOWS_WITHIN = 20
const FOLLOW_EVERY_MS = 500

/**
 * Makes a key for the trusted person to bring: it waits here, sealed and split like any other, until their recovery takes
 * effect. Always a new one: of an earlier one the server's part may be gone by now, and one that was asked for already
 * stays beside.
 */
export async function keyToBring(): Promise<RescueLink> {
  return exclusively(async () => {
    const wallet = await ask<Wallet>('GET', '/v1/wallet')
    const account = wallet.account!
    const { owner } = await storeBeside(account, newEntropy())
    keepKeyToBring(account, { key: owner, instead: registeredOwner(wallet) })
    return { account, key: owner }
  })
}

/** The key of this browser that somebody asks for now, or has brought, or that was made here last; null where there is none. */
export async function keyUnderWay(): Promise<RescueLink | null> {
  const wallet = await ask<Wallet>('GET', '/v1/wallet')
  const { account } = wallet
  if (!account) return null
  const keys = await ownersBeside(account)
  const looked = await Promise.all(
    keys.map(async (key) => ({ key, ...(await readRescue({ account, key }, null)) })),
  )
  const asked = looked.find(({ step }) => step === 'waiting' || step === 'due' || step === 'done')
  const kept = keyToBringOf(account, registeredOwner(wallet))
  const key = asked?.key ?? keys.find((one) => one === kept)
  return key ? { account, key } : null
}

/** Opens the wallet with the key that was brought, once the server has seen it on the chain. */
export async function openBrought(): Promise<Hex> {
  for (let look = 0; look < FOLLOWS_WITHIN; look++) {
    const wallet = await ask<Wallet>('GET', '/v1/wallet')
    if (wallet.opens) {
      await unlock(wallet, { silent: true })
      forgetKeyToBring(wallet.account!)
      return wallet.account!
    }
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_EVERY_MS))
  }
  throw unreachable('web.key-not-followed')
}
