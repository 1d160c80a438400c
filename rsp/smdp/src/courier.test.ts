import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { refuse } from '@gesim/base'
import { certificatePem, identityOf, tlsPemOf } from '@gesim/crypto'
import { createRspListener, ES12, eidWithCheckDigits, endpoint, type RequestOf } from '@gesim/sgp22'
import { describe, expect, it } from 'vitest'
import { smdsOver } from './courier.ts'
import { memoryState } from './index.ts'
import { startWorld } from './testing/world.ts'

describe('an SM-DS over ES12', () => {
  it('is told with mutual TLS; a retry that finds its event, or none to delete, is fine', async () => {
    const world = await startWorld(memoryState())
    const seen: RequestOf<typeof ES12.registerEvent>[] = []
    let refusal: string | undefined
    const smds = createServer(
      {
        ...tlsPemOf(identityOf(world.pki, 'ds-tls', 'nist')),
        ca: world.pki.issuers.map(certificatePem),
        requestCert: true,
        rejectUnauthorized: true,
      },
      createRspListener({
        endpoints: [
          endpoint(ES12.registerEvent, async (body) => {
            if (refusal) throw refuse('smdp.test')
            seen.push(body)
            return {}
          }),
          endpoint(ES12.deleteEvent, async () => {
            if (refusal) throw refuse('smdp.test')
            return {}
          }),
        ],
        statusOf: () => refusal as never,
        onFault: () => {},
      }),
    )
    await new Promise<void>((resolve) => smds.listen(0, '127.0.0.1', resolve))
    const address = `localhost:${(smds.address() as AddressInfo).port}`
    try {
      const events = smdsOver({
        smdpOid: '2.999.10',
        smdpAddress: 'localhost:8443',
        forwardEvents: true,
        toOperators: {},
        toSmds: {
          ...tlsPemOf(identityOf(world.pki, 'dp-tls', 'nist')),
          ca: world.pki.issuers.map(certificatePem),
        },
      })
      const event = { eid: eidWithCheckDigits('890490320000000000000000000021'), eventId: 'E-1' }
      await events.registerEvent(address, event)
      expect(seen).toEqual([{ ...event, rspServerAddress: 'localhost:8443', forwardingIndicator: true }])
      refusal = '8.9.5/3.3'
      await events.registerEvent(address, event)
      await expect(events.deleteEvent(address, event)).rejects.toThrow('smdp.smds-refused')
      refusal = '8.9.5/3.9'
      await events.deleteEvent(address, event)
      refusal = '8.9/4.2'
      await expect(events.registerEvent(address, event)).rejects.toThrow('smdp.smds-refused')
    } finally {
      smds.closeAllConnections()
      smds.close()
      await world.stop()
    }
  })
})
