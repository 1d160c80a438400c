import { beforeEach, expect, test, vi } from 'vitest'
import type { Hex, Plan } from '../../api/shapes.ts'

const account: Hex = `0x${'a1'.repeat(20)}`
const intentId: Hex = `0x${'11'.repeat(32)}`
const plan = { planId: 'es-5gb', priceMicros: '9500000' } as unknown as Plan
const server = { dueNow: false }
const asked: string[] = []
const signTypedData = vi.fn(async () => '0x5151')

vi.mock('../../api/ask.ts', () => ({
  ask: async (method: string, path: string) => {
    asked.push(`${method} ${path}`)
    if (path === '/v1/wallet') return { account }
    return { renewalId: 'r_1', until: 2_000_000_000, dueNow: server.dueNow, parts: [{ intentId }] }
  },
}))
vi.mock('../../api/clock.ts', () => ({ serverNowMs: () => 1_900_000_000_000 }))
vi.mock('../../chain/account.ts', () => ({ signerOf: async () => ({ address: account, signTypedData }) }))
vi.mock('../../chain/network.ts', () => ({
  addresses: async () => ({ usdc: account, escrow: account }),
  network: async () => ({ chainId: 31337 }),
  chainClient: async () => ({ readContract: async () => 'USDC' }),
}))
vi.mock('../../chain/operations.ts', () => ({ sendCalls: async () => undefined }))
vi.mock('../../wallet/keeper.ts', () => ({ unlock: async () => new Uint8Array(16) }))
vi.mock('./check-draft.ts', () => ({ checkDraft: () => undefined }))
const { orderRenewal } = await import('./orders.ts')

const SIGNATURES = 'POST /v1/renewals/r_1/signatures'
const shown = { plan, times: 1, days: 30 }

beforeEach(() => {
  asked.length = 0
  signTypedData.mockClear()
})

test('nothing is signed or handed in where the next plan is bought at once and the page had not said so', async () => {
  server.dueNow = true
  expect(await orderRenewal(intentId, { ...shown, atOnce: false })).toBe('due-now')
  expect(signTypedData).not.toHaveBeenCalled()
  expect(asked).not.toContain(SIGNATURES)
})

test.each([
  [true, true],
  [false, false],
  [false, true],
])('due now: %s, said so: %s: it is ordered', async (dueNow, atOnce) => {
  server.dueNow = dueNow
  expect(await orderRenewal(intentId, { ...shown, atOnce })).toBe('ordered')
  expect(signTypedData).toHaveBeenCalledTimes(1)
  expect(asked).toContain(SIGNATURES)
})
