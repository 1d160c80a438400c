import { fromBase64 } from '@gesim/base'
import { ecdsaVerify, readCertificate } from '@gesim/crypto'
import { eidWithCheckDigits, iccidPadded, readProfileInstallationResult } from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import { AURORA, type freshIccid, startWorld, statusOf, type World } from './testing/world.ts'

// ES2+.HandleDownloadProgressInfo: what an operator is told, at which point of a download (SGP.22 section 5.3.5).

let world: World
const state = memoryState()
beforeAll(async () => {
  world = await startWorld(state, { limits: { maxDownloadTries: 2, maxConfirmationTries: 2 } })
})
afterAll(() => world.stop())

const EID = eidWithCheckDigits('890490320000000000000000000151')
type AnIccid = ReturnType<typeof freshIccid>

/** What was told of a profile: point and outcome. */
async function told(iccid: AnIccid): Promise<[number, string][]> {
  await world.smdp.deliver()
  return world.told
    .filter((message) => message.iccid === iccid)
    .map(({ notificationPointId, notificationPointStatus }) => {
      const { status, statusCodeData } = notificationPointStatus as {
        status: string
        statusCodeData?: { subjectCode: string; reasonCode: string }
      }
      const code = statusCodeData && `${statusCodeData.subjectCode}/${statusCodeData.reasonCode}`
      return [notificationPointId, code ?? status]
    })
}
const OK = 'Executed-Success'

