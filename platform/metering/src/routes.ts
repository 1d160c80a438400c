import { refuse } from '@gesim/base'
import type { Access } from '@gesim/store'
import { devicesRoutes, serve, usageRoutes } from '@gesim/wire'
import type { FastifyInstance } from 'fastify'
import type { Metering } from './metering.ts'

/** The two ways in: the device's voucher, the carrier's batch. */
export function meteringRoutes(
  app: FastifyInstance,
  access: Pick<Access, 'device' | 'carrier'>,
  metering: Pick<Metering, 'takeVoucher' | 'takeCarrierReceipts'>,
): void {
  serve(app, devicesRoutes.voucher, async ({ request, body }) => {
    const device = await access.device(request)
    if (!device) throw refuse('metering.not-signed-in')
    return await metering.takeVoucher(device, body.voucher, body.signature)
  })
  serve(app, usageRoutes.records, async ({ request, body }) => {
    const carrier = await access.carrier(request)
    if (!carrier) throw refuse('metering.not-signed-in')
    return await metering.takeCarrierReceipts(carrier, body.records)
  })
}
