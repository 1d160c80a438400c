import { SumTree } from '@gesim/proofs'
import type { Store, Tx } from '@gesim/store'
import { placed, readLeaves } from './table.ts'

/** Trees kept at once: of the epoch that is being signed, posted and paid. */
const MOST = 3

/** Trees of epochs, rebuilt from stored leaves and kept for a while: an epoch's tree never changes once it is closed. */
export class Trees {
  readonly #db: Store['db']
  readonly #trees = new Map<number, SumTree>()

  constructor(db: Store['db']) {
    this.#db = db
  }

  /** The tree of an epoch, to read. */
  async of(epoch: number): Promise<SumTree> {
    const known = this.#trees.get(epoch)
    if (known) return known
    const tree = await build(this.#db, epoch)
    this.keep(epoch, tree)
    return tree
  }

  /** The tree of an epoch (`null`: before the first), to change into the next: it is not kept any more. */
  async take(tx: Tx, epoch: number | null): Promise<SumTree> {
    const known = epoch === null ? undefined : this.#trees.get(epoch)
    if (epoch !== null) this.#trees.delete(epoch)
    return known ?? (await build(tx, epoch))
  }

  keep(epoch: number, tree: SumTree): void {
    this.#trees.set(epoch, tree)
    const [oldest] = this.#trees.keys()
    if (this.#trees.size > MOST) this.#trees.delete(oldest!)
  }
}

async function build(db: Store['db'] | Tx, epoch: number | null): Promise<SumTree> {
  return new SumTree((await readLeaves(db, epoch)).map(placed))
}
