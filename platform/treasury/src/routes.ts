import { refuse } from '@gesim/base'
import type { Access } from '@gesim/store'
import { serve, treasuryRoutes } from '@gesim/wire'
import type { FastifyInstance } from 'fastify'
import type { BatchRow, OffRampRow } from './table.ts'
import type { Treasury } from './treasury.ts'

/** What carriers ask for, what the operator decides, what owners sign. */
export function treasuryRoutesOn(
  app: FastifyInstance,
  access: Pick<Access, 'carrier' | 'operator'>,
  treasury: Treasury,
  chainId: number,
): void {
  const carrierOf = async (request: Parameters<Access['carrier']>[0]) => {
    const carrier = await access.carrier(request)
    if (!carrier) throw refuse('treasury.not-carrier')
    return carrier.carrierId
  }
  const requireOperator = async (request: Parameters<Access['operator']>[0]) => {
    if (!(await access.operator(request))) throw refuse('treasury.not-operator')
  }

  serve(app, treasuryRoutes.payout, async ({ request, body }) => {
    const answer = await treasury.choosePayout(await carrierOf(request), body)
    return { safe: answer.safe, transactions: answer.transactions }
  })
  serve(app, treasuryRoutes.request, async ({ request, body }) => {
    const id = await treasury.requestOffRamp(await carrierOf(request), BigInt(body.amountMicros))
    return { id: String(id) }
  })
  serve(app, treasuryRoutes.offRamps, async ({ request }) => {
    const carrier = await access.carrier(request)
    if (!carrier) await requireOperator(request)
    return { offRamps: (await treasury.offRamps(carrier?.carrierId)).map(shownOffRamp) }
  })
  serve(app, treasuryRoutes.decide, async ({ request, params, body }) => {
    await requireOperator(request)
    await treasury.decide(BigInt(params.id), body.approve, body.why)
    return {}
  })
  serve(app, treasuryRoutes.batches, async ({ request }) => {
    // Until a batch is executed the chain knows neither its amounts nor who signed: others have no business with it.
    const carrier = await access.carrier(request)
    if (!carrier) await requireOperator(request)
    return {
      batches: (await treasury.batches(carrier?.carrierId)).map(({ batch, signers, offRamps }) => ({
        ...shownBatch(batch, chainId),
        signers,
        offRamps: offRamps.map(String),
      })),
    }
  })
  serve(app, treasuryRoutes.sign, ({ params, body }) => treasury.sign(BigInt(params.id), body.signature))
}

function shownOffRamp(row: OffRampRow) {
  return {
    id: String(row.id),
    carrierId: Number(row.carrier_id),
    safe: row.safe,
    amountMicros: String(row.amount_micros),
    currency: row.currency,
    state: row.state,
    requestedAt: Math.floor(row.requested_at.getTime() / 1_000),
    ...(row.fee_micros === null ? {} : { feeMicros: String(row.fee_micros) }),
    ...(row.tx_hash === null ? {} : { txHash: row.tx_hash }),
    ...(row.reference === null ? {} : { reference: row.reference }),
    ...(row.why === null ? {} : { why: row.why }),
  }
}

/** With everything of the EIP-712 SafeTx that is not zero: what an owner's wallet shows and signs. */
function shownBatch(batch: BatchRow, chainId: number) {
  return {
    id: String(batch.id),
    safe: batch.safe,
    chainId,
    to: batch.call_to,
    data: batch.data,
    operation: batch.operation,
    nonce: Number(batch.nonce),
    safeTxHash: batch.safe_tx_hash,
    state: batch.state,
    ...(batch.tx_hash === null ? {} : { txHash: batch.tx_hash }),
  }
}
