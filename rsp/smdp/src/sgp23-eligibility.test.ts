import { fromHex } from '@gesim/base'
import { eidWithCheckDigits } from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import { cardWith, forgeEuicc, forgeEum } from './testing/forge.ts'
import { startWorld, statusOf, type World } from './testing/world.ts'

// ES9+.AuthenticateClient: orders that a card may not have, and the eligibility check; one row a case.

let world: World
const state = memoryState()
beforeAll(async () => {
  world = await startWorld(state)
})
afterAll(() => world.stop())

const DAY_MS = 86_400_000
const EID = eidWithCheckDigits('890490320000000000000000000101')

describe('authenticateClient refuses an order', () => {
  const orders: [string, string, () => Promise<string>][] = [
    ['8.2.6/3.8', 'that nobody made', async () => statusOf(world.card().authenticate('NOBODYS'))],
    ['8.2.6/3.8', 'for a card that has none', async () => statusOf(world.card().authenticate(undefined))],
    [
      '8.2.6/3.8',
      'that was installed',
      async () => {
        const { matchingId } = await world.order()
        await world.card().download(matchingId)
        return statusOf(world.card().authenticate(matchingId))
      },
    ],
    [
      '8.2.6/3.8',
      'that was cancelled',
      async () => {
        const { iccid, matchingId } = await world.order()
        await world.es2('cancelOrder', { iccid, finalProfileStatusIndicator: 'Available' })
        return statusOf(world.card().authenticate(matchingId))
      },
    ],
    [
      '8.2.6/3.8',
      'in the wrong case',
      async () => statusOf(world.card().authenticate((await world.order()).matchingId.toLowerCase())),
    ],
    [
      '8.1.1/3.8',
      'for another card',
      async () => statusOf(world.card().authenticate((await world.order({ eid: EID })).matchingId)),
    ],
    [
      '8.2/1.2',
      'that is not released',
      async () => statusOf(world.card().authenticate((await world.order({ releaseFlag: false })).matchingId)),
    ],
    [
      '8.8.5/4.10',
      'that waited too long',
      async () => {
        const { matchingId } = await world.order()
        const eum = forgeEum(world.pki)
        const card = cardWith(world, forgeEuicc(eum), eum)
        world.clockMs = 31 * DAY_MS
        const code = await statusOf(card.authenticate(matchingId))
        world.clockMs = 0
        return code
      },
    ],
    [
      '8.8.5/6.4',
      'whose package was fetched too often',
      async () => {
        const { iccid, matchingId } = await world.order()
        const kept = (await state.find({ iccid }))!
        const order = { ...kept.order!, maxDownloadTries: 1 }
        await state.change(iccid, () => ({ result: undefined, profile: { ...kept, order } }))
        const card = world.card()
        await card.fetch(await card.authenticate(matchingId))
        return statusOf(card.authenticate(matchingId))
      },
    ],
    [
      '8.1/4.8',
      'for which the card has no room',
      async () =>
        statusOf(world.card().authenticate((await world.order({}, 12_000)).matchingId, { freeBytes: 8000 })),
    ],
    [
      '8.2.5/4.3',
      'whose package is of a version that the card does not install',
      async () =>
        statusOf(world.card().authenticate((await world.order()).matchingId, { profileVersion: '3.1.0' })),
    ],
    [
      '8.2.5/4.3',
      'with a rule that the card forbids',
      async () => {
        const { matchingId } = await world.order({}, 3000, { policyRules: ['ppr2'] })
        return statusOf(world.card().authenticate(matchingId, { forbidden: fromHex('0520') }))
      },
    ],
  ]
  for (const [code, what, run] of orders)
    it(`${what} by ${code}`, async () => {
      expect(await run()).toBe(code)
    })

  it('unless the card installs that version beside its own (additionalEuiccProfilePackageVersions)', async () => {
    const { matchingId } = await world.order()
    const versions = { profileVersion: '3.1.0', additionalProfileVersions: ['4.0.0', '2.3.1'] }
    expect(await statusOf(world.card().authenticate(matchingId, versions))).toBe('ok')
  })

  it('no more once the reason is gone', async () => {
    const { matchingId } = await world.order({}, 12_000)
    expect(await statusOf(world.card().authenticate(matchingId, { freeBytes: 8000 }))).toBe('8.1/4.8')
    expect(await statusOf(world.card().authenticate(matchingId))).toBe('ok')
  })
})
