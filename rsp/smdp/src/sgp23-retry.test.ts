import { toHex } from '@gesim/base'
import { OneTimeKey } from '@gesim/crypto'
import { callFunction, ES9PLUS, eidWithCheckDigits, readSmdpSigned2 } from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState, type Order } from './index.ts'
import { type freshIccid, packageOf, startWorld, statusOf, type World } from './testing/world.ts'

// Retries, one-time keys that are used again, and confirmation codes; in the manner of SGP.23 section 4.3.13.

let world: World
const state = memoryState()
beforeAll(async () => {
  world = await startWorld(state, { limits: { maxDownloadTries: 4, maxConfirmationTries: 3 } })
})
afterAll(() => world.stop())

const profileOf = async (iccid: ReturnType<typeof freshIccid>) => (await state.find({ iccid }))!

/** Changes the order of a profile behind the server's back, as fixtures do. */
async function withOrder(iccid: ReturnType<typeof freshIccid>, changes: Partial<Order>): Promise<void> {
  const kept = await profileOf(iccid)
  const profile = { ...kept, order: { ...kept.order!, ...changes } }
  await state.change(iccid, () => ({ result: undefined, profile }))
}

describe('a retry', () => {
  it('offers no one-time key before a package was made', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    await card.authenticate(matchingId)
    expect(readSmdpSigned2((await card.authenticate(matchingId)).smdpSigned2).bppEuiccOtpk).toBeUndefined()
  })

  it('offers the card its one-time key of the last attempt, and a package for it opens', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    for (const attempt of [0, 1]) {
      const otpk = OneTimeKey.generate('nist')
      await card.fetch(await card.authenticate(matchingId), { otpk })
      const again = await card.authenticate(matchingId)
      expect(readSmdpSigned2(again.smdpSigned2).bppEuiccOtpk, `attempt ${attempt}`).toEqual(otpk.publicPoint)
      expect(toHex((await card.fetch(again, { otpk })).profile)).toBe(toHex(packageOf(iccid)))
    }
  })

  it('with a new one-time key of a card that lost its own is bound again', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    await card.fetch(await card.authenticate(matchingId))
    expect(toHex((await card.fetch(await card.authenticate(matchingId))).profile)).toBe(
      toHex(packageOf(iccid)),
    )
  })

  it('on the other curve offers no key of the first one, and opens', async () => {
    const { iccid, matchingId } = await world.order()
    await world.card().fetch(await world.card().authenticate(matchingId))
    const other = world.card(undefined, 'brainpool')
    const again = await other.authenticate(matchingId)
    expect(readSmdpSigned2(again.smdpSigned2).bppEuiccOtpk).toBeUndefined()
    expect(toHex((await other.fetch(again)).profile)).toBe(toHex(packageOf(iccid)))
  })

  it('uses a new key of the server each time: no two packages are alike', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const otpk = OneTimeKey.generate('nist')
    const seen = new Set<string>()
    for (let at = 0; at < 3; at++) {
      const authenticated = await card.authenticate(matchingId)
      const opened = await card.fetchUnopened(authenticated, otpk)
      seen.add(toHex(opened).slice(-200))
    }
    expect(seen.size).toBe(3)
  })

  it('is refused by 8.2/3.7 where packages are not bound again, unless the card kept its key', async () => {
    const strict = await startWorld(memoryState(), { rebinding: false })
    try {
      const { matchingId } = await strict.order()
      const card = strict.card()
      const otpk = OneTimeKey.generate('nist')
      await card.fetch(await card.authenticate(matchingId), { otpk })
      expect(await statusOf(card.fetch(await card.authenticate(matchingId)))).toBe('8.2/3.7')
      expect(await statusOf(card.fetch(await card.authenticate(matchingId), { otpk }))).toBe('ok')
    } finally {
      await strict.stop()
    }
  })

  it('is refused by 8.8.5/6.4 after as many as the server allows', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    for (let at = 0; at < 4; at++) await card.fetch(await card.authenticate(matchingId))
    expect(await statusOf(card.authenticate(matchingId))).toBe('8.8.5/6.4')
  })

  it('is refused by 8.8.5/6.4 after as many as its order allows', async () => {
    const { iccid, matchingId } = await world.order()
    await withOrder(iccid, { maxDownloadTries: 1 })
    const card = world.card()
    const two = [await card.authenticate(matchingId), await card.authenticate(matchingId)]
    await card.fetch(two[0]!)
    // A session that was opened in time does not get round the limit.
    expect(await statusOf(card.fetch(two[1]!))).toBe('8.8.5/6.4')
    expect(await statusOf(card.authenticate(matchingId))).toBe('8.8.5/6.4')
  })

  it('of an order that expires on its way is refused by 8.8.5/4.10', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const authenticated = await card.authenticate(matchingId)
    await withOrder(iccid, { expiresAtMs: Date.now() - 1 })
    expect(await statusOf(card.fetch(authenticated))).toBe('8.8.5/4.10')
    expect(await statusOf(card.authenticate(matchingId))).toBe('8.8.5/4.10')
  })

  it('of another card than the one that fetched the package is refused by 8.1.1/3.8', async () => {
    const { matchingId } = await world.order()
    await world.card().fetch(await world.card().authenticate(matchingId))
    const other = world.card(eidWithCheckDigits('890490320000000000000000000121'))
    expect(await statusOf(other.authenticate(matchingId))).toBe('8.1.1/3.8')
  })

  it('does not hide the result of an earlier attempt that comes late, and a success outlives failures', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const first = await card.authenticate(matchingId)
    await card.fetch(first)
    const second = await card.authenticate(matchingId)
    await card.fetch(second)
    await card.notify(card.installationResult(second.transactionId, { iccid, success: false }))
    expect((await profileOf(iccid)).state).toBe('Error')
    await card.notify(card.installationResult(first.transactionId, { iccid }))
    expect((await profileOf(iccid)).state).toBe('Installed')
    await card.notify(card.installationResult(second.transactionId, { iccid, success: false }))
    expect((await profileOf(iccid)).state).toBe('Installed')
  })

  it('after an interrupted installation is allowed: the order is released again, and its failure is kept', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const otpk = OneTimeKey.generate('nist')
    const first = await card.authenticate(matchingId)
    await card.fetch(first, { otpk })
    const interruption = card.installationResult(first.transactionId, { iccid, success: false, reason: 11 })
    await card.notify(interruption)
    const kept = await profileOf(iccid)
    expect(kept).toMatchObject({
      state: 'Released',
      evidence: { success: false },
      order: { downloadTries: 1 },
    })
    expect(toHex(kept.evidence!.profileInstallationResult)).toBe(toHex(interruption))
    const second = await card.authenticate(matchingId)
    expect(readSmdpSigned2(second.smdpSigned2).bppEuiccOtpk).toEqual(otpk.publicPoint)
    expect(toHex((await card.fetch(second, { otpk })).profile)).toBe(toHex(packageOf(iccid)))
    // Told once more, it is known: the second download stays under way.
    await card.notify(interruption)
    expect((await profileOf(iccid)).state).toBe('Downloaded')
    await card.notify(card.installationResult(second.transactionId, { iccid }))
    expect(await profileOf(iccid)).toMatchObject({ state: 'Installed', evidence: { success: true } })
  })

  it('after as many interruptions as downloads are allowed is refused by 8.2.6/3.8: the order ended', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const states: string[] = []
    for (let at = 0; at < 4; at++) {
      const { transactionId } = await card.authenticate(matchingId).then(async (authenticated) => {
        await card.fetch(authenticated)
        return authenticated
      })
      await card.notify(card.installationResult(transactionId, { iccid, success: false, reason: 11 }))
      states.push((await profileOf(iccid)).state)
    }
    expect(states).toEqual(['Released', 'Released', 'Released', 'Error'])
    expect(await statusOf(card.authenticate(matchingId))).toBe('8.2.6/3.8')
  })

  it('after a failed installation is refused by 8.2.6/3.8: the order ended', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const { transactionId } = await card.download(matchingId, { fails: true })
    expect((await profileOf(iccid)).state).toBe('Error')
    expect((await profileOf(iccid)).downloads[0]!.transactionId).toEqual(transactionId)
    expect(await statusOf(card.authenticate(matchingId))).toBe('8.2.6/3.8')
  })
})

