import { isFailure } from '@gesim/base'
import { ecdsaVerify, readCertificate } from '@gesim/crypto'
import { memoryState } from '@gesim/euicc'
import { iccidOf, readPackage } from '@gesim/saip'
import { parseIccid, readProfileInstallationResult } from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshProfile, startWorld, type World } from './testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

const profileOf = async (iccid: string) => (await world.state.find({ iccid: parseIccid(iccid) }))!

/** Whether a command begins a bound profile package. */
const beginsPackage = (apdu: Uint8Array) =>
  apdu[1] === 0xe2 && apdu[3] === 0 && apdu[5] === 0xbf && apdu[6] === 0x36

/** An order, and a download of it onto a card whose power goes after some command of the package. */
async function interruptedAfter(commands: number) {
  const upp = freshProfile()
  const activationCode = await world.order(upp)
  const state = memoryState()
  const card = world.card({ state })
  let done = -1
  const plugged = {
    async transmit(apdu: Uint8Array) {
      if (done < 0 && beginsPackage(apdu)) done = 0
      if (done >= commands) throw new Error('unplugged')
      const answer = await card.transmit(apdu)
      if (done >= 0) done++
      return answer
    },
  }
  const failure = await world
    .lpa(plugged as never)
    .download({ activationCode })
    .catch((error: unknown) => error)
  const code = isFailure(failure) ? failure.code : 'installed'
  const lpa = world.lpa(world.card({ state }))
  return { activationCode, code, iccid: iccidOf(readPackage(upp)), lpa }
}

describe('a phone that is switched off while its card loads a profile', () => {
  it('tells the server afterwards, which keeps the order open, and installs the second time', {
    timeout: 60_000,
  }, async () => {
    const told: number[] = []
    for (let commands = 2; ; commands++) {
      const { activationCode, code, iccid, lpa } = await interruptedAfter(commands)
      expect(code).toBe('lpa.card-gone')
      expect((await profileOf(iccid)).state).toBe('Downloaded')
      const { sent, kept } = await lpa.sendNotifications()
      expect(kept).toEqual([])
      const profile = await profileOf(iccid)
      // The last command makes the result, though its answer was lost.
      if (profile.state === 'Installed') break
      told.push(sent.length)
      if (sent.length) {
        expect(sent).toMatchObject([{ event: 'install', iccid }])
        expect(profile).toMatchObject({ state: 'Released', evidence: { success: false } })
        const { euiccCertificate, profileInstallationResult } = profile.evidence!
        const { data, signature } = readProfileInstallationResult(profileInstallationResult)
        expect(ecdsaVerify(readCertificate(euiccCertificate).publicKey, data.raw, signature)).toBe(true)
        expect(data.result).toEqual({ success: false, command: 5, reason: 11 })
      } else expect(profile.state).toBe('Downloaded')
      expect(await lpa.profiles()).toEqual([])
      await lpa.download({ activationCode })
      expect(await lpa.profiles()).toMatchObject([{ iccid }])
      expect(await profileOf(iccid)).toMatchObject({ state: 'Installed', evidence: { success: true } })
      expect(await lpa.notifications()).toEqual([])
    }
    // First nothing is told, and from the metadata on each time.
    expect(told.join('')).toMatch(/^0+1{5,}$/)
  })

  it('may download again before the server heard of it: the order ends installed', async () => {
    const { activationCode, iccid, lpa } = await interruptedAfter(8)
    expect(await lpa.notifications()).toHaveLength(1)
    const { notified } = await lpa.download({ activationCode })
    expect(notified).toBe(true)
    expect(await profileOf(iccid)).toMatchObject({ state: 'Installed', evidence: { success: true } })
    expect(await lpa.notifications()).toEqual([])
  })
})
