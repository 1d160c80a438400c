import { describe, expect, it } from 'vitest'
import type { TimelineEntry } from '../api/shapes.ts'
import { isHeld, isOver, shownSteps } from './steps.ts'

const at = (step: TimelineEntry['step'], atMs = 1): TimelineEntry => ({ step, atMs, actor: 'gesim' })
const states = (steps: ReturnType<typeof shownSteps>) => steps.map(({ step, state }) => `${step}:${state}`)

describe('the timeline', () => {
  it('shows what happened, what goes on and what will come', () => {
    const shown = shownSteps({ state: 'ordered', timeline: [at('paid'), at('ordered')] })
    expect(states(shown)).toEqual([
      'paid:done',
      'ordered:done',
      'ready:now',
      'downloaded:next',
      'installed:next',
      'connected:next',
      'settled:next',
    ])
  })

  it('takes an earlier step as done when a later one happened', () => {
    const shown = shownSteps({ state: 'installed', timeline: [at('paid'), at('ready'), at('installed')] })
    expect(states(shown).slice(0, 6)).toEqual([
      'paid:done',
      'ordered:done',
      'ready:done',
      'downloaded:done',
      'installed:done',
      'connected:now',
    ])
  })

  it('does not call settlement going on while the service runs', () => {
    const timeline = ['paid', 'ordered', 'ready', 'downloaded', 'installed', 'connected'].map((step) =>
      at(step as TimelineEntry['step']),
    )
    expect(states(shownSteps({ state: 'active', timeline })).at(-1)).toBe('settled:next')
    expect(states(shownSteps({ state: 'finishing', timeline })).at(-1)).toBe('settled:now')
  })

  it('turns to the return of the money, and keeps what happened before', () => {
    const going = shownSteps({ state: 'refunding', timeline: [at('paid'), at('refunding')] })
    expect(states(going)).toEqual(['paid:done', 'refunding:done', 'refunded:now'])
    const back = shownSteps({ state: 'refunded', timeline: [at('paid'), at('refunded')] })
    expect(states(back)).toEqual(['paid:done', 'refunding:done', 'refunded:done'])
  })
})

describe('the money', () => {
  it('is Held from payment until activation', () => {
    expect(
      ['drafted', 'funded', 'ready', 'installed', 'active', 'settled'].map((state) => isHeld(state as never)),
    ).toEqual([false, true, true, true, false, false])
  })

  it('rests once settled, returned or never paid', () => {
    expect(isOver('settled') && isOver('refunded') && isOver('lapsed')).toBe(true)
    expect(isOver('finishing')).toBe(false)
  })
})
