// Node only: a tree hashed by several threads, while the one that asks stays free. Each thread has a kernel with a memory of
// its own; they share the tree's arrays and nothing else, so none can disturb another's stack or scratch.
import { availableParallelism } from 'node:os'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { isFailure, refuse } from '@gesim/base'
import { kernel } from './sum-tree-kernel/kernel.ts'
import { NODE_WORDS, type PackedLeaves, PackedTree } from './sum-tree-packed.ts'

/** Levels with fewer nodes are not worth a meeting: the first thread makes them. */
const LEAST = 2_048

const ROLE = 'gesim sum tree'

/** What the threads tell each other, in words of a shared array; `failed` is the level that failed, plus one. */
const AT = { arrived: 0, turn: 1, failed: 2, words: 3 } as const

interface Share {
  readonly records: Int32Array
  readonly levels: PackedTree['levels']
  readonly control: Int32Array
  readonly part: number
  readonly parts: number
}

/**
 * Threads that hash one tree together, one tree at a time.
 *
 * @example
 * await using threads = new HashThreads(2)
 * const tree = await threads.build({ places, records })
 */
export class HashThreads {
  readonly #workers: readonly Worker[]
  #last: Promise<unknown> = Promise.resolve()

  constructor(threads = availableParallelism()) {
    this.#workers = Array.from({ length: threads }, () => {
      const worker = new Worker(new URL(import.meta.url), { workerData: ROLE })
      worker.unref()
      return worker
    })
  }

  /** The tree of the leaves. Throws `proofs.carry` when a sum exceeds 64 bits. */
  build(leaves: PackedLeaves): Promise<PackedTree> {
    const built = this.#last.then(() => this.#build(leaves))
    this.#last = built.catch((error) => {
      if (!isFailure(error, 'proofs.carry')) throw error
    })
    // Whoever asked hears of it; the next one does too.
    this.#last.catch(() => undefined)
    return built
  }

  async #build({ places, records: given }: PackedLeaves): Promise<PackedTree> {
    const records = shared(given)
    const tree = PackedTree.of({ places, records }, (bytes) => new SharedArrayBuffer(bytes))
    const control = new Int32Array(new SharedArrayBuffer(4 * AT.words))
    const parts = this.#workers.length
    await Promise.all(
      this.#workers.map((worker, part) => {
        const done = answerOf(worker)
        worker.postMessage({ records, levels: tree.levels, control, part, parts } satisfies Share)
        return done
      }),
    )
    const failed = Atomics.load(control, AT.failed)
    if (failed) throw refuse('proofs.carry', { level: failed - 1 })
    return tree
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}

/** Resolves when the thread is done. A thread that dies leaves the others waiting, so no later tree is begun. */
function answerOf(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error) => {
      worker.off('message', done).off('error', settle).off('exit', ended)
      worker.unref()
      if (error) reject(error)
      else resolve()
    }
    const done = () => settle()
    const ended = () => settle(new Error('a hashing thread ended'))
    worker.ref()
    worker.on('message', done).on('error', settle).on('exit', ended)
  })
}

function shared(array: Int32Array): Int32Array {
  if (array.buffer instanceof SharedArrayBuffer) return array
  const copy = new Int32Array(new SharedArrayBuffer(array.byteLength))
  copy.set(array)
  return copy
}

/** One thread's part of each level; all meet before the next one. */
function hashPart({ records, levels, control, part, parts }: Share): void {
  const tree = PackedTree.over(records, levels)
  for (const [level, { nodes }] of levels.entries()) {
    const count = nodes.length / NODE_WORDS
    const isAlone = count < LEAST
    if (isAlone && part > 0) return
    const share = (of: number) => (isAlone ? of * count : Math.floor((count * (part + of)) / parts))
    try {
      tree.hashRange(kernel(), level, share(0), share(1))
    } catch (error) {
      if (!isFailure(error, 'proofs.carry')) throw error
      Atomics.store(control, AT.failed, level + 1)
    }
    if (!isAlone) meet(control, parts)
    // A quicker thread may have failed one level higher already: then this one still meets it there.
    const failed = Atomics.load(control, AT.failed)
    if (failed !== 0 && failed <= level + 1) return
  }
}

/** Waits until all threads are here. */
function meet(control: Int32Array, parts: number): void {
  const turn = Atomics.load(control, AT.turn)
  if (Atomics.add(control, AT.arrived, 1) + 1 === parts) {
    Atomics.store(control, AT.arrived, 0)
    Atomics.add(control, AT.turn, 1)
    Atomics.notify(control, AT.turn)
  } else {
    while (Atomics.load(control, AT.turn) === turn) Atomics.wait(control, AT.turn, turn)
  }
}

if (workerData === ROLE && parentPort) {
  const port = parentPort
  port.on('message', (share: Share) => {
    hashPart(share)
    port.postMessage('done')
  })
}
