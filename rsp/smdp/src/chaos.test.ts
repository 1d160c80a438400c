import { toHex } from '@gesim/base'
import { OneTimeKey } from '@gesim/crypto'
import { eidWithCheckDigits } from '@gesim/sgp22'
import { startTestPostgres } from '@gesim/sgp22/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryState, postgresState, type SmdpState } from './index.ts'
import type { TestCard } from './testing/card.ts'
import { freshIccid, packageOf, startWorld, statusOf, type World } from './testing/world.ts'

// Phones that lose their connection anywhere, and begin again: each profile is installed once, on one card.

const postgres = await startTestPostgres()
afterAll(() => postgres?.stop())

/** Numbers that are the same in each run (mulberry32). */
function numbers(seed: number): () => number {
  let at = seed
  return () => {
    at = (at + 0x6d2b79f5) | 0
    let value = Math.imul(at ^ (at >>> 15), 1 | at)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Made {
  readonly iccid: ReturnType<typeof freshIccid>
  readonly matchingId: string
}

/** Puts a released order into the state, as ES2+ would: the downloads are what is tested here. */
async function order(state: SmdpState, at: number): Promise<Made> {
  const iccid = freshIccid()
  const matchingId = `CHAOS-${at}`
  await state.change(iccid, () => ({
    result: undefined,
    profile: {
      iccid,
      operator: '2.999.20',
      profileType: 'data',
      state: 'Released',
      metadata: { serviceProviderName: 'Aurora', profileName: 'Data' },
      package: packageOf(iccid, 2000),
      order: {
        callId: matchingId,
        matchingId,
        confirmationTries: 0,
        downloadTries: 0,
        expiresAtMs: Date.now() + 3_600_000,
      },
      downloads: [],
      updatedAtMs: Date.now(),
    },
  }))
  return { iccid, matchingId }
}

/** One phone that breaks off where chance wills, and repeats messages, until the profile is in. Gives its attempts. */
async function download(card: TestCard, made: Made, chance: () => number): Promise<number> {
  const otpk = OneTimeKey.generate('nist')
  for (let attempt = 1; ; attempt++) {
    const opened = await card.authenticate(made.matchingId)
    if (chance() < 0.15) continue
    if (chance() < 0.1) {
      await card.cancel(opened.transactionId, 1)
      continue
    }
    // A card that is powered off loses its one-time key; mostly it is not.
    const key = chance() < 0.2 ? OneTimeKey.generate('nist') : otpk
    const got = await card.fetch(opened, { otpk: key })
    expect(toHex(got.profile)).toBe(toHex(packageOf(made.iccid, 2000)))
    if (chance() < 0.1) expect(await statusOf(card.fetch(opened))).toBe('8.10.1/3.9')
    if (chance() < 0.15) continue
    const result = card.installationResult(opened.transactionId, { iccid: made.iccid })
    for (let again = 0; again < (chance() < 0.3 ? 2 : 1); again++) await card.notify(result)
    return attempt
  }
}

async function run(world: World, state: SmdpState, count: number, parallel: number): Promise<void> {
  const chance = numbers(20_26)
  const plain = { url: `http://127.0.0.1:${world.smdp.ports[1]}` }
  const cards = [1, 2, 3, 4].map((at) =>
    world.card(eidWithCheckDigits(`89049032000000000000000000030${at}`)).over(plain),
  )
  const orders: Made[] = []
  for (let at = 0; at < count; at++) orders.push(await order(state, at))
  let next = 0
  let attempts = 0
  const worker = async () => {
    while (next < count) {
      const at = next++
      const tried = await download(cards[at % cards.length]!, orders[at]!, chance)
      attempts += tried
    }
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  expect(attempts).toBeGreaterThan(count)
  for (const [at, { iccid, matchingId }] of orders.entries()) {
    const profile = (await state.find({ iccid }))!
    expect(profile.state).toBe('Installed')
    expect(profile.package).toBeUndefined()
    expect(profile.evidence).toMatchObject({ success: true, eid: cards[at % cards.length]!.eid })
    expect(profile.downloads.length).toBe(profile.order!.downloadTries)
    expect(new Set(profile.downloads.map(({ transactionId }) => toHex(transactionId))).size).toBe(
      profile.downloads.length,
    )
    if (at % 50 === 0) expect(await statusOf(cards[0]!.authenticate(matchingId))).toBe('8.2.6/3.8')
  }
}

const limits = { maxDownloadTries: 1000 }

describe('downloads that are broken off and begun again', () => {
  it('1,000 of them, 50 at once, install each profile once', async () => {
    const state = memoryState()
    const world = await startWorld(state, { limits })
    try {
      await run(world, state, 1000, 50)
    } finally {
      await world.stop()
    }
  }, 120_000)

  it.skipIf(!postgres)(
    '40 of them over Postgres, 20 at once, install each profile once',
    async () => {
      const state = await postgresState(postgres!.url, new Uint8Array(32).fill(5))
      const world = await startWorld(state, { limits })
      try {
        await run(world, state, 40, 20)
      } finally {
        await world.stop()
      }
    },
    120_000,
  )
})
