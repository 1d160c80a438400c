import { readFileSync } from 'node:fs'
import { createLog, fromBase64, fromHex, toHex } from '@gesim/base'
import { BspReceiver, deriveSessionKeys, ecdsaVerify, OneTimeKey, readCertificate } from '@gesim/crypto'
import {
  ES9PLUS,
  eidToBytes,
  readBoundProfilePackage,
  readInitialiseSecureChannel,
  signedChannelOfReceived,
} from '@gesim/sgp22'
import { describe, expect, it } from 'vitest'
import { memoryState, startSmdp } from './index.ts'
import {
  pkiOf,
  type Recording,
  releasedProfile,
  replayedChance,
  replayedSigners,
} from './testing/recording.ts'

// Made by src/testing/record-session.ts.
const file = new URL('../fixtures/session.json', import.meta.url)
const recording = JSON.parse(readFileSync(file, 'utf8')) as Recording

describe('a recorded session', () => {
  it('is answered byte for byte as it was recorded', async () => {
    const state = memoryState()
    await state.change(recording.iccid, () => ({ result: undefined, profile: releasedProfile(recording) }))
    const chance = replayedChance(recording)
    const smdp = await startSmdp({
      pki: pkiOf(recording),
      state,
      smdpAddress: 'localhost',
      listeners: [{ host: '127.0.0.1', port: 0 }],
      operatorAuthorities: [],
      log: createLog('replay', 'silent'),
      chance,
      signerOf: replayedSigners(recording),
    })
    try {
      expect(recording.steps.map(({ name }) => name)).toEqual([
        'initiateAuthentication',
        'authenticateClient',
        'getBoundProfilePackage',
        'handleNotification',
      ])
      for (const { name, request, status, response } of recording.steps) {
        const url = `http://127.0.0.1:${smdp.ports[0]}${ES9PLUS[name].path}`
        const answer = await fetch(url, { method: 'POST', body: JSON.stringify(request) })
        expect([name, answer.status, await answer.text()]).toEqual([name, status, response])
      }
      expect(chance.left()).toBe(0)
      expect(await state.find({ iccid: recording.iccid })).toMatchObject({ state: 'Installed' })
    } finally {
      await smdp.stop()
    }
  })

  it('holds a package that opens with the card’s recorded one-time key and no other', () => {
    const { response } = recording.steps[2]!
    const bound = readBoundProfilePackage(fromBase64(JSON.parse(response).boundProfilePackage))
    const channel = readInitialiseSecureChannel(bound.initialiseSecureChannel)
    const otsk = OneTimeKey.ofPrivate('nist', fromHex(recording.euiccOtsk))
    const key = readCertificate(fromBase64(recording.certificates.dpPb)).publicKey
    const covered = signedChannelOfReceived(channel.signedFields, otsk.publicPoint)
    expect(ecdsaVerify(key, covered, channel.smdpSignature)).toBe(true)
    const context = { hostId: channel.hostId, eid: eidToBytes(recording.eid) }
    const receiverOf = (oneTimeKey: OneTimeKey) =>
      new BspReceiver(deriveSessionKeys(oneTimeKey.agree(channel.smdpOtpk), context))
    const receiver = receiverOf(otsk)
    for (const segment of bound.firstSequence87) receiver.decrypt(segment)
    for (const segment of bound.sequence88) receiver.verify(segment)
    const profile = bound.sequence86.map((segment) => toHex(receiver.decrypt(segment))).join('')
    expect(profile).toBe(toHex(fromBase64(recording.package)))
    const stranger = receiverOf(OneTimeKey.generate('nist'))
    expect(() => stranger.decrypt(bound.firstSequence87[0]!)).toThrow('crypto.bad-mac')
  })
})
