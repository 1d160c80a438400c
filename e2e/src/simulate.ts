// `npm run simulate -- --seed 7`: purchases under bad luck. A seed draws travellers, silent and slow carriers, money taken
// back and a node that is killed; at the end every purchase has arrived and the books balance, or the seed is told.
import { parseArgs } from 'node:util'
import { callOfRefund, operate } from '@gesim/cli'
import type { FinanceSummary } from '@gesim/wire'
import { openDatabase } from './database.ts'
import { type RunningStack, startStack } from './start-stack.ts'
import { type Buyer, look, newBuyer, order, type Purchase, pay } from './traveller.ts'
import { eventually } from './waiting.ts'

const HELP = `npm run simulate -- [--seed N] [--purchases N]

Brings up the product on data of its own and lets N purchases (default 12) walk through bad luck drawn from the seed:
carriers that fall silent, refuse or dawdle, travellers who change their mind, a node killed with SIGKILL.
Ends with 0 when every purchase has arrived, each amount adds up and no work lies about unfinished.`

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    purchases: { type: 'string', default: '12' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
const seed = Number(values.seed)
const count = Number(values.purchases)
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(count) || count < 1 || count > 500) {
  console.error(`--seed and --purchases are whole numbers\n\n${HELP}`)
  process.exit(2)
}

/** A small generator with a known period (mulberry32): the same seed draws the same luck everywhere. */
function luckOf(start: number): () => number {
  let state = start >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const luck = luckOf(seed)
const draw = <T>(choices: readonly T[]): T => choices[Math.floor(luck() * choices.length)]!
const say = (text: string) => console.log(text)

async function setFault(stack: RunningStack): Promise<string> {
  const carrier = draw(stack.read().carriers)
  const fault = draw([
    { mode: 'none' },
    { mode: 'none' },
    { mode: 'silent' },
    { mode: 'refuse' },
    { mode: 'delay', delayMs: 1_500 },
  ])
  await fetch(`${carrier.adminUrl}/admin/fault`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${carrier.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  })
  return `${carrier.name} ${fault.mode}`
}

async function clearFaults(stack: RunningStack): Promise<void> {
  for (const { adminUrl, adminToken } of stack.read().carriers) {
    await fetch(`${adminUrl}/admin/fault`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ mode: 'none' }),
    })
  }
}

const serves = (stack: RunningStack) =>
  eventually(
    'the node to serve',
    async () => (await fetch(`${stack.read().nodeUrl}/v1/network`).catch(() => null))?.ok,
    120_000,
  )

/** Every purchase either has its profile ready or its money back; what is still held is taken back by the payer. */
async function arrive(stack: RunningStack, buyer: Buyer, purchase: Purchase): Promise<string> {
  const state = await eventually(
    'a purchase to arrive',
    async () => {
      const intent = await look(buyer, purchase).catch(() => null)
      return intent && ['ready', 'refunded'].includes(intent.state) ? intent.state : null
    },
    180_000,
    250,
  )
  if (state === 'refunded') return state
  await operate(buyer.traveller, [callOfRefund(buyer.connection, purchase.quote)])
  await eventually(
    'the money to be back',
    async () => (await look(buyer, purchase)).state === 'refunded',
    60_000,
    250,
  )
  await serves(stack)
  return 'ready, then taken back'
}

async function run(stack: RunningStack): Promise<void> {
  const buyer = await newBuyer(stack)
  const bought: Purchase[] = []
  for (let at = 1; at <= count; at++) {
    const fault = await setFault(stack)
    const purchase = await order(buyer)
    await pay(buyer, purchase)
    bought.push(purchase)
    const misfortune = draw(['nothing', 'nothing', 'mind changed', 'node killed'] as const)
    if (misfortune === 'mind changed')
      await operate(buyer.traveller, [callOfRefund(buyer.connection, purchase.quote)])
    if (misfortune === 'node killed') {
      process.kill(stack.read().pids.node!, 'SIGKILL')
      await serves(stack)
    }
    say(`${String(at).padStart(3)}  ${purchase.intentId.slice(0, 10)}  ${fault.padEnd(18)} ${misfortune}`)
  }
  await clearFaults(stack)
  for (const purchase of bought)
    say(`     ${purchase.intentId.slice(0, 10)}  ${await arrive(stack, buyer, purchase)}`)
  await checkBooks(stack, bought.length)
}

async function checkBooks(stack: RunningStack, purchases: number): Promise<void> {
  const summary = await eventually(
    'the books to balance',
    async () => {
      const answer = (await (
        await fetch(`${stack.read().nodeUrl}/v1/finance/summary`)
      ).json()) as FinanceSummary
      return answer.reconciliation.every(({ differenceMicros }) => differenceMicros === '0') && answer
    },
    30_000,
    250,
  )
  const database = await openDatabase(stack.read().databaseUrl)
  const parked = await database.query('select reader, seq, code from gesim.journal_parked')
  const dead = await database.query(`select data from gesim_jobs.job where name = 'dead-letters'`)
  await database.close()
  if (parked.length || dead.length) throw new Error(`left lying about: ${JSON.stringify({ parked, dead })}`)
  if (summary.tiles.escrowMicros !== '0')
    throw new Error(`${summary.tiles.escrowMicros} µUSDC are still in the escrow`)
  say(`\n${purchases} purchases arrived; funded = paid + fees + refunded + held, nothing parked.`)
}

say(`seed ${seed}: bringing up the product`)
const stack = await startStack({ web: false })
try {
  await run(stack)
  say('Next: another --seed.')
} catch (error) {
  console.error(`\n✗ seed ${seed}: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
} finally {
  await stack.stop()
}
process.exit()