describe('a confirmation code', () => {
  const CODE = '0815'
  const ordered = async (code = CODE) => ({
    ...(await world.order({ confirmationCode: code })),
    card: world.card(),
  })

  it('is asked for in smdpSigned2, and not where there is none', async () => {
    const flagOf = async (matchingId: string) =>
      readSmdpSigned2((await world.card().authenticate(matchingId)).smdpSigned2).confirmationCodeRequired
    expect(await flagOf((await ordered()).matchingId)).toBe(true)
    expect(await flagOf((await world.order()).matchingId)).toBe(false)
  })

  for (const code of ['0', '0815', 'Wörter mit Ümlauten ✓', 'x'.repeat(64)])
    it(`of ${JSON.stringify(code.slice(0, 24))} is taken`, async () => {
      const { card, matchingId } = await ordered(code)
      expect((await card.download(matchingId, { confirmationCode: code })).iccid).toBeDefined()
    })

  const refused: [string, string, string | undefined][] = [
    ['8.2.7/2.2', 'that is missing', undefined],
    ['8.2.7/3.8', 'that is wrong', '0816'],
    ['8.2.7/3.8', 'that is empty', ''],
  ]
  for (const [expected, what, confirmationCode] of refused)
    it(`${what} is refused by ${expected}, and the right one is taken after it`, async () => {
      const { iccid, card, matchingId } = await ordered()
      expect(await statusOf(card.fetch(await card.authenticate(matchingId), { confirmationCode }))).toBe(
        expected,
      )
      expect((await profileOf(iccid)).state).toBe('Released')
      expect((await card.download(matchingId, { confirmationCode: CODE })).iccid).toBe(iccid)
    })

  it('that is missing counts as no try; the third wrong one ends the order by 8.2.7/6.4', async () => {
    const { iccid, card, matchingId } = await ordered()
    const attempt = async (confirmationCode?: string) =>
      statusOf(card.fetch(await card.authenticate(matchingId), { confirmationCode }))
    expect(await attempt()).toBe('8.2.7/2.2')
    expect(await attempt('1')).toBe('8.2.7/3.8')
    expect(await attempt()).toBe('8.2.7/2.2')
    expect(await attempt('2')).toBe('8.2.7/3.8')
    expect(await attempt('3')).toBe('8.2.7/6.4')
    expect(await profileOf(iccid)).toMatchObject({ state: 'Error', package: undefined })
    expect(await statusOf(card.authenticate(matchingId))).toBe('8.2.6/3.8')
  })

  it('may be typed again in the same session, as often as the order allows', async () => {
    const { iccid, card, matchingId } = await ordered()
    const session = await card.authenticate(matchingId)
    expect(await statusOf(card.fetch(session, {}))).toBe('8.2.7/2.2')
    expect(await statusOf(card.fetch(session, { confirmationCode: '1' }))).toBe('8.2.7/3.8')
    expect(toHex((await card.fetch(session, { confirmationCode: CODE })).profile)).toBe(
      toHex(packageOf(iccid)),
    )
    const other = await ordered()
    const guessing = await other.card.authenticate(other.matchingId)
    const codes: string[] = []
    for (const confirmationCode of ['1', '2', '3', CODE])
      codes.push(await statusOf(other.card.fetch(guessing, { confirmationCode })))
    expect(codes).toEqual(['8.2.7/3.8', '8.2.7/3.8', '8.2.7/6.4', '8.10.1/3.9'])
  })

  it('that was mistyped ends no order when the phone cleans up behind it, as lpac does', async () => {
    const { iccid, card, matchingId } = await ordered()
    const session = await card.authenticate(matchingId)
    expect(await statusOf(card.fetch(session, { confirmationCode: '1' }))).toBe('8.2.7/3.8')
    expect(await statusOf(card.cancel(session.transactionId, 0))).toBe('ok')
    expect(await statusOf(card.fetch(session, { confirmationCode: CODE }))).toBe('8.10.1/3.9')
    expect((await card.download(matchingId, { confirmationCode: CODE })).iccid).toBe(iccid)
  })

  it('that is sent twice in the same bytes is one try', async () => {
    const { iccid, card, matchingId } = await ordered()
    const { transactionId, ...session } = await card.authenticate(matchingId)
    const prepareDownloadResponse = card.prepareDownloadResponse(
      { transactionId, ...session },
      OneTimeKey.generate('nist'),
      '1',
    )
    const send = () =>
      statusOf(
        callFunction(card.peer, ES9PLUS.getBoundProfilePackage, { transactionId, prepareDownloadResponse }),
      )
    for (const _ of [1, 2, 3, 4]) expect(await send()).toBe('8.2.7/3.8')
    expect((await profileOf(iccid)).order?.confirmationTries).toBe(1)
  })

  it('of several sessions at once is counted for each', async () => {
    const { card, matchingId } = await ordered()
    const sessions = await Promise.all([1, 2, 3, 4].map(() => card.authenticate(matchingId)))
    const codes = await Promise.all(
      sessions.map((session) => statusOf(card.fetch(session, { confirmationCode: 'no' }))),
    )
    expect(codes.sort()).toEqual(['8.2.7/3.8', '8.2.7/3.8', '8.2.7/6.4', '8.2.7/6.4'])
  })

  it('may be limited by the order itself', async () => {
    const { iccid, card, matchingId } = await ordered()
    await withOrder(iccid, { maxConfirmationTries: 1 })
    expect(await statusOf(card.fetch(await card.authenticate(matchingId), { confirmationCode: 'x' }))).toBe(
      '8.2.7/6.4',
    )
  })

  it('signed for another transaction is refused by 8.2.7/3.8', async () => {
    const { card, matchingId } = await ordered()
    const one = await card.authenticate(matchingId)
    const hash = card.hashOfCode(CODE, new Uint8Array(16))
    expect(await statusOf(card.fetch(one, { hashCc: hash }))).toBe('8.2.7/3.8')
  })

  it('sent where none is asked for is no reason to refuse', async () => {
    const { matchingId } = await world.order()
    expect((await world.card().download(matchingId, { confirmationCode: 'needless' })).iccid).toBeDefined()
  })
})
