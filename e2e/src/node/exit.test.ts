// Nobody runs GeSIM any more: the node is held, and a file from the disk, or the terminal, gets the money out of the chain.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { intentEscrowAbi, testUsdcAbi } from '@gesim/contracts'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { createTestClient, http, parseEther } from 'viem'
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { directChain } from '../alone.ts'
import { launchBrowser } from '../browser.ts'
import { ROOT, type RunningStack, startStack } from '../start-stack.ts'
import { gesim } from '../terminal.ts'
import { type Buyer, newBuyer, order, pay, reaches } from '../traveller.ts'
import { eventually } from '../waiting.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let stack: RunningStack
let buyer: Buyer
let folder: string
let page: string
let browser: Browser
const servers: Server[] = []

beforeAll(async () => {
  // Of its own: a carrier whose leaf stays withheld has a frozen book afterwards, on which nobody could buy any more.
  stack = await startStack({ web: false })
  buyer = await newBuyer(stack)
  folder = mkdtempSync(join(tmpdir(), 'gesim-exit-'))
  const network = join(folder, 'network.json')
  writeFileSync(network, JSON.stringify(buyer.connection.network))
  page = join(folder, 'gesim-exit.html')
  const built = spawnSync(process.execPath, ['apps/exit/src/build.ts', '--network', network, '--out', page], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  if (built.status !== 0) throw new Error(built.stderr)
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  for (const server of servers) server.close()
  if (folder) rmSync(folder, { recursive: true, force: true })
  await stack?.stop()
})

const wordsOf = ({ dataDir }: Buyer) =>
  (JSON.parse(readFileSync(join(dataDir, 'cli/wallet.json'), 'utf8')) as { mnemonic: string }).mnemonic

const newAddress = () => privateKeyToAddress(generatePrivateKey())

const usdcAt = (address: `0x${string}`) =>
  directChain(stack, buyer).readContract({
    address: buyer.connection.addresses.usdc,
    abi: testUsdcAbi,
    functionName: 'balanceOf',
    args: [address],
  })

/** Somebody sends the key's address a little ether. */
const giveEther = (address: `0x${string}`) =>
  createTestClient({ mode: 'anvil', transport: http(stack.read().rpcUrl) }).setBalance({
    address,
    value: parseEther('0.05'),
  })

/** Holds every process of the operator's node while `work` runs. */
async function withoutOperator<T>(work: () => Promise<T>): Promise<T> {
  const node = stack.read().pids.node!
  process.kill(node, 'SIGSTOP')
  try {
    return await work()
  } finally {
    process.kill(node, 'SIGCONT')
  }
}

/** The file, opened from the disk, with every request that it makes. */
async function openFile(options: Parameters<Browser['newContext']>[0] = {}) {
  const context: BrowserContext = await browser.newContext({
    viewport: { width: 320, height: 800 },
    locale: 'en-GB',
    ...options,
  })
  const asked = new Set<string>()
  const broken: string[] = []
  context.on('request', (request) => asked.add(new URL(request.url()).origin))
  context.on('weberror', (error) => broken.push(error.error().message))
  const opened = await context.newPage()
  await opened.goto(pathToFileURL(page).href)
  return { opened, asked, broken, close: () => context.close() }
}

async function look(opened: Page, rpcUrl: string, words: string): Promise<void> {
  await opened.fill('#rpc', rpcUrl)
  await opened.fill('#key', words)
  await opened.click('form button[type=submit]')
}

const trouble = async (opened: Page) => (await opened.waitForSelector('#trouble')).textContent()

async function violations(opened: Page): Promise<string[]> {
  await opened.evaluate(AXE)
  return opened.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const found = await axe.run({ runOnly: { type: 'tag', values: tags } })
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  })
}

