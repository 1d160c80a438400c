import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, toHex } from '@gesim/base'
import { issueEuicc, loadPki, makeTestPki, type Pki } from '@gesim/crypto'
import { type Iccid, parseIccid, RspAgent, readPendingNotification } from '@gesim/sgp22'
import { type Smdp, type SmdpState, memoryState as serverState, startSmdp } from '@gesim/smdp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCard, memoryState } from './index.ts'
import { Phone, refusalOf, type Trouble, unlessInterrupted } from './testing/phone.ts'
import { smallProfile } from './testing/small-profile.ts'

const ADDRESS = 'smdp.example.test'
const CARDS = 20
const DOWNLOADS_OF_A_CARD = 50
const OPERATOR = '2.999.20'

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

let directory: string
let pki: Pki
let state: SmdpState
let smdp: Smdp
const agent = new RspAgent({ keepAlive: true })
const eids = Array.from({ length: CARDS }, (_, i) => `8904903212345123451234567890${1000 + i}`)

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'gesim-thousand-'))
  makeTestPki(directory, { smdpHosts: [ADDRESS] })
  for (const eid of eids) issueEuicc(directory, { eid })
  pki = loadPki(directory)
  state = serverState()
  smdp = await startSmdp({
    pki,
    state,
    smdpAddress: ADDRESS,
    operatorAuthorities: [],
    listeners: [{ host: '127.0.0.1', port: 0 }],
    limits: { maxDownloadTries: 1000, maxSessions: 100_000 },
    log: createLog('smdp', 'silent'),
  })
})
afterAll(async () => {
  agent.destroy()
  await smdp.stop()
  rmSync(directory, { recursive: true })
})

async function order(iccid: Iccid, matchingId: string): Promise<void> {
  await state.change(iccid, () => ({
    result: undefined,
    profile: {
      iccid,
      operator: OPERATOR,
      profileType: 'test',
      state: 'Released',
      metadata: {
        serviceProviderName: 'GeSIM',
        profileName: 'Test plan',
        notifications: [{ events: ['install', 'enable'], address: ADDRESS }],
      },
      package: smallProfile(iccid),
      downloads: [],
      updatedAtMs: Date.now(),
      order: {
        callId: matchingId,
        matchingId,
        confirmationTries: 0,
        downloadTries: 0,
        expiresAtMs: Date.now() + 3_600_000,
      },
    },
  }))
}

describe('a thousand downloads over bad connections', () => {
  it('end with each profile installed once, and card and server of one mind', {
    timeout: 300_000,
  }, async () => {
    const random = seeded(20_260_101)
    const peer = { url: `http://127.0.0.1:${smdp.ports[0]}`, agent }
    const troubles: Record<string, number> = {}
    let calm = false
    const trouble = (to: 'server' | 'card'): Trouble | undefined => {
      if (calm || random() >= (to === 'server' ? 0.05 : 0.015)) return undefined
      const which = random()
      const kind = which < 0.4 ? 'lost-request' : which < 0.8 ? 'lost-answer' : 'restart'
      troubles[`${kind} ${to}`] = (troubles[`${kind} ${to}`] ?? 0) + 1
      return kind
    }
    /** Signed successes by ICCID, each by its bytes: the same one may be told twice, a second one may not exist. */
    const successes = new Map<string, Set<string>>()
    /** Signed failures by transaction, likewise. */
    const failures = new Map<string, Set<string>>()
    const reasons = new Set<string>()
    const heard = (raw: Uint8Array) => {
      const pending = readPendingNotification(raw)
      if (pending.kind !== 'installation') return
      const { notification, result, transactionId } = pending.data
      if (!result.success) {
        reasons.add(`${result.command}/${result.reason}`)
        const id = toHex(transactionId)
        failures.set(id, (failures.get(id) ?? new Set()).add(toHex(raw)))
      } else
        successes.set(notification.iccid!, (successes.get(notification.iccid!) ?? new Set()).add(toHex(raw)))
    }

    let attempts = 0
    for (const [c, eid] of eids.entries()) {
      const kept = memoryState()
      const phone = new Phone({
        insert: () => createCard({ pki, eid, state: kept, replies: 'direct' }),
        peer,
        smdpAddress: ADDRESS,
        trouble,
      })
      const wanted: string[] = []
      for (let i = 0; i < DOWNLOADS_OF_A_CARD; i++) {
        const iccid = parseIccid(`898821${String(c).padStart(4, '0')}${String(i).padStart(8, '0')}`)
        const matchingId = `THOUSAND-${c}-${i}`
        wanted.push(iccid)
        await order(iccid, matchingId)
        // A phone first tells what it owes, then looks whether it has the profile already, then tries again.
        for (let tries = 0; ; tries++) {
          expect(tries, `${matchingId} never ends`).toBeLessThan(60)
          const told = await unlessInterrupted(() => phone.sendNotifications(heard))
          if (!told) continue
          if ((await phone.look()).iccids.includes(iccid)) break
          attempts++
          await unlessInterrupted(() => phone.download(matchingId)).catch((error: unknown) => {
            throw new Error(`${matchingId}, try ${tries}: ${refusalOf(error)}`)
          })
        }
      }
      calm = true
      await phone.sendNotifications(heard)
      const { iccids, pending } = await phone.look()
      calm = false
      expect(iccids).toEqual(wanted)
      expect(pending).toBe(0)
      for (const iccid of wanted) {
        const profile = await state.find({ iccid: iccid as Iccid })
        expect([profile?.state, profile?.evidence?.success, profile?.evidence?.eid]).toEqual([
          'Installed',
          true,
          eid,
        ])
        expect(profile?.package).toBeUndefined()
        expect([...successes.get(iccid)!]).toEqual([toHex(profile!.evidence!.profileInstallationResult)])
      }
    }
    // Power was lost while a profile was loaded, again and again; nothing else failed, and each was told once.
    expect([...reasons]).toEqual(['5/11'])
    expect(failures.size).toBeGreaterThan(20)
    expect([...failures.values()].every((told) => told.size === 1)).toBe(true)
    expect(successes.size).toBe(CARDS * DOWNLOADS_OF_A_CARD)
    // The seed brings enough of every trouble for this to mean something.
    for (const to of ['server', 'card'])
      for (const kind of ['lost-request', 'lost-answer', 'restart'])
        expect(troubles[`${kind} ${to}`], `${kind} ${to}`).toBeGreaterThan(30)
    expect(attempts).toBeGreaterThan(CARDS * DOWNLOADS_OF_A_CARD * 1.2)
  })
})
