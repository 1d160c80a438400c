import type { Log } from '@gesim/base'
import type { Running, Store, Tx } from '@gesim/store'
import { formatRate, isNews, type Reading } from './decide.ts'
import type { ChainOracles } from './ports.ts'
import { noteRefusal, readRate, writeRate, writeSignals } from './table.ts'

/** Reads the rates now and then; whoever prices by them hears of each change. */
export function startOracles(
  store: Store,
  oracles: ChainOracles,
  log: Log,
  settings: { readonly everySeconds: number; readonly pairs: readonly string[] },
): Running {
  const tickers = [
    store.schedule('oracles.rates', settings.everySeconds, (tx) =>
      readRates(store, tx, oracles, settings.pairs, log),
    ),
    store.schedule('oracles.signals', settings.everySeconds, (tx) => readSignals(tx, oracles)),
  ]
  return {
    async stop() {
      await Promise.all(tickers.map((ticker) => ticker.stop()))
    },
  }
}

/** Takes over what publishers say on chain; plan cards and sales read it through the view `compliance_signals`. */
export async function readSignals(tx: Tx, oracles: Pick<ChainOracles, 'signals'>): Promise<void> {
  const signals = await oracles.signals()
  await writeSignals(tx, signals, Math.floor(Date.now() / 1000))
}

/** Reads every pair, then writes what is new, with an event each. */
export async function readRates(
  store: Pick<Store, 'append'>,
  tx: Tx,
  oracles: ChainOracles,
  pairs: readonly string[],
  log: Log,
): Promise<void> {
  const readings: Reading[] = []
  const refused: string[] = []
  for (const pair of pairs) {
    const reading = await oracles.rate(pair)
    if (reading) readings.push(reading)
    else {
      refused.push(pair)
      log.warn('the price oracle refuses a pair', { name: pair })
    }
  }
  const readAt = Math.floor(Date.now() / 1000)
  for (const pair of refused) await noteRefusal(tx, pair, readAt)
  for (const reading of readings) {
    const before = await readRate(tx, reading.pair)
    await writeRate(tx, reading, readAt)
    if (!isNews(before, reading)) continue
    await store.append(tx, 'rate.updated', null, {
      pair: reading.pair,
      rate: formatRate(reading.price),
      updatedAt: reading.updatedAt,
    })
  }
}
