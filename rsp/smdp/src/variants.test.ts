import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { refuse, toHex } from '@gesim/base'
import { certificatePem, identityOf, TEST_EID, tlsPemOf } from '@gesim/crypto'
import { createRspListener, ES12, eidWithCheckDigits, endpoint, type RequestOf } from '@gesim/sgp22'
import { describe, expect, it } from 'vitest'
import { smdsOver } from './courier.ts'
import { memoryState } from './index.ts'
import { freshIccid, packageOf, startWorld, statusOf } from './testing/world.ts'

describe('an SM-DP+', () => {
  it('serves brainpool cards beside NIST cards, each over TLS of either curve and without', async () => {
    const listeners = [
      { host: '127.0.0.1', port: 0, tls: 'nist' as const },
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.1', port: 0, tls: 'brainpool' as const },
    ]
    const world = await startWorld(memoryState(), { listeners })
    const [nist, plain, brainpool] = world.smdp.ports
    const urls = [`https://localhost:${nist}`, `http://127.0.0.1:${plain}`, `https://localhost:${brainpool}`]
    try {
      for (const [curve, url] of urls.flatMap((to) => [['brainpool', to] as const, ['nist', to] as const])) {
        const { iccid, matchingId } = await world.order({}, 5000)
        const opened = await world
          .card(TEST_EID, curve)
          .over({ ...world.phone, url })
          .download(matchingId)
        expect(toHex(opened.profile)).toBe(toHex(packageOf(iccid, 5000)))
      }
    } finally {
      await world.stop()
    }
  })

  it('protects profiles with keys of their own when asked to', async () => {
    const world = await startWorld(memoryState(), { profileKeys: true })
    try {
      const { iccid, matchingId } = await world.order({}, 5000)
      expect(toHex((await world.card().download(matchingId)).profile)).toBe(toHex(packageOf(iccid, 5000)))
    } finally {
      await world.stop()
    }
  })

  it('sends an icon over several segments', async () => {
    const world = await startWorld(memoryState())
    try {
      const iccid = freshIccid()
      const icon = Buffer.alloc(1024, 7).toString('base64')
      const { status } = await world.operatorCall('PUT', `/operator/v1/profiles/${iccid}`, {
        profileType: 'data',
        package: Buffer.from(packageOf(iccid)).toString('base64'),
        metadata: { serviceProviderName: 'Aurora', profileName: 'Data', icon, policyRules: ['ppr1'] },
      })
      expect(status).toBe(201)
      await world.es2('downloadOrder', { iccid })
      const { matchingId } = await world.es2('confirmOrder', { iccid, releaseFlag: true })
      expect((await world.card().download(matchingId)).iccid).toBe(iccid)
    } finally {
      await world.stop()
    }
  })

  it('makes room for new sessions by forgetting the oldest', async () => {
    const world = await startWorld(memoryState(), { limits: { maxSessions: 3 } })
    try {
      const card = world.card()
      const { matchingId } = await world.order()
      const first = await card.authenticate(matchingId)
      for (let i = 0; i < 3; i++) await card.initiate()
      expect(world.smdp.sessionCount()).toBe(3)
      expect(await statusOf(card.fetch(first))).toBe('8.10.1/3.9')
    } finally {
      await world.stop()
    }
  })
})

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
        toOperators: {},
        toSmds: {
          ...tlsPemOf(identityOf(world.pki, 'dp-tls', 'nist')),
          ca: world.pki.issuers.map(certificatePem),
        },
      })
      const event = { eid: eidWithCheckDigits('890490320000000000000000000021'), eventId: 'E-1' }
      await events.registerEvent(address, event)
      expect(seen).toEqual([{ ...event, rspServerAddress: 'localhost:8443', forwardingIndicator: false }])
      refusal = '8.9.5/3.3'
      await events.registerEvent(address, event)
      await expect(events.deleteEvent(address, event)).rejects.toThrow('smdp.smds-unavailable')
      refusal = '8.9.5/3.9'
      await events.deleteEvent(address, event)
      refusal = '8.9/4.2'
      await expect(events.registerEvent(address, event)).rejects.toThrow('smdp.smds-unavailable')
    } finally {
      smds.closeAllConnections()
      smds.close()
      await world.stop()
    }
  })
})
