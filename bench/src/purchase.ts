// Seconds from funding to the activation code: one after another, and many at once.
import { randomUUID } from 'node:crypto'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { sleepMs } from '@gesim/base'
import {
  type Connection,
  callsOfFunding,
  choosePlan,
  connect,
  coverPrice,
  operate,
  readOptions,
  signIn,
  type Traveller,
  takeQuote,
} from '@gesim/cli'
import { intentsRoutes, type Plan } from '@gesim/wire'
import { median, type Row, row, secondsOf } from './row.ts'
import { freshDataDir, openStack, removeDataDir } from './stack.ts'

const IN_A_ROW = 100
const AT_ONCE = 20
const SILENT = { step: () => {}, plain: () => {} }

interface Timing {
  readonly fundingSeconds: number
  readonly readySeconds: number
}

async function buy(
  connection: Connection,
  traveller: Traveller,
  plan: Plan,
  options: ReturnType<typeof readOptions>,
): Promise<Timing> {
  const { quote, intentId } = await takeQuote(connection, plan, options)
  const startedAt = performance.now()
  const fundingSeconds = await secondsOf(() => operate(traveller, callsOfFunding(connection, quote)))
  const params = { id: intentId }
  while ((await connection.api.call(intentsRoutes.get, { params })).state !== 'ready') await sleepMs(50)
  await connection.api.call(intentsRoutes.activation, { params })
  return { fundingSeconds, readySeconds: (performance.now() - startedAt) / 1000 }
}

/** A traveller with a wallet of its own. */
async function newcomer(stackDir: string) {
  const dataDir = join(stackDir, 'travellers', randomUUID())
  mkdirSync(dataDir, { recursive: true })
  cpSync(join(stackDir, 'stack.json'), join(dataDir, 'stack.json'))
  const options = readOptions(['buy', '--country', 'ES', '--data', dataDir])
  const connection = await connect(options)
  return { options, connection, traveller: await signIn(connection) }
}

export async function purchase(): Promise<Row[]> {
  const dataDir = freshDataDir()
  const stack = await openStack(dataDir, ['--no-web'])
  try {
    const options = readOptions(['buy', '--country', 'ES', '--data', dataDir])
    const connection = await connect(options)
    const traveller = await signIn(connection)
    const plan = await choosePlan(connection, options)
    const price = BigInt(plan.priceMicros)
    const row_: Timing[] = []
    for (let at = 0; at < IN_A_ROW; at++) {
      await coverPrice(connection, traveller, price, SILENT)
      row_.push(await buy(connection, traveller, plan, options))
    }
    // Twenty travellers: an account has at most four operations waiting (ERC-7562), and twenty people do not share one.
    const crowd = await Promise.all(Array.from({ length: AT_ONCE }, () => newcomer(dataDir)))
    for (const one of crowd) await coverPrice(one.connection, one.traveller, price, SILENT)
    let slowest: Timing[] = []
    const together = await secondsOf(async () => {
      slowest = await Promise.all(crowd.map((one) => buy(one.connection, one.traveller, plan, one.options)))
    })
    const against = 'the funding operation alone, in the same run'
    const funding = median(row_.map(({ fundingSeconds }) => fundingSeconds))
    return [
      row(
        'purchase.inARow',
        median(row_.map(({ readySeconds }) => readySeconds)),
        funding,
        's (median)',
        against,
      ),
      row(
        'purchase.atOnce',
        Math.max(...slowest.map(({ readySeconds }) => readySeconds)),
        funding,
        's (slowest of 20)',
        against,
      ),
      row(
        'purchase.throughput',
        AT_ONCE / together,
        1 / funding,
        'purchases/s',
        'fundings per second, one after another',
      ),
    ]
  } finally {
    await stack.stop()
    removeDataDir(dataDir)
  }
}
