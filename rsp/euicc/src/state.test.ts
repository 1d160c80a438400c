import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { toHex } from '@gesim/base'
import { parseIccid, writeNicknameRequest } from '@gesim/sgp22'
import { afterAll, describe, expect, it } from 'vitest'
import { createCard, fileState, freshState, writeCommand } from './index.ts'
import { cardWorld, TestCard, usimProfile } from './testing/card-world.ts'
import { selectIsdr } from './testing/server.ts'

const world = cardWorld()
const { pki, directory } = world
afterAll(() => world.stop())

const ICCID = '8988211000000000012'
const bin = fileURLToPath(new URL('../bin/gesim-euicc.mjs', import.meta.url))
const line = (func: string, param: string | null = null) =>
  `${JSON.stringify({ type: 'apdu', payload: { func, param } })}\n`

describe('state in a file', () => {
  it('is for its owner alone, made with its directory, and never half written', () => {
    const path = join(directory, 'deep', 'down', 'card.json')
    const store = fileState(path)
    expect(store.load()).toBeUndefined()
    store.save(freshState())
    expect(store.load()).toEqual(freshState())
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600)
    // A save that was cut short lies beside it under another name and does no harm.
    writeFileSync(`${path}.new`, '{"version":1,"prof')
    expect(store.load()).toEqual(freshState())
    store.save({ ...freshState(), nextSequence: 7 })
    expect(store.load()?.nextSequence).toBe(7)
    expect(readdirSync(join(directory, 'deep', 'down'))).toEqual(['card.json'])
  })

  it('that is none is refused with the file’s name, and not overwritten', () => {
    for (const text of ['', '{', 'null', '{"version":2,"profiles":[]}', '{"version":1}']) {
      const path = join(directory, 'bad.json')
      writeFileSync(path, text)
      expect(() => createCard({ pki, state: fileState(path) })).toThrow('euicc.state-unreadable')
      expect(readFileSync(path, 'utf8')).toBe(text)
    }
  })

  it('of the version before, without what came later, is still read', async () => {
    const path = join(directory, 'old.json')
    const card = new TestCard(pki, { state: fileState(path) })
    await card.install(usimProfile(ICCID))
    await card.switch('enable', ICCID)
    const state = JSON.parse(readFileSync(path, 'utf8'))
    for (const profile of state.profiles) delete profile.issuerKeyId
    delete state.enabledBeforeTest
    writeFileSync(path, JSON.stringify(state))
    const again = new TestCard(pki, { state: fileState(path) })
    await selectIsdr(again.card)
    expect(await again.switch('disable', ICCID)).toBe(0)
  })

  it('keeps what happened to files, and what is deactivated', async () => {
    const path = join(directory, 'files.json')
    const state = () => fileState(path)
    const card = new TestCard(pki, { state: state() })
    await card.install(usimProfile(ICCID))
    await card.switch('enable', ICCID)
    const run = async (on: TestCard, ...apdus: string[]) => {
      let answer = { data: '', sw: '' }
      for (const apdu of apdus) answer = await on.send(apdu)
      return answer
    }
    const usim = '00a4040c07a0000000871002'
    const admin = '0020000a083838383838383838'
    expect((await run(card, usim, admin, '00a4000c026f7b', '00d600000362f210')).sw).toBe('9000')
    expect((await run(card, '00a4000c026f46', '00040000')).sw).toBe('9000')
    const again = new TestCard(pki, { state: state() })
    expect((await run(again, usim, '00a4000c026f7b', '00b0000003')).data).toBe('62f210')
    expect((await run(again, '00a40004026f46', '00b0000002')).sw).toBe('6984')
    expect((await run(again, admin, '00440000')).sw).toBe('9000')
    const last = new TestCard(pki, { state: state() })
    expect((await run(last, usim, '00a4000c026f46', '00b0000002')).sw).toBe('9000')
  })
})

describe('a card process that is killed at any moment', () => {
  it('has done what it answered, and nothing by halves', { timeout: 120_000 }, async () => {
    const path = join(directory, 'killed.json')
    const card = new TestCard(pki, { state: fileState(path) })
    await card.install(usimProfile(ICCID))
    const nickname = (n: number) =>
      toHex(writeCommand(0x80, 0xe2, 0x91, 0, writeNicknameRequest(parseIccid(ICCID), `name ${n}`)))
    let sent = 0
    let answered = 0
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, [bin, '--pki', directory, '--state', path])
      const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      child.stdin.on('error', () => undefined)
      child.stdin.write(line('connect'))
      child.stdin.write(line('transmit', '00a4040010a0000005591010ffffffff8900000100'))
      for (let i = 0; i < 2; i++) await answers.next()
      const deadline = Date.now() + 40 + 35 * round
      const killer = setTimeout(() => child.kill('SIGKILL'), deadline - Date.now())
      for (;;) {
        sent++
        child.stdin.write(line('transmit', nickname(sent)))
        const next = await answers.next()
        if (next.done) break
        expect(JSON.parse(next.value).payload.data).toMatch(/^61|9000$/)
        answered = sent
      }
      clearTimeout(killer)
      if (child.exitCode === null && child.signalCode === null)
        await new Promise((resolve) => child.on('close', resolve))
      const after = new TestCard(pki, { state: fileState(path) })
      await selectIsdr(after.card)
      const [profile] = await after.profiles()
      const kept = Number(/^name (\d+)$/.exec(profile?.nickname ?? '')?.[1] ?? 0)
      // The last answered one, or the one that was under way.
      expect(kept).toBeGreaterThanOrEqual(answered)
      expect(kept).toBeLessThanOrEqual(sent)
    }
    expect(answered).toBeGreaterThan(5)
    expect(existsSync(path)).toBe(true)
  })
})
