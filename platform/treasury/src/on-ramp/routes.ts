import { refuse } from '@gesim/base'
import type { Access } from '@gesim/store'
import { type OnRampOrder, onRampRoutes, serve } from '@gesim/wire'
import type { FastifyInstance } from 'fastify'
import type { OnRamps } from './on-ramps.ts'
import type { OnRampRow } from './table.ts'

/** What travellers buy, and what the provider tells. */
export function onRampRoutesOn(
  app: FastifyInstance,
  access: Pick<Access, 'traveller'>,
  onRamps: OnRamps,
): void {
  const accountOf = async (request: Parameters<Access['traveller']>[0]) => {
    const traveller = await access.traveller(request)
    if (!traveller) throw refuse('treasury.no-session')
    return traveller.account
  }
  serve(app, onRampRoutes.overview, async ({ request }) => {
    const { provider, orders } = await onRamps.overview(await accountOf(request))
    return {
      provider: provider && {
        name: provider.name,
        sandbox: provider.sandbox,
        leastMicros: String(provider.leastMicros),
        mostMicros: String(provider.mostMicros),
        leftTodayMicros: String(provider.leftTodayMicros),
      },
      orders: orders.map(shown),
    }
  })
  serve(app, onRampRoutes.quote, async ({ request, body }) => {
    await accountOf(request)
    return await onRamps.quote(BigInt(body.amountMicros))
  })
  serve(app, onRampRoutes.order, async ({ request, body }) =>
    shown(await onRamps.order(await accountOf(request), BigInt(body.amountMicros), body.mostPayMinor)),
  )
  serve(app, onRampRoutes.get, async ({ request, params }) =>
    shown(await onRamps.find(await accountOf(request), params.id)),
  )
  serve(app, onRampRoutes.cancel, async ({ request, params }) =>
    shown(await onRamps.cancel(await accountOf(request), params.id)),
  )
  serve(app, onRampRoutes.notice, async ({ body }) => {
    await onRamps.notice(body.orderId)
  })
}

function shown(row: OnRampRow): OnRampOrder {
  return {
    id: row.id,
    account: row.account,
    amountMicros: String(row.amount_micros),
    state: row.state,
    payMinor: Number(row.pay_minor ?? row.most_pay_minor),
    feeMinor: Number(row.fee_minor ?? 0),
    currency: row.currency ?? 'USD',
    requestedAt: Math.floor(row.requested_at.getTime() / 1_000),
    ...(row.state === 'redirected' ? { url: row.url! } : {}),
    ...(row.expires_at === null ? {} : { expiresAt: Number(row.expires_at) }),
    ...(row.tx_hash === null ? {} : { txHash: row.tx_hash }),
    ...(row.why === null ? {} : { why: row.why }),
  }
}