async function serve(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('the file alone takes everything back while it is held, and sends it to a fresh address', async () => {
  const purchase = await order(buyer)
  await pay(buyer, purchase)
  await reaches(buyer, purchase, 'ready')
  const owner = buyer.traveller.owner.address
  const fresh = newAddress()
  await withoutOperator(async () => {
    const { rpcUrl } = stack.read()
    const { opened, asked, broken, close } = await openFile()
    await look(opened, rpcUrl, wordsOf(buyer))
    const card = `[data-intent="${purchase.intentId}"]`
    await opened.waitForSelector(`${card}[data-state=held]`)
    expect(await opened.inputValue('#key').catch(() => 'gone')).toBe('gone')
    // Without ether nothing goes: the page says where to send how much.
    expect(await opened.textContent('#owner')).toBe(owner)
    await opened.click(`${card} button`)
    expect(await trouble(opened)).toContain('too little ether')
    await giveEther(owner)
    // Closed in the middle and opened again: everything stands on the chain.
    await opened.goto('about:blank')
    await opened.goto(pathToFileURL(page).href)
    await look(opened, rpcUrl, wordsOf(buyer))
    await opened.waitForSelector(`${card}[data-state=held]`)
    expect(await opened.locator('#fee').count()).toBe(0)
    for (const colorScheme of ['light', 'dark'] as const) {
      await opened.emulateMedia({ colorScheme })
      expect(await violations(opened)).toEqual([])
    }
    expect(await opened.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
    await opened.click(`${card} button`)
    await opened.waitForSelector(`${card}[data-state=closed]`, { timeout: 60_000 })
    const wallet = BigInt((await opened.getAttribute('#wallet', 'data-micros'))!)
    expect(wallet).toBe(await usdcAt(buyer.traveller.account.address))
    expect(wallet).toBeGreaterThanOrEqual(BigInt(purchase.quote.priceMicros))
    await opened.fill('#to', `${fresh.slice(0, -1)}z`)
    await opened.click('#send-all')
    await opened.waitForSelector('#to-wrong:not([hidden])')
    await opened.fill('#to', fresh)
    await opened.click('#send-all')
    await eventually('the money to arrive', async () => (await usdcAt(fresh)) === wallet, 60_000)
    await opened.waitForSelector('#done')
    // The policy stands in the way of everything but that node, for scripts of the page itself too.
    const another = await opened.evaluate(() => fetch('http://127.0.0.1:9/').then(String, () => 'refused'))
    expect(another).toBe('refused')
    asked.delete('http://127.0.0.1:9')
    expect([...asked].filter((origin) => origin !== 'null' && !origin.startsWith('file'))).toEqual([rpcUrl])
    expect(broken).toEqual([])
    await close()
  })
})

test('the file says what is wrong with words, nodes and chains, and that nothing is there where nothing is', async () => {
  const { rpcUrl } = stack.read()
  const first = await openFile()
  const { opened } = first
  await look(opened, rpcUrl, 'abandon '.repeat(11))
  expect(await trouble(opened)).toContain('neither twelve words')
  expect(await opened.inputValue('#key')).toContain('abandon')
  await look(opened, rpcUrl, `${'abandon '.repeat(11)}abandom`)
  expect(await trouble(opened)).toContain('Word 12')
  await look(opened, rpcUrl, 'abandon '.repeat(12))
  expect(await trouble(opened)).toContain('no key')
  await look(opened, 'mainnet', `${'abandon '.repeat(11)}about`)
  expect(await trouble(opened)).toContain('https://')
  await look(opened, rpcUrl, `${'abandon '.repeat(11)}about`)
  await opened.waitForSelector('#nothing')
  await first.close()

  const answering = (result: unknown, cors: boolean) =>
    serve((request, response) => {
      if (cors) response.setHeader('access-control-allow-origin', '*')
      if (cors) response.setHeader('access-control-allow-headers', 'content-type')
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        response.setHeader('content-type', 'application/json')
        const id = body.includes('"id"') ? (JSON.parse(body) as { id: number }).id : 1
        response.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
      })
    })
  const cases = [
    [await answering('0x1', true), 'chain 1.'],
    [await answering('0x7a69', false), 'CORS'],
    ['http://127.0.0.1:9', 'does not answer'],
  ] as const
  for (const [url, words] of cases) {
    const one = await openFile()
    await look(one.opened, url, `${'abandon '.repeat(11)}about`)
    expect(await trouble(one.opened)).toContain(words)
    await one.close()
  }
})

