/** One place where a line is taken out. */
export interface Edit {
  file: string
  /** Must occur exactly once. */
  find: string
  replace: string
}

/** A rule taken out of the contracts, and the tests that must then fail. */
export interface Mutation extends Edit {
  rule: string
  /** Where else it must go: a rule that is kept in two places is gone only when both are. */
  also?: Edit[]
  tests: string
}

export function editsOf({ file, find, replace, also = [] }: Mutation): Edit[] {
  return [{ file, find, replace }, ...also]
}
