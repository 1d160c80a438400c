import {
  eidWithCheckDigits,
  INSTALL_ERRORS,
  type ProfileInstallationResult,
  parseIccid,
  readProfileInstallationResult,
  resultName,
  writeProfileInstallationResult,
  writeProfileInstallationResultData,
} from '@gesim/sgp22'
import { describe, expect, it } from 'vitest'
import { AFTER_FAILURE, afterFailure, decideInstallation } from './installation.ts'
import type { Download, Profile, ProfileState } from './ports.ts'

const iccid = parseIccid('8988300000000000016')
const eid = eidWithCheckDigits('890490320000000000000000000000')
const limits = { orderLifeMs: 1000, maxConfirmationTries: 3, maxDownloadTries: 3 }
const bytes = (byte: number) => new Uint8Array(16).fill(byte)

function attempt(number: number): Download {
  return {
    transactionId: bytes(number),
    eid,
    euiccOtpk: bytes(0),
    euiccCertificate: bytes(1),
    eumCertificate: bytes(2),
    atMs: 0,
  }
}

/** A profile of which so many packages were handed out. */
function handedOut(attempts: number, state: ProfileState = 'Downloaded'): Profile {
  return {
    iccid,
    operator: '2.999.20',
    profileType: 'data',
    state,
    metadata: { serviceProviderName: 'GeSIM', profileName: 'Plan' },
    package: bytes(9),
    order: {
      callId: 'call',
      matchingId: 'ORDER',
      eid,
      smdsAddress: 'smds.example',
      confirmationTries: 0,
      downloadTries: attempts,
      expiresAtMs: 1000,
    },
    downloads: Array.from({ length: attempts }, (_, at) => attempt(at + 1)),
    updatedAtMs: 0,
  }
}

/** The signed result of an attempt: why it failed, or that it did not. */
function resultOf(number: number, reason?: number): ProfileInstallationResult {
  const simaResponse = Uint8Array.of(0x30, 0)
  const data = writeProfileInstallationResultData({
    transactionId: bytes(number),
    notification: { seqNumber: number, event: 'install', address: 'localhost', iccid },
    smdpOid: '2.999.10',
    result:
      reason === undefined
        ? { success: true, aid: bytes(3), simaResponse }
        : { success: false, command: 5, reason },
  })
  return readProfileInstallationResult(writeProfileInstallationResult(data, new Uint8Array(64)))
}

const decide = (profile: Profile, pir: ProfileInstallationResult) =>
  decideInstallation(profile, pir, 500, limits)
/** What a series of results makes of a profile. */
const after = (profile: Profile, ...results: readonly ProfileInstallationResult[]) =>
  results.reduce((now, pir) => decide(now, pir).profile ?? now, profile)

describe('a failed installation', () => {
  const open = ['installFailedDueToInsufficientMemoryForProfile', 'installFailedDueToInterruption']

  for (const reason of Object.keys(AFTER_FAILURE).map(Number)) {
    const name = resultName(INSTALL_ERRORS, reason)
    const expected = open.includes(name) ? 'Released' : 'Error'
    it(`by ${name} (${reason}) leaves the order ${expected}, and its evidence`, () => {
      const { result, profile, messages } = decide(handedOut(1), resultOf(1, reason))
      expect(result).toBe('kept')
      expect(profile).toMatchObject({ state: expected, evidence: { success: false, eid, atMs: 500 } })
      expect(profile!.downloads[0]!.failedBy).toBe(reason)
      // What can be downloaded again keeps its package and its event; of what is over operator and SM-DS are told.
      expect(profile!.package !== undefined).toBe(expected === 'Released')
      const kinds = messages?.map(({ kind }) => kind) ?? []
      expect(kinds).toEqual(expected === 'Released' ? [] : ['progress', 'delete-event'])
    })
  }

  it('by a reason that nobody knows yet ends the order', () => {
    expect(afterFailure(99)).toBe('ends')
    expect(after(handedOut(1), resultOf(1, 99)).state).toBe('Error')
  })

  it('that will pass ends an order without further tries, and the operator is told then', () => {
    const { profile, messages } = decide(handedOut(3), resultOf(3, 11))
    expect(profile).toMatchObject({ state: 'Error', package: undefined })
    expect(messages?.map(({ kind }) => kind)).toEqual(['progress', 'delete-event'])
    const own = handedOut(1)
    const once = { ...own, order: { ...own.order!, maxDownloadTries: 1 } }
    expect(decide(once, resultOf(1, 11)).profile?.state).toBe('Error')
    // The phone lay in a drawer: nobody can download any more.
    const late = { ...own, order: { ...own.order!, expiresAtMs: 499 } }
    expect(decide(late, resultOf(1, 11)).profile?.state).toBe('Error')
  })

  it('of an earlier attempt that comes late leaves the last one under way, whether tries are left or not', () => {
    for (const attempts of [2, 3]) {
      for (const reason of [11, 12]) {
        const { result, profile, messages } = decide(handedOut(attempts), resultOf(1, reason))
        expect([result, profile?.state, messages]).toEqual(['kept', 'Downloaded', undefined])
      }
    }
  })

  it('is kept once for each attempt, and told again changes nothing', () => {
    const once = after(handedOut(1), resultOf(1, 11))
    expect(decide(once, resultOf(1, 11))).toEqual({ result: 'known' })
    const twice = after({ ...handedOut(2), downloads: [once.downloads[0]!, attempt(2)] }, resultOf(2, 11))
    expect(twice.downloads.map(({ failedBy }) => failedBy)).toEqual([11, 11])
    expect(decide(after(handedOut(1), resultOf(1, 12)), resultOf(1, 12))).toEqual({ result: 'known' })
  })

  it('that will not pass ends an order that was interrupted before, and its evidence is the later one', () => {
    const profile = after(handedOut(2), resultOf(1, 11), resultOf(2, 12))
    expect(profile.state).toBe('Error')
    expect(profile.evidence?.profileInstallationResult).toEqual(resultOf(2, 12).raw)
    expect(decide(profile, resultOf(1, 11))).toEqual({ result: 'known' })
  })

  it('does not bring back an order that was cancelled meanwhile', () => {
    for (const state of ['Error', 'Unavailable'] as const)
      expect(after(handedOut(1, state), resultOf(1, 11)).state).toBe('Error')
  })

  it('gives way to a success, before or after it', () => {
    for (const results of [
      [resultOf(1, 11), resultOf(2)],
      [resultOf(2), resultOf(1, 11)],
      [resultOf(1, 11), resultOf(1)],
    ])
      expect(after(handedOut(2), ...results)).toMatchObject({
        state: 'Installed',
        package: undefined,
        evidence: { success: true },
      })
  })
})
