import type { Log, SettingsOf } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Store } from '@gesim/store'
import type { Alone } from './alone.ts'
import { calls } from './calls.ts'
import { decideAct, isWithRelayer } from './decide.ts'
import type { Call, WatchChain } from './ports.ts'
import type { watcherSettings } from './settings.ts'
import { type ActRow, endAct, openActs, openAgain, provenBooks, saveWhy, saveWished } from './table.ts'

/** What a demand puts up. */
export const BOND_MICROS = 5_000_000n
const NOBODY: Hex = '0x0000000000000000000000000000000000000001'
const ZERO_CODE = '0x00000000'

interface Parts {
  readonly store: Store
  readonly chain: WatchChain
  readonly payOnUsage: Hex
  readonly log: Log
  readonly settings: SettingsOf<typeof watcherSettings>
  readonly alone: Alone
  /** What is sent for an act; null while it is not known: after a restart the root is looked at again first. */
  callOf(act: ActRow): Call | null
  /** When it is too late for an act, in seconds; null for never. */
  untilOf(act: ActRow): number | null
  onEnd(act: ActRow, how: 'done' | 'failed'): void
}

/** Takes every open act a step on. The chain is asked before each: what another has done is done. */
export async function moveActs(parts: Parts, nowMs: number): Promise<void> {
  const { store, alone } = parts
  for (const act of await openActs(store.db))
    await alone.take(`act ${act.key}`, () => moveAct(parts, act, nowMs))
}

async function moveAct(parts: Parts, act: ActRow, nowMs: number): Promise<void> {
  const { store, chain, settings, log } = parts
  const call = ownCall(parts, act) ?? parts.callOf(act)
  const from = settings.challenger ?? NOBODY
  const isUnderWay = isWithRelayer({ kind: act.kind, wishedAtMs: act.wished_at?.getTime() ?? null }, nowMs)
  const refusal = call && (!isUnderWay || isToldByRefusal(act)) ? await chain.refusalOf(call, from) : null
  const until = parts.untilOf(act)
  const step = decideAct({
    isDone: await isDone(parts, act, refusal),
    isPossible: call !== null && refusal === null,
    isUnderWay,
    refusedAtMs: act.refused_at?.getTime() ?? null,
    nowMs,
    retryMs: settings.retrySeconds * 1000,
    untilMs: until === null ? null : until * 1000,
  })
  const facts = { event: nameOf(act), epoch: act.epoch ?? undefined, book: act.book ?? undefined }
  if (step === 'done' || step === 'give-up') {
    const how = step === 'done' ? 'done' : 'failed'
    await endAct(store.db, act.key, how, nowMs)
    parts.onEnd(act, how)
    if (how === 'done') log.info('an act of the watcher is done', facts)
    else
      log.error('an act of the watcher came too late', { ...facts, code: 'watcher.too-late', why: act.why })
    return
  }
  if (step === 'wish') {
    await store.tx(async (tx) => {
      await saveWished(tx, act.key, nowMs)
      await store.append(tx, 'watch.wanted', null, { act: act.key, ...call! })
    })
    log.info('an act of the watcher shall be sent', facts)
    return
  }
  if (refusal !== null && !isUnderWay) await explain(parts, act, refusal)
}

const nameOf = ({ kind, code }: ActRow) => (code === null ? kind : `${kind} ${code}`)

/** Says once why an act waits, and sees that a demand's bond can be taken. */
async function explain({ store, chain, settings, log }: Parts, act: ActRow, refusal: string): Promise<void> {
  const isNew = await saveWhy(store.db, act.key, refusal)
  if (act.kind === 'demand' && settings.challenger !== null) {
    const { usdcMicros, allowedMicros } = await chain.purseOf(settings.challenger)
    if (usdcMicros < BOND_MICROS) {
      if (isNew) log.error('a demand has no bond', { code: 'watcher.no-bond', epoch: act.epoch })
    } else if (allowedMicros < BOND_MICROS) await openAgain(store.db, { key: 'allow', kind: 'allow' })
  }
  if (act.kind === 'proof' && isNew)
    log.error('a proof is not taken', {
      code: 'watcher.not-provable',
      event: nameOf(act),
      why: refusal,
      epoch: act.epoch,
    })
}

/** Acts whose call follows from their row alone. */
function ownCall({ payOnUsage }: Parts, act: ActRow): Call | null {
  switch (act.kind) {
    case 'restore':
      return calls.restore(act.book!)
    case 'reward':
      return calls.claimReward()
    case 'collect':
      return calls.withdrawBonds()
    case 'allow':
      return calls.allowBond(payOnUsage, BOND_MICROS)
    case 'timeout':
      return calls.timeout(act.demand!)
    default:
      return null
  }
}

/** Only the answer of the call itself tells that these are done. */
const isToldByRefusal = (act: ActRow) => act.kind === 'slash' || act.code === 'F6'

async function isDone({ chain, settings }: Parts, act: ActRow, refusal: string | null): Promise<boolean> {
  if (isToldByRefusal(act)) return refusal === 'PayOnUsage_AlreadySlashed'
  switch (act.kind) {
    case 'proof':
      return await isProven(chain, act.epoch!, act.root!, act.book!)
    case 'timeout':
      return !(await chain.isOpenDemand(act.key.slice('timeout:'.length) as Hex))
    case 'restore':
      return (await chain.restitutionOf(act.book!)) === 0n
    case 'reward':
      return (await chain.purseOf(settings.challenger!)).rewardMicros === 0n
    case 'collect':
      return (await chain.purseOf(settings.challenger!)).owedMicros === 0n
    case 'allow':
      return (await chain.purseOf(settings.challenger!)).allowedMicros >= BOND_MICROS
    default:
      // A demand is done when it is heard of: only then is it known what ends it.
      return false
  }
}

/** Nothing is left to prove: the book is frozen from the epoch on, or the root does not count any more. */
async function isProven(chain: WatchChain, epoch: number, root: Hex, book: number): Promise<boolean> {
  if ((await chain.rootOf(epoch))?.root.toLowerCase() !== root) return true
  const frozenFrom = book === 0 ? 0 : await chain.frozenFrom(book)
  if (frozenFrom !== 0 && frozenFrom <= epoch) return true
  return book === 0 && (await chain.faultOf(epoch, root)).code !== ZERO_CODE
}

/** Money that came of proofs and demands is collected, and what slashes set aside goes into the books that suffered. */
export async function collectAll({ store, chain, settings }: Pick<Parts, 'store' | 'chain' | 'settings'>) {
  for (const book of await provenBooks(store.db)) {
    const isThere = (await chain.restitutionOf(book)) > 0n && (await chain.frozenFrom(book)) !== 0
    if (isThere) await openAgain(store.db, { key: `restore:${book}`, kind: 'restore', book })
  }
  if (settings.challenger === null) return
  const { owedMicros, rewardMicros } = await chain.purseOf(settings.challenger)
  if (owedMicros > 0n) await openAgain(store.db, { key: 'collect', kind: 'collect' })
  if (rewardMicros > 0n) await openAgain(store.db, { key: 'reward', kind: 'reward' })
}
