import { isFailure, toHex } from '@gesim/base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Card } from './index.ts'
import { freshProfile, startWorld, type World } from './testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

const hexOf = (apdu: Uint8Array) => toHex(apdu).toUpperCase()
const isSwitch = (apdu: Uint8Array) => /^8.E29100..BF3[12]/.test(hexOf(apdu))
const isSwitchHex = (apdu: string) => isSwitch(Buffer.from(apdu, 'hex'))
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: unknown) => (isFailure(error) ? error.code : String(error)),
  )

/** A card with a profile, behind something that may answer in its place. */
async function cardWithProfile(instead: (apdu: Uint8Array, card: Card) => Promise<Uint8Array> | undefined) {
  const inner = world.card()
  const { iccid } = await world.lpa(inner).download({ activationCode: await world.order(freshProfile()) })
  const seen: string[] = []
  const card: Card = {
    transmit: (apdu) => {
      seen.push(hexOf(apdu))
      return instead(apdu, inner) ?? inner.transmit(apdu)
    },
  }
  const lpa = world.lpa(card as never, { busyWaitMs: 1 })
  const isEnabled = async () => (await world.lpa(inner).profiles())[0]!.enabled
  return { card, iccid, inner, isEnabled, lpa, seen }
}

describe('a switch of profiles', () => {
  it('asks a busy card again until it has time', async () => {
    let busy = 3
    const { iccid, isEnabled, lpa, seen } = await cardWithProfile((apdu) =>
      // catBusy (5): a toolkit session is open.
      isSwitch(apdu) && --busy >= 0
        ? Promise.resolve(Uint8Array.of(0xbf, 0x31, 3, 0x80, 1, 5, 0x90, 0))
        : undefined,
    )
    await lpa.enable(iccid)
    expect(await isEnabled()).toBe(true)
    expect(seen.filter((apdu) => apdu.includes('BF31'))).toHaveLength(4)
  })

  it('leaves the REFRESH to the phone when the card stays busy with it', async () => {
    const { iccid, isEnabled, lpa } = await cardWithProfile((apdu) =>
      isSwitch(apdu) && hexOf(apdu).endsWith('8101FF')
        ? Promise.resolve(Uint8Array.of(0xbf, 0x31, 3, 0x80, 1, 5, 0x90, 0))
        : undefined,
    )
    await lpa.enable(iccid)
    expect(await isEnabled()).toBe(true)
  })

  it('is asked for without the REFRESH of a card that cannot do it with one, and otherwise fails as it did', async () => {
    const undefinedError = Uint8Array.of(0xbf, 0x31, 3, 0x80, 1, 0x7f, 0x90, 0)
    const withRefresh = (apdu: Uint8Array) => isSwitch(apdu) && apdu.at(-1) === 0xff
    const { iccid, isEnabled, lpa } = await cardWithProfile((apdu) =>
      withRefresh(apdu) ? Promise.resolve(undefinedError) : undefined,
    )
    await lpa.enable(iccid)
    expect(await isEnabled()).toBe(true)
    const never = await cardWithProfile((apdu) =>
      isSwitch(apdu) ? Promise.resolve(undefinedError) : undefined,
    )
    const failure = await never.lpa.enable(never.iccid).catch((error: unknown) => error)
    expect(isFailure(failure, 'lpa.function-refused') && failure.facts.result).toBe('undefinedError')
    expect(never.seen.filter(isSwitchHex)).toHaveLength(2)
  })

  it('says that the card is busy when it is busy either way', async () => {
    const { iccid, lpa } = await cardWithProfile((apdu) =>
      isSwitch(apdu) ? Promise.resolve(Uint8Array.of(0xbf, 0x31, 3, 0x80, 1, 5, 0x90, 0)) : undefined,
    )
    const failure = await lpa.enable(iccid).catch((error: unknown) => error)
    expect(isFailure(failure, 'lpa.function-refused') && failure.facts).toMatchObject({
      function: 'EnableProfile',
      result: 'catBusy',
    })
  })

  it('fetches the REFRESH and answers it, as a phone does', async () => {
    let waits = false
    const refresh = 'D00D8103010104820281829000'
    const { iccid, isEnabled, lpa, seen } = await cardWithProfile((apdu, inner) => {
      if (isSwitch(apdu))
        return inner.transmit(apdu).then((answer) => {
          waits = true
          return Uint8Array.of(...answer.subarray(0, -2), 0x91, 0x0b)
        })
      if (hexOf(apdu) === '801200000B' && waits) return Promise.resolve(Buffer.from(refresh, 'hex'))
      return undefined
    })
    await lpa.enable(iccid)
    expect(await isEnabled()).toBe(true)
    // Details of the command repeated, from the terminal to the card, done.
    expect(seen.at(-1)).toBe('801400000C810301010482028281830100')
  })

  it('powers the card off and on in place of that, where its reader can', async () => {
    const inner = world.card()
    const { iccid } = await world.lpa(inner).download({ activationCode: await world.order(freshProfile()) })
    let resets = 0
    const card: Card = {
      transmit: async (apdu) => {
        const answer = await inner.transmit(apdu)
        return isSwitch(apdu) ? Uint8Array.of(...answer.subarray(0, -2), 0x91, 0x0b) : answer
      },
      reset: () => {
        resets++
        inner.reset()
      },
    }
    const lpa = world.lpa(card as never)
    await lpa.enable(iccid)
    expect(resets).toBe(1)
    expect(await lpa.profiles()).toMatchObject([{ iccid, enabled: true }])
  })

  it('is done although the reader lost the card over it', async () => {
    let lost = false
    const { iccid, lpa } = await cardWithProfile((apdu, inner) => {
      if (!isSwitch(apdu) || lost) return undefined
      lost = true
      return inner.transmit(apdu).then(() => Promise.reject(new Error('card was reset')))
    })
    await lpa.enable(iccid)
    // Lost before it did anything: that is a failure.
    lost = false
    const gone = await cardWithProfile((apdu) =>
      isSwitch(apdu) ? Promise.reject(new Error('unplugged')) : undefined,
    )
    expect(await codeOf(gone.lpa.enable(gone.iccid))).toBe('lpa.card-gone')
  })
})

