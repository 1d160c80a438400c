import { CURVES, type Curve } from '@gesim/crypto'
import { notUnderstood } from './command.ts'

/** The curves that a word means; all of them without one. */
export function curvesOf(word: string | undefined): Curve[] {
  if (word === undefined || word === 'both') return [...CURVES]
  if (word !== 'nist' && word !== 'brainpool') throw notUnderstood('--curve is nist, brainpool or both')
  return [word]
}
