// What identifies a person or a card is planted at every entrance and then looked for wherever anything is kept.
import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Intent, intentsRoutes } from '@gesim/wire'
import { createPublicClient, http } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, everyRow, openDatabase } from '../database.ts'
import { sharedStack } from '../running-stack.ts'
import type { Stack } from '../start-stack.ts'
import { gesim, newTraveller } from '../terminal.ts'
import { type Buyer, newBuyer, order, pay, reaches } from '../traveller.ts'

const PLANTED = {
  'an e-mail address': 'ada.lovelace@analytical.example',
  'a telephone number': '+34600123987',
  'an IP address': '203.0.113.77',
  'a browser': 'Mozilla/5.0 (PlantedPhone; rv:77.7)',
  'a name': 'Augusta Ada Kingzett-Byron',
}

let stack: Stack
let database: Database
let smdp: Database
let secrets: Record<string, string>
let ready: Intent
let buyer: Buyer

/** Sends what identifies a person to an entrance; what the node answers does not matter here. */
async function plant(method: string, path: string, body?: unknown): Promise<void> {
  await fetch(`${stack.read().nodeUrl}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      'user-agent': PLANTED['a browser'],
      'x-forwarded-for': PLANTED['an IP address'],
      'x-real-ip': PLANTED['an IP address'],
      'x-correlator': PLANTED['an e-mail address'],
      'idempotency-key': PLANTED['an e-mail address'],
      referer: `https://${encodeURIComponent(PLANTED['an e-mail address'])}.example/`,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

beforeAll(async () => {
  stack = await sharedStack()
  const { databaseUrl, smdpDatabaseUrl, phoneUrl, carriers } = stack.read()
  database = await openDatabase(databaseUrl)
  smdp = await openDatabase(smdpDatabaseUrl)
  const settled = await gesim(newTraveller(stack), 'buy', '--country', 'ES', '--use', '1').ended
  expect(settled.code, settled.said).toBe(0)
  buyer = await newBuyer(stack)
  const purchase = await order(buyer)
  await pay(buyer, purchase)
  ready = await reaches(buyer, purchase, 'ready')
  const params = { id: ready.intentId }
  const { activationCode, matchingId } = await buyer.connection.api.call(intentsRoutes.activation, { params })

  const person = Object.values(PLANTED)
  for (const text of person) {
    await plant('POST', '/v1/devices/pairings', { code: text, device: text })
    await plant('POST', '/v1/quotes', { planId: text, email: text })
    await plant('POST', '/v1/auth/wallet', { address: text, issuedAt: 1, signature: text })
    await plant('POST', '/v1/wallet/faucet', { account: text })
    await plant('GET', `/v1/plans?q=${encodeURIComponent(text)}`)
    await plant('GET', `/v1/intents/${encodeURIComponent(text)}`)
    await plant('GET', `/v1/auth/login?return=${encodeURIComponent(`/${text}`)}`)
    await plant('GET', `/v1/auth/callback?code=${encodeURIComponent(text)}&state=${encodeURIComponent(text)}`)
    await plant('GET', `/${encodeURIComponent(text)}`)
    await plant('POST', '/rpc/bundler', { jsonrpc: '2.0', id: text, method: text, params: [text] })
    await fetch(`${phoneUrl}/api/downloads`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ activationCode: `LPA:1$localhost$${text}` }),
    })
  }

  const { profiles } = (await (await fetch(`${phoneUrl}/api/profiles`)).json()) as {
    profiles: { iccid: string }[]
  }
  const subscriptions = carriers.flatMap(({ name }) => {
    const path = join(stack.dataDir, `carrier-${name}.json`)
    const file = JSON.parse(readFileSync(path, 'utf8')) as {
      subscriptions: Record<string, { iccid: string; imsi: string; intentId?: string }>
    }
    return Object.values(file.subscriptions).filter(({ intentId }) => intentId)
  })
  // A card's certificate names its EID (SGP.22, 4.5.2.1.0.2).
  const card = readFileSync(join(stack.dataDir, 'pki', 'eUICC', 'CERT_EUICC_ECDSA_NIST.pem'))
  const eid = /serialNumber=(\d{32})/.exec(new X509Certificate(card).subject)![1]!
  secrets = {
    'the EID of the card': eid,
    ...Object.fromEntries(profiles.map(({ iccid }, at) => [`ICCID ${at} on the card`, iccid])),
    ...Object.fromEntries(subscriptions.map(({ iccid }, at) => [`ICCID ${at} of a carrier`, iccid])),
    ...Object.fromEntries(subscriptions.map(({ imsi }, at) => [`IMSI ${at}`, imsi])),
    'an activation code': activationCode,
    'its matching id': matchingId,
  }
  expect(profiles.length).toBeGreaterThan(0)
  expect(subscriptions.length).toBeGreaterThan(0)
}, 400_000)