describe('a card that cannot be spoken to', () => {
  const answering = (table: Readonly<Record<string, number>>): Card => ({
    transmit: async (apdu) => {
      const key = Object.keys(table).find((head) => hexOf(apdu).startsWith(head))
      const sw = key === undefined ? 0x6d00 : table[key]!
      return Uint8Array.of(...(sw === 0x9000 && key?.startsWith('0070') ? [1] : []), sw >> 8, sw & 0xff)
    },
  })
  const factsOf = async (card: Card) => {
    const failure = await world
      .lpa(card as never)
      .eid()
      .catch((error: unknown) => error)
    return isFailure(failure) ? { code: failure.code, ...failure.facts } : failure
  }

  it('says whether it is the channel or the application, with both status words in words', async () => {
    // Channels are used up, and the basic one does not lead there.
    expect(await factsOf(answering({ '0070': 0x6a81, '00A4': 0x6999 }))).toEqual({
      code: 'lpa.no-channel',
      openSw: '6A81',
      openMeans: 'function not supported, or no channel is free',
      sw: '6999',
      means: 'the application cannot be selected',
    })
    expect(await factsOf(answering({ '00700000': 0x9000, '01A4': 0x6a82 }))).toEqual({
      code: 'lpa.no-isdr',
      sw: '6A82',
      means: 'no application of this AID',
    })
    expect(await factsOf(answering({ '0070': 0x6881, '00A4': 0x6a82 }))).toMatchObject({
      code: 'lpa.no-isdr',
    })
    // It opens, but functions do not run.
    expect(await factsOf(answering({ '00700000': 0x9000, '01A4': 0x9000, '81E2': 0x6700 }))).toEqual({
      code: 'lpa.card-status',
      function: 'GetEID',
      sw: '6700',
      means: 'wrong length: try a smaller block size',
    })
  })

  it('is found under an AID of its own', async () => {
    const inner = world.card()
    const own = Uint8Array.of(0xa0, 0, 0, 5, 0x59, 0x10, 0x10, 0xff, 0xff)
    const standard = Uint8Array.of(...own, 0xff, 0xff, 0x89, 0, 0, 9, 0)
    const seen: string[] = []
    const card = {
      transmit: (apdu: Uint8Array) => {
        seen.push(hexOf(apdu))
        return inner.transmit(apdu)
      },
    }
    const lpa = world.lpa(card as never, { aids: [standard, own] })
    expect(await lpa.eid()).toBe(inner.eid)
    expect(seen.filter((apdu) => /^01A4/.test(apdu))).toHaveLength(2)
  })

  it('may want its answers fetched with another length (6Cxx)', async () => {
    const inner = world.card({ replies: 'chained' })
    const card = {
      transmit: (apdu: Uint8Array) => {
        // A reader that insists on the exact length: 6Cxx until it is asked with it.
        if (apdu[1] === 0xc0 && apdu.at(-1) === 0x15) return inner.transmit(apdu)
        if (apdu[1] === 0xc0) return Promise.resolve(Uint8Array.of(0x6c, 0x15))
        return inner.transmit(apdu).then((answer) => {
          const waits = answer.length === 2 && answer[0] === 0x61
          return waits ? Uint8Array.of(0x61, 0) : answer
        })
      },
    }
    expect(await world.lpa(card as never).eid()).toBe(inner.eid)
  })
})
