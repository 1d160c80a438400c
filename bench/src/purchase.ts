// Seconds from funding to the activation code: one after another, and many at once.
import { sleepMs } from '@gesim/base'
import { startStack } from '@gesim/e2e/stack'
import { type Buyer, look, newBuyer, order, pay, topUp } from '@gesim/e2e/traveller'
import { intentsRoutes } from '@gesim/wire'
import { median, type Row, row, secondsOf } from './row.ts'

const IN_A_ROW = 100
const AT_ONCE = 20

interface Timing {
  readonly fundingSeconds: number
  readonly readySeconds: number
}

async function buy(buyer: Buyer): Promise<Timing> {
  const purchase = await order(buyer)
  const startedAt = performance.now()
  const fundingSeconds = await secondsOf(() => pay(buyer, purchase))
  while ((await look(buyer, purchase)).state !== 'ready') await sleepMs(50)
  await buyer.connection.api.call(intentsRoutes.activation, { params: { id: purchase.intentId } })
  return { fundingSeconds, readySeconds: (performance.now() - startedAt) / 1000 }
}

export async function purchase(): Promise<Row[]> {
  const stack = await startStack({ web: false })
  try {
    const buyer = await newBuyer(stack)
    const inARow: Timing[] = []
    for (let at = 0; at < IN_A_ROW; at++) {
      await topUp(buyer)
      inARow.push(await buy(buyer))
    }
    // Twenty travellers: an account has at most four operations waiting (ERC-7562), and twenty people do not share one.
    const crowd: Buyer[] = []
    while (crowd.length < AT_ONCE) crowd.push(await newBuyer(stack))
    let slowest: Timing[] = []
    const together = await secondsOf(async () => {
      slowest = await Promise.all(crowd.map(buy))
    })
    const against = 'the funding operation alone, in the same run'
    const funding = median(inARow.map(({ fundingSeconds }) => fundingSeconds))
    return [
      row(
        'purchase.inARow',
        median(inARow.map(({ readySeconds }) => readySeconds)),
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
  }
}