describe('an operator is told', () => {
  for (const [reason, why, code] of [
    [3, 'pprNotAllowed', '8.2.8/1.2'],
    [4, 'metadataMismatch', '8.2.9/3.11'],
    [5, 'loadBppExecutionError', '8.2.10/4.2'],
    [127, 'undefinedReason', '8/4.2'],
  ] as const)
    it(`of a session that was ended because of ${why} by ${code}`, async () => {
      const { iccid, matchingId } = await world.order()
      const card = world.card()
      await card.cancel((await card.authenticate(matchingId)).transactionId, reason)
      expect(await told(iccid)).toEqual([
        [1, OK],
        [2, code],
      ])
    })

  const cases: [string, () => Promise<AnIccid>, [number, string][]][] = [
    [
      'of the eligibility check, the package and the installation',
      async () => {
        const { iccid, matchingId } = await world.order()
        await world.card().download(matchingId)
        return iccid
      },
      [
        [1, OK],
        [3, OK],
        [4, OK],
      ],
    ],
    [
      'that the installation failed',
      async () => {
        const { iccid, matchingId } = await world.order()
        await world.card().download(matchingId, { fails: true })
        return iccid
      },
      [
        [1, OK],
        [3, OK],
        [4, '8.1/4.2'],
      ],
    ],
    [
      'that another card asked',
      async () => {
        const { iccid, matchingId } = await world.order({ eid: EID })
        await statusOf(world.card().authenticate(matchingId))
        return iccid
      },
      [[1, '8.1.1/3.8']],
    ],
    [
      'that the card has no room',
      async () => {
        const { iccid, matchingId } = await world.order({}, 12_000)
        await statusOf(world.card().authenticate(matchingId, { freeBytes: 8000 }))
        return iccid
      },
      [[1, '8.1/4.8']],
    ],
    [
      'that the package was fetched too often',
      async () => {
        const { iccid, matchingId } = await world.order()
        const card = world.card()
        for (let at = 0; at < 2; at++) await card.fetch(await card.authenticate(matchingId))
        await statusOf(card.authenticate(matchingId))
        return iccid
      },
      [
        [1, OK],
        [3, OK],
        [1, OK],
        [3, OK],
        [1, '8.8.5/6.4'],
      ],
    ],
    [
      'that the confirmation code was wrong, and wrong too often',
      async () => {
        const { iccid, matchingId } = await world.order({ confirmationCode: '1' })
        const card = world.card()
        for (let at = 0; at < 2; at++)
          await statusOf(card.fetch(await card.authenticate(matchingId), { confirmationCode: '2' }))
        return iccid
      },
      [
        [1, OK],
        [2, '8.2.7/3.8'],
        [1, OK],
        [2, '8.2.7/6.4'],
      ],
    ],
    [
      'that the user refused',
      async () => {
        const { iccid, matchingId } = await world.order()
        const card = world.card()
        await card.cancel((await card.authenticate(matchingId)).transactionId, 0)
        return iccid
      },
      [
        [1, OK],
        [2, '8.8.5/3.8'],
      ],
    ],
    [
      'nothing more when the user postponed',
      async () => {
        const { iccid, matchingId } = await world.order()
        const card = world.card()
        await card.cancel((await card.authenticate(matchingId)).transactionId, 1)
        return iccid
      },
      [[1, OK]],
    ],
    [
      'of interruptions on the card only when the order has no more tries',
      async () => {
        const { iccid, matchingId } = await world.order()
        const card = world.card()
        for (let at = 0; at < 2; at++) {
          const authenticated = await card.authenticate(matchingId)
          await card.fetch(authenticated)
          const { transactionId } = authenticated
          await card.notify(card.installationResult(transactionId, { iccid, success: false, reason: 11 }))
        }
        return iccid
      },
      [
        [1, OK],
        [3, OK],
        [1, OK],
        [3, OK],
        [4, '8.1/4.2'],
      ],
    ],
    [
      'nothing of a download that did not get as far as an order',
      async () => {
        const { iccid, matchingId } = await world.order()
        await statusOf(world.card().authenticate('NOBODYS'))
        await statusOf(world.card().authenticate(matchingId, { serverChallenge: new Uint8Array(16) }))
        return iccid
      },
      [],
    ],
  ]
  for (const [what, run, expected] of cases)
    it(`${what}`, async () => {
      expect(await told(await run())).toEqual(expected)
    })

  it('the profile, its type, the card, the time, and the signed result itself', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    await card.download(matchingId)
    await told(iccid)
    const [message] = world.told.filter((each) => each.iccid === iccid).slice(-1)
    expect(message).toMatchObject({ profileType: 'data', eid: card.eid, notificationPointId: 4 })
    expect(message!.timestamp).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/)
    const result = readProfileInstallationResult(fromBase64(message!.resultData!))
    const { evidence } = (await state.find({ iccid }))!
    const key = readCertificate(evidence!.euiccCertificate).publicKey
    expect(ecdsaVerify(key, result.data.raw, result.signature)).toBe(true)
  })

  it('with the members of the specification, once for each call identifier', async () => {
    const { iccid, matchingId } = await world.order()
    const before = world.raw.length
    await world.card().download(matchingId)
    await told(iccid)
    const calls = world.raw.slice(before)
    expect(calls).toHaveLength(3)
    const [first] = calls
    expect(Object.keys(first)).toEqual([
      'header',
      'eid',
      'iccid',
      'profileType',
      'timestamp',
      'notificationPointId',
      'notificationPointStatus',
    ])
    expect(first.iccid).toBe(iccidPadded(iccid))
    expect(first.header.functionRequesterIdentifier).toBe('2.999.10')
    expect(new Set(calls.map(({ header }) => header.functionCallIdentifier)).size).toBe(3)
  })

  it('again under the same call identifier until it listens, in order, and others meanwhile', async () => {
    world.deaf = true
    const { iccid, matchingId } = await world.order()
    const before = world.raw.length
    await world.card().download(matchingId)
    await world.smdp.deliver()
    world.clockMs = 600
    await world.smdp.deliver()
    const repeated = world.raw.slice(before).map(({ header }) => header.functionCallIdentifier)
    expect(repeated.length).toBeGreaterThan(1)
    expect(new Set(repeated).size).toBe(1)
    world.deaf = false
    world.clockMs = 60_000
    expect((await told(iccid)).map(([point]) => point)).toEqual([1, 3, 4])
    world.clockMs = 0
  })
})

describe('an operator that named no place', () => {
  it('is told nothing, and nothing waits for it', async () => {
    const quiet = memoryState()
    const own = await startWorld(quiet, { operators: [{ id: AURORA, name: 'aurora' }] })
    try {
      const { matchingId } = await own.order()
      await own.card().download(matchingId)
      expect(await quiet.dueMessages(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
    } finally {
      await own.stop()
    }
  })

  it('is told at the server’s place for such', async () => {
    const own = await startWorld(memoryState(), ({ notifyUrl }) => ({ operators: undefined, notifyUrl }))
    try {
      const { iccid, matchingId } = await own.order()
      await own.card().download(matchingId)
      await own.smdp.deliver()
      const points = own.told.filter((each) => each.iccid === iccid).map((each) => each.notificationPointId)
      expect(points).toEqual([1, 3, 4])
    } finally {
      await own.stop()
    }
  })
})
