import { refund } from './escrow.ts'
import { cancelExit, finalizeExit, requestExit } from './exits.ts'
import { dataWithheld, leavesNeeded } from './faults.ts'
import { postingUntil } from './settlement.ts'
import { dueOf, type World } from './world.ts'

/**
 * 8: all operators fall silent, nobody answers, no tree can be read any more, and half of the travellers never kept
 * their leaves. Every payer must still be out in bounded time. There is nothing to pause in these ways out.
 */
export function everyoneLeaves(w: World): string | undefined {
  const { m } = w
  // Whoever lost the leaves demands them (C1), waits in vain, asks to leave, and waits again; a window full of other
  // people's exits costs another round, so do the leaves of an exit that was already under way.
  const bound =
    2 * (m.p.challenge + m.p.exit + m.p.counter) + m.p.slow + m.p.epoch + m.intents.length * m.p.window
  const until = m.now + bound
  const demandedAt = new Map<number, number>()
  while (m.now <= until) {
    if (m.intents.every(({ stage }) => stage === 'closed' || stage === 'created')) return undefined
    for (let id = 0; id < m.intents.length; id++) goOn(w, id, demandedAt)
    m.now++
  }
  return '8: somebody is locked in'
}

function goOn(w: World, id: number, demandedAt: Map<number, number>): void {
  const { m } = w
  const intent = m.intents[id]!
  const lostLeaves = id % 2 === 1
  if (intent.stage === 'held') refund(m, id, true)
  if (intent.stage !== 'open' && intent.stage !== 'exiting') return
  if (lostLeaves && leavesNeeded(m, id).length > 0) {
    const since = demandedAt.get(id) ?? m.now
    demandedAt.set(id, since)
    if (m.now < since + m.p.challenge) return
    for (const root of leavesNeeded(m, id)) dataWithheld(m, id, root)
    demandedAt.delete(id)
    if (leavesNeeded(m, id).length > 0) return
  }
  if (postingUntil(m) !== 0) return
  if (intent.stage === 'open') requestExit(m, id, Math.min(dueOf(w, id), intent.funded))
  else finalizeExit(m, id, true)
  // A watermark or fee above the statement cannot be undercut; asking again with it is the way.
  if (intent.stage === 'exiting' && intent.charge > intent.funded) cancelExit(m, id)
}
