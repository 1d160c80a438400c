import { isFailure } from '@gesim/base'
import { fileState } from '@gesim/euicc'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Delivery } from './index.ts'
import { freshProfile, SMDP_ADDRESS, startWorld, type World } from './testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

const NOWHERE = 'https://127.0.0.1:1'
const OTHER = 'other.example.test'

describe('notifications that no server took', () => {
  it('outlive the phone’s program, and are sent again until they are accepted', async () => {
    const state = fileState(`${world.directory}/persistent.json`)
    const first = world.lpa(world.card({ state }), {
      hosts: { [SMDP_ADDRESS]: world.smdpUrl, [OTHER]: NOWHERE },
    })
    const activationCode = await world.order(freshProfile(), {
      metadata: { notifications: [{ events: ['enable', 'disable'], address: OTHER }] },
    })
    const { iccid } = await first.download({ activationCode })
    await first.enable(iccid)
    await first.disable(iccid)
    expect((await first.sendNotifications()).kept.map(({ event }) => event)).toEqual(['enable', 'disable'])
    first.close()

    // Another run of the program, with the same card: the other server is away at first.
    const hosts: Record<string, string> = { [OTHER]: NOWHERE }
    const again = world.lpa(world.card({ state }), { hosts, insecure: true })
    const deliveries: Delivery[] = []
    await again.sendUntilAccepted({
      firstWaitMs: 5,
      maxWaitMs: 10,
      onDelivery: (delivery) => {
        deliveries.push(delivery)
        if (deliveries.length === 3) hosts[OTHER] = world.smdpUrl
      },
    })
    expect(deliveries.map(({ sent, kept }) => [sent.length, kept.length])).toEqual([
      [0, 2],
      [0, 2],
      [0, 2],
      [2, 0],
    ])
    expect(deliveries.at(-1)!.sent.map(({ event }) => event)).toEqual(['enable', 'disable'])
    expect(await again.notifications()).toEqual([])
  })

  it('are passed over when the card has them no more, as when another program was faster', async () => {
    const card = world.card()
    const late: typeof card = Object.assign(Object.create(card) as typeof card, {
      // It is asked for number 99, which it does not have.
      transmit: (apdu: Uint8Array) =>
        card.transmit(apdu[5] === 0xbf && apdu[6] === 0x2b ? apdu.with(12, 99) : apdu),
    })
    const lpa = world.lpa(late)
    const activationCode = await world.order(freshProfile(), {
      metadata: { notifications: [{ events: ['enable'], address: OTHER }] },
    })
    await lpa.enable((await lpa.download({ activationCode })).iccid)
    const before = await lpa.notifications()
    expect(before.map(({ event }) => event)).toEqual(['install', 'enable'])
    expect((await lpa.sendNotifications()).kept).toEqual([])
    expect(await lpa.notifications()).toEqual(before)
  })

  it('are not sent for ever when the user ends it', async () => {
    const lpa = world.lpa(world.card(), { hosts: { [SMDP_ADDRESS]: world.smdpUrl, [OTHER]: NOWHERE } })
    const activationCode = await world.order(freshProfile(), {
      metadata: { notifications: [{ events: ['enable'], address: OTHER }] },
    })
    const { iccid } = await lpa.download({ activationCode })
    await lpa.enable(iccid)
    const controller = new AbortController()
    const sending = lpa.sendUntilAccepted({
      firstWaitMs: 60_000,
      signal: controller.signal,
      onDelivery: () => controller.abort(new Error('enough')),
    })
    await expect(sending).rejects.toThrow('enough')

    // The server is gone for good: the user takes the notification off the card.
    const [waiting] = await lpa.notifications()
    await lpa.dropNotification(waiting!.seqNumber)
    expect(await lpa.notifications()).toEqual([])
    const failure = await lpa.dropNotification(waiting!.seqNumber).catch((error: unknown) => error)
    expect(isFailure(failure, 'lpa.function-refused') && failure.facts.result).toBe('nothingToDelete')
  })
})