test('a node that answers few blocks of logs at a time is enough', async () => {
  const { rpcUrl } = stack.read()
  let refused = 0
  const narrow = await serve((request, response) => {
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-allow-headers', 'content-type')
    if (request.method === 'OPTIONS') return void response.end()
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', async () => {
      const { id, method, params } = JSON.parse(body)
      response.setHeader('content-type', 'application/json')
      if (method === 'eth_getLogs' && Number(params[0].toBlock) - Number(params[0].fromBlock) > 20) {
        refused++
        response.end(
          JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32005, message: 'range too large' } }),
        )
        return
      }
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(rpcUrl, { method: 'POST', headers, body })
      response.end(await answer.text())
    })
  })
  const { opened, close } = await openFile()
  await look(opened, narrow, wordsOf(buyer))
  await opened.waitForSelector('[data-intent][data-state=closed]', { timeout: 60_000 })
  expect(refused).toBeGreaterThan(0)
  await close()
})

/** Runs `gesim exit` with the key on its standard input. */
function exitCommand(words: string, ...args: string[]) {
  const child = spawn(process.execPath, [join(ROOT, 'apps/cli/bin/gesim.mjs'), 'exit', ...args, '--json'], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  child.stdin.end(`${words}\n`)
  return new Promise<{ code: number | null; said: string; steps: string[] }>((resolve) => {
    child.once('close', (code) =>
      resolve({ code, said, steps: [...said.matchAll(/"step":"([^"]+)"/g)].map((one) => one[1]!) }),
    )
  })
}

test('the terminal leaves a running service although nobody shows its last figures', async () => {
  const traveller = await newBuyer(stack)
  const buying = gesim(traveller.dataDir, 'buy', '--country', 'ES', '--use', '5')
  const used = await buying.step('data used')
  expect(used).toBeDefined()
  buying.pause()
  const chain = directChain(stack, traveller)
  const escrow = { address: traveller.connection.addresses.escrow, abi: intentEscrowAbi } as const
  const quoted = await buying.step('quoted')
  const { book } = await chain.readContract({
    ...escrow,
    functionName: 'intentOf',
    args: [quoted.intent as `0x${string}`],
  })
  await eventually(
    'a root to count for the book',
    async () =>
      (await chain.readContract({ ...escrow, functionName: 'leafEpochs', args: [book] })).length > 0,
    90_000,
  )
  const fresh = newAddress()
  await giveEther(traveller.traveller.owner.address)
  const network = join(folder, 'network.json')
  const rpc = stack.read().rpcUrl
  const wrong = await exitCommand('twelve words', '--rpc', rpc, '--network', network)
  expect(wrong).toMatchObject({ code: 1 })
  expect(wrong.said).toContain('proofs.exit-no-key')
  const ended = await withoutOperator(() =>
    // The page that was kept says where the contracts are, as well as the API's answer does.
    exitCommand(wordsOf(traveller), 'take', '--wait', '--to', fresh, '--rpc', rpc, '--network', page),
  )
  expect([ended.code, ended.said]).toEqual([0, expect.any(String)])
  expect(ended.steps).toEqual(
    expect.arrayContaining(['demand', 'end-demand', 'request-exit', 'owed-demands', 'finalize-exit', 'sent']),
  )
  expect(ended.said).not.toContain(wordsOf(traveller).split(' ').slice(0, 3).join(' '))
  const { state } = await chain.readContract({
    ...escrow,
    functionName: 'intentOf',
    args: [quoted.intent as `0x${string}`],
  })
  expect(state).toBe(5)
  expect(await usdcAt(fresh)).toBeGreaterThan(0n)
  expect(await usdcAt(traveller.traveller.account.address)).toBe(0n)
  buying.resume()
  await buying.ended
}, 400_000)
