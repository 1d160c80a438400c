import type { Hex } from '@gesim/journey'
import type { Running } from '@gesim/store'
import { signedAhead } from './ahead.ts'
import { noteOutcomes, sendBundle } from './bundler/bundle.ts'
import { WISHING_KINDS, wishesOf } from './calldata.ts'
import { requireChain } from './chain.ts'
import { lookAfter } from './housekeeping.ts'
import { reopenForgotten, wish } from './outbox.ts'
import type { makeParts, RelayerContext } from './parts.ts'
import { startPump } from './pump.ts'
import { type SenderContext, sendWanted, track } from './sender.ts'
import { rowsIn } from './table.ts'

const DAY_SECONDS = 86_400

/** Starts reading wishes and sending them. */
export async function startRelayer(
  context: RelayerContext,
  parts: ReturnType<typeof makeParts>,
): Promise<Running> {
  const { store, log, settings, signal, clock } = context
  const { chain, addresses, signers } = parts
  await requireChain(chain)
  const sending: SenderContext = {
    store,
    chain,
    signers,
    log,
    bumpAfterMs: settings.bumpAfterMs,
    ...(settings.paidDuties === 1 ? { duties: addresses } : {}),
    onBundle: noteOutcomes,
  }
  const roles = ['operator', 'poster'] as const
  const pump = startPump({
    store,
    log,
    name: 'relayer',
    signal,
    async takeOver() {
      await reopenForgotten(store, chain, Object.values(signers).flat(), log)
    },
    async round() {
      const moved = await Promise.all([
        ...roles.map(
          async (role) => (await track(sending, signers[role][0]!)) + (await sendWanted(sending, role)),
        ),
        ...signers.executor.map(
          async (executor) =>
            (await track(sending, executor)) + (await sendBundle(sending, executor, settings.bundleSize)),
        ),
      ])
      return moved.some((count) => count > 0)
    },
  })
  parts.setWake(() => pump.wake())

  const follower = store.follow({ reader: 'relayer', kinds: WISHING_KINDS }, async (event, tx) => {
    const nowSeconds = Math.floor(clock.nowMs() / 1_000)
    const grant = {
      budgetMicros: BigInt(settings.budgetMicros),
      budgetValidUntil: nowSeconds + settings.budgetDays * DAY_SECONDS,
    }
    if (event.kind === 'account.registered') {
      const account = event.body.account.toLowerCase() as Hex
      await rowsIn(tx)
        .insertInto('relayer_accounts')
        .values({ account })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    }
    const ahead = event.kind === 'renewal.wanted' ? await signedAhead(tx, store, event.intentId!) : null
    for (const wanted of wishesOf(event, addresses, grant, ahead)) await wish(tx, wanted)
    pump.wake()
  })
  const housekeeping = lookAfter(context, parts)

  return {
    async stop() {
      await Promise.all([follower.stop(), housekeeping.stop()])
      await pump.stop()
    },
  }
}
