import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Rig, startRig } from './harness.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
}, 60_000)
afterAll(() => rig?.stop())

async function post(path: string, body: unknown): Promise<{ status: number; json: unknown }> {
  const response = await fetch(`${rig.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, json: await response.json() }
}

const call = (method: string, params: unknown[] = [], id: unknown = 1) => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
})

describe('the chain, read only', () => {
  it('answers reads, alone and in batches', async () => {
    expect((await post('/rpc/chain', call('eth_chainId'))).json).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: '0x7a69',
    })
    const { json } = await post('/rpc/chain', [
      call('eth_blockNumber', [], 'a'),
      call('eth_gasPrice', [], 'b'),
    ])
    expect((json as { id: string }[]).map(({ id }) => id)).toEqual(['a', 'b'])
  })

  it.each([
    'eth_sendRawTransaction',
    'eth_sendTransaction',
    'anvil_setBalance',
    'evm_mine',
    'debug_traceCall',
    'constructor',
  ])('does not offer %s', async (method) => {
    expect((await post('/rpc/chain', call(method))).json).toMatchObject({ error: { code: -32601 } })
  })

  it('runs no code of strangers and caps what a call may cost', async () => {
    const to = rig.chain.addresses.usdc
    const overridden = call('eth_call', [{ to, data: '0x' }, 'latest', { [to]: { code: '0x00' } }])
    expect((await post('/rpc/chain', overridden)).json).toMatchObject({
      error: { message: expect.stringMatching(/overrides/) },
    })
    const wide = call('eth_getLogs', [{ fromBlock: '0x0', toBlock: '0xffffff' }])
    expect((await post('/rpc/chain', wide)).json).toMatchObject({
      error: { message: expect.stringMatching(/blocks at once/) },
    })
    // Tags are numbers, too.
    const tagged = call('eth_getLogs', [{ fromBlock: 'earliest', toBlock: '0xffffff' }])
    expect((await post('/rpc/chain', tagged)).json).toMatchObject({
      error: { message: expect.stringMatching(/blocks at once/) },
    })
    // Without a range it is the latest block alone; whether that one has logs depends on what was mined last.
    expect((await post('/rpc/chain', call('eth_getLogs', [{}]))).json).toMatchObject({
      result: expect.any(Array),
    })
  })

  it('refuses what is not JSON-RPC, and batches that are too large', async () => {
    expect((await post('/rpc/chain', 7)).status).toBeGreaterThanOrEqual(400)
    expect((await post('/rpc/chain', [])).status).toBeGreaterThanOrEqual(400)
    expect((await post('/rpc/chain', Array(51).fill(call('eth_chainId')))).status).toBeGreaterThanOrEqual(400)
    expect((await post('/rpc/chain', { id: 1 })).json).toMatchObject({ error: { code: -32600 } })
    expect((await post('/rpc/chain', { ...call('eth_chainId'), params: 'x' })).json).toMatchObject({
      error: { code: -32602 },
    })
  })
})

describe('the faucet', () => {
  const account = '0x00000000000000000000000000000000000f00d1'

  it('gives test money and remembers how much', async () => {
    const { status, json } = await post('/v1/wallet/faucet', { account, amountMicros: '5000000' })
    expect(status).toBe(200)
    expect(json).toMatchObject({ amountMicros: '5000000' })
    expect((json as { txHash: string }).txHash).toMatch(/^0x[0-9a-f]{64}$/)
  }, 20_000)

  it('refuses more than 100 USDC at once and 1,000 an hour', async () => {
    expect(
      (await post('/v1/wallet/faucet', { account, amountMicros: '100000001' })).status,
    ).toBeGreaterThanOrEqual(400)
    const answers = await Promise.all(
      Array.from({ length: 11 }, () => post('/v1/wallet/faucet', { account, amountMicros: '100000000' })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(9)
  }, 30_000)
})
