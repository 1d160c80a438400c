import { SumTree } from '@gesim/proofs'
import type { Store, Tx } from '@gesim/store'
import { placed, readLeaves } from './table.ts'

/** Trees kept at once: of the epochs that are being signed, posted and paid, and of one beyond challenge. */
const MOST = 4

/** Trees of epochs, rebuilt from stored leaves and kept for a while: an epoch's tree never changes once it is closed. */
export class Trees {
  readonly #db: Store['db']
  readonly #trees = new Map<number, SumTree>()
  readonly #building = new Map<number, Promise<SumTree>>()

  constructor(db: Store['db']) {
    this.#db = db
  }

  /** The tree of an epoch, to read. */
  async of(epoch: number): Promise<SumTree> {
    const known = this.#trees.get(epoch)
    if (known) return known
    // Who asks meanwhile waits for the same.
    const building = this.#building.get(epoch) ?? build(this.#db, epoch)
    this.#building.set(epoch, building)
    try {
      const tree = await building
      this.keep(epoch, tree)
      return tree
    } finally {
      this.#building.delete(epoch)
    }
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
