import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { cpuSecondsOf, median } from './row.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as (options: { type: 'minor' }) => void

/**
 * Collects what short-lived objects left behind, before something is timed: what others left is not its own. Another thread
 * frees the buffers among them; the second collection waits until the first one's are gone.
 */
export function collect(): void {
  gc({ type: 'minor' })
  gc({ type: 'minor' })
}

/** Does a number of operations and gives the processor seconds of those that count. */
export type Batch = (count: number) => Promise<number>

/** A batch of which everything counts. */
export function repeated(work: () => Promise<unknown> | unknown): Batch {
  return (count) =>
    cpuSecondsOf(async () => {
      for (let i = 0; i < count; i++) {
        const pending = work()
        if (pending instanceof Promise) await pending
      }
    })
}

/** Operations a second of one core, ours and the anchor's. */
export interface Rates {
  readonly ours: number
  readonly anchor: number
}

/**
 * Runs batches of ours and of the anchor in turn, so that whatever else the machine does meets both alike, and takes
 * the median of each. The first rounds only warm up: a server runs for days.
 */
export async function inTurn(
  ours: Batch,
  anchor: Batch,
  { rounds = 40, count = 100, warmUp = 10 } = {},
): Promise<Rates> {
  const seconds: { ours: number[]; anchor: number[] } = { ours: [], anchor: [] }
  for (let round = -warmUp; round < rounds; round++) {
    const [one, other] = [await ours(count), await anchor(count)]
    if (round < 0) continue
    seconds.ours.push(one / count)
    seconds.anchor.push(other / count)
  }
  return { ours: 1 / median(seconds.ours), anchor: 1 / median(seconds.anchor) }
}
