import { refuse } from '@gesim/base'
import type { StageContext } from '@gesim/store'
import { serve, telemetryRoutes } from '@gesim/wire'
import type { FastifyInstance } from 'fastify'
import type { smartSwitchSettings } from './settings.ts'
import { adviseMove, takeSamples } from './smart-switch.ts'

/** How far a carrier's clock may be ahead of ours. */
const CLOCK_SKEW_MS = 30_000

/** Measurements in, advice out. */
export function routes(app: FastifyInstance, context: StageContext<typeof smartSwitchSettings>): void {
  serve(app, telemetryRoutes.post, async ({ body, request }) => {
    const carrier = await context.access.carrier(request)
    if (!carrier) throw refuse('smart-switch.not-signed-in')
    const { samples } = body
    const stranger = samples.find((sample) => !carrier.books.includes(sample.book))
    if (stranger) throw refuse('smart-switch.not-your-book', { book: stranger.book })
    const latest = context.clock.nowMs() + CLOCK_SKEW_MS
    const early = samples.find((sample) => sample.atMs > latest)
    if (early) throw refuse('smart-switch.from-future', { atMs: early.atMs })
    return { accepted: await takeSamples(context.store, samples) }
  })

  serve(app, telemetryRoutes.advice, async ({ body }) => {
    const { book, books, region, qos, intentId, sinceMs, endsMs, remainingBytes, switchFeeMicros } = body
    const serving = {
      book,
      sinceMs,
      endsMs,
      remainingBytes: BigInt(remainingBytes),
      switchFeeMicros: BigInt(switchFeeMicros),
    }
    const nowMs = context.clock.nowMs()
    return adviseMove(context.store, context.settings, { serving, books, region, qos, intentId }, nowMs)
  })
}
