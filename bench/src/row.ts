/** One measurement beside its anchor, taken in the same run on the same machine. */
export interface Row {
  readonly name: string
  readonly ours: number
  /** What the same machine does without us. */
  readonly anchor: number
  readonly ratio: number
  readonly unit: string
  /** What the anchor is, in words. */
  readonly against: string
}

/** A row; `ratio` is ours / anchor. */
export function row(name: string, ours: number, anchor: number, unit: string, against: string): Row {
  const round = (value: number) => Number(value.toPrecision(4))
  return { name, ours: round(ours), anchor: round(anchor), ratio: round(ours / anchor), unit, against }
}

/** Seconds that some work took. */
export async function secondsOf(work: () => Promise<unknown> | unknown): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1000
}

/** Processor seconds that some work took in this process, whatever else the machine did meanwhile. */
export async function cpuSecondsOf(work: () => Promise<unknown> | unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}