afterAll(async () => {
  await database?.close()
  await smdp?.close()
})

/** A text as it may stand somewhere: plain, hex, base64, and digits in the order of a card. */
function formsOf(text: string): string[] {
  const bytes = Buffer.from(text)
  const forms = [
    text,
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, ''),
    encodeURIComponent(text),
  ]
  if (/^\d{14,32}$/.test(text)) forms.push((text.match(/../g) ?? []).map(([a, b]) => `${b}${a}`).join(''))
  return forms.map((form) => form.toLowerCase())
}

/** Where any of the planted texts stands. */
function findIn(place: string, text: string, wanted: Readonly<Record<string, string>>): string[] {
  const low = text.toLowerCase()
  return Object.entries(wanted)
    .filter(([, value]) => formsOf(value).some((form) => low.includes(form)))
    .map(([what]) => `${what} in ${place}`)
}

const all = () => ({ ...PLANTED, ...secrets })

test('nothing that identifies a person or a card is in any table of GeSIM', async () => {
  const tables = await everyRow(database)
  const found = [...tables].flatMap(([table, rows]) => findIn(table, rows.join('\n'), all()))
  expect(found).toEqual([])
  // The search does find what is there.
  expect(
    findIn('gesim.journal', tables.get('gesim.journal')!.join('\n'), { it: ready.intentId }),
  ).toHaveLength(1)
})

test('the journal says nothing that identifies', async () => {
  const events = await database.query<{ text: string }>('select j::text as text from gesim.journal j')
  expect(findIn('the journal', events.map(({ text }) => text).join('\n'), all())).toEqual([])
})

test('no process of GeSIM writes it into its log', () => {
  const { logDir } = stack.read()
  const logs = readdirSync(logDir).filter((name) => name.endsWith('.log'))
  expect(logs.length).toBeGreaterThan(5)
  const found = logs.flatMap((name) => findIn(name, readFileSync(join(logDir, name), 'utf8'), all()))
  expect(found).toEqual([])
})

test('the chain holds none of it, neither in calldata nor in logs', async () => {
  const chain = createPublicClient({ transport: http(stack.read().rpcUrl, { batch: { batchSize: 200 } }) })
  const last = Number(await chain.getBlockNumber())
  const blocks = await Promise.all(
    Array.from({ length: last + 1 }, (_, at) =>
      chain.getBlock({ blockNumber: BigInt(at), includeTransactions: true }),
    ),
  )
  const inputs = blocks.flatMap(({ transactions }) => transactions.map(({ input }) => input))
  const logs = await chain.getLogs({ fromBlock: 0n })
  const text = [...inputs, ...logs.map(({ data, topics }) => `${topics.join()} ${data}`)].join('\n')
  expect(inputs.length).toBeGreaterThan(20)
  expect(findIn('the chain', text, all())).toEqual([])
  expect(text).toContain(ready.intentId.slice(2))
})

test('the SM-DP+ keeps ICCIDs and EIDs encrypted only', async () => {
  const tables = await everyRow(smdp)
  expect(tables.get('smdp.profile')?.length).toBeGreaterThan(0)
  const found = [...tables].flatMap(([table, rows]) => findIn(table, rows.join('\n'), secrets))
  expect(found).toEqual([])
})
