export interface Random {
  below(limit: number): number
  /** One time in `of`. */
  chance(of: number): boolean
  pick<T>(from: readonly T[]): T
}

/** Small, seeded, good enough to shuffle actions (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }
  const below = (limit: number): number => next() % limit
  return { below, chance: (of) => below(of) === 0, pick: (from) => from[below(from.length)]! }
}
