/** What was done last, to be said in words. */
export type Deed =
  | 'changed'
  | 'changedUnsealed'
  | 'second'
  | 'unsecond'
  | 'signsIn'
  | 'unsignsIn'
  | 'sealed'
  | 'removed'
  | 'unother'
  | 'added'

/** Does one thing with the keys, tells what came of it, and reads everything again. */
export type Do = (name: string, work: () => Promise<Deed>) => Promise<void>
