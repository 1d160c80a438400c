import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isFailure } from '@gesim/base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectCard } from './index.ts'
import { freshProfile, startWorld, type World } from './testing/world.ts'

const gesimEuicc = fileURLToPath(new URL('../../euicc/bin/gesim-euicc.mjs', import.meta.url))

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

describe('a card in another process', () => {
  it('takes a whole profile over JSON lines, and still has it after its process ended', async () => {
    const args = [gesimEuicc, '--pki', world.directory, '--state', join(world.directory, 'card.json')]
    const card = await connectCard({ command: process.execPath, args })
    const activationCode = await world.order(freshProfile())
    const { iccid, notified } = await world.lpa(card as never).download({ activationCode })
    expect(notified).toBe(true)
    await card.close()
    const again = await connectCard({ command: process.execPath, args })
    expect(await world.lpa(again as never).profiles()).toMatchObject([{ iccid, enabled: false }])
    await again.close()
  })

  it('that is not there, or is no card, is named as that', async () => {
    const codeOf = (work: Promise<unknown>) =>
      work.catch((error: unknown) => (isFailure(error) ? error.code : String(error)))
    expect(await codeOf(connectCard({ command: '/nowhere/card' }))).toBe('lpa.card-gone')
    expect(await codeOf(connectCard({ host: '127.0.0.1', port: 1 }))).toBe('lpa.card-gone')
    const echo = ['-e', 'process.stdin.pipe(process.stdout)']
    expect(await codeOf(connectCard({ command: process.execPath, args: echo }))).toBe('lpa.card-answer')
    expect(await codeOf(connectCard({ command: process.execPath, args: ['-e', ''] }))).toBe('lpa.card-gone')
  }, 15_000)
})
