// Trees of leaves: this house's sum tree beside OpenZeppelin's trees and the plain keccak of noble.
import {
  kernel,
  type PackedLeaves,
  PackedTree,
  PlainKernel,
  RECORD_WORDS,
  readRecord,
  recordAt,
  SumTree,
} from '@gesim/proofs'
import { HashThreads } from '@gesim/proofs/threads'
import { SimpleMerkleTree, StandardMerkleTree } from '@openzeppelin/merkle-tree'
import { cpuSecondsOf, median, type Row, row, secondsOf } from './row.ts'

const MILLION = 1_000_000
const HUNDRED_THOUSAND = 100_000

/** Intents of four books, as they are assigned: from index 0 without a gap. Amounts below 2^32 micro-USDC. */
function leaves(count: number): PackedLeaves {
  const perBook = Math.ceil(count / 4)
  const places = Uint32Array.from(
    { length: count },
    (_, i) => (1 + Math.floor(i / perBook)) * 2 ** 20 + (i % perBook),
  )
  const records = new Int32Array(count * RECORD_WORDS).map((_, i) => Math.imul(i, 0x9e3779b1))
  for (let i = 0; i < count; i++) records[i * RECORD_WORDS + 8] = records[i * RECORD_WORDS + 10] = 0
  return { places, records }
}

/** One in a hundred of the leaves, spread evenly at random: the worst case, since neighbours share their paths. */
function onePercentOf({ places }: PackedLeaves, seed: number): PackedLeaves {
  let state = seed
  const draw = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const changed = places.filter(() => draw() < 0.01)
  const records = new Int32Array(changed.length * RECORD_WORDS).map((_, i) => Math.imul(i + seed, 0x85ebca6b))
  for (let i = 0; i < changed.length; i++) records[i * RECORD_WORDS + 8] = records[i * RECORD_WORDS + 10] = 0
  return { places: changed, records }
}

function build(of: PackedLeaves): PackedTree {
  const tree = PackedTree.of(of)
  tree.hash(kernel())
  return tree
}

async function several(times: number, measure: () => Promise<number>): Promise<number> {
  const figures: number[] = []
  for (let i = 0; i < times; i++) figures.push(await measure())
  return median(figures)
}

export async function tree(): Promise<Row[]> {
  const small = leaves(HUNDRED_THOUSAND)
  const whole = leaves(MILLION)
  // The first runs compile.
  for (let i = 0; i < 3; i++) build(small)
  const million = await several(5, () => cpuSecondsOf(() => build(whole)))
  const ours = await several(5, () => cpuSecondsOf(() => build(small)))
  const plain = await cpuSecondsOf(() => PackedTree.of(small).hash(new PlainKernel()))
  const rows = [
    row(
      'tree.build.1M',
      million,
      10 * plain,
      'cpu-s',
      'the same 100,000 leaves with noble’s keccak, times ten',
    ),
    ...(await besideOpenZeppelin(small, ours)),
    await twoThreads(whole),
  ]
  return [...rows, ...(await proofs(whole)), await updates(whole, million)]
}

async function besideOpenZeppelin(small: PackedLeaves, ours: number): Promise<Row[]> {
  const count = small.places.length
  const hashes = Array.from(
    { length: count },
    (_, i) => `0x${Buffer.from(recordAt(small.records, i).subarray(0, 32)).toString('hex')}`,
  )
  const values = Array.from({ length: count }, (_, i) => {
    const { intentId, amount, coSigned } = readRecord(recordAt(small.records, i), small.places[i]!)
    return [intentId, amount, coSigned]
  })
  const standard = await cpuSecondsOf(() => StandardMerkleTree.of(values, ['bytes32', 'uint64', 'uint64']))
  const simple = await cpuSecondsOf(() => SimpleMerkleTree.of(hashes, { sortLeaves: false }))
  return [
    row(
      'tree.build.100k',
      ours,
      standard,
      'cpu-s',
      'OpenZeppelin StandardMerkleTree (no sums), 100,000 leaves',
    ),
    row(
      'tree.build.100k.simple',
      ours,
      simple,
      'cpu-s',
      'OpenZeppelin SimpleMerkleTree, unsorted, leaves hashed before',
    ),
  ]
}

async function twoThreads(whole: PackedLeaves): Promise<Row> {
  const records = new Int32Array(new SharedArrayBuffer(whole.records.byteLength))
  records.set(whole.records)
  await using one = new HashThreads(1)
  await using two = new HashThreads(2)
  const both = { places: whole.places, records }
  for (const threads of [one, two]) await threads.build(both)
  const seconds = await several(3, () => secondsOf(() => two.build(both)))
  const alone = await several(3, () => secondsOf(() => one.build(both)))
  return row(
    'tree.build.1M.twoThreads',
    alone / seconds,
    2,
    'times as fast',
    'two threads that share nothing',
  )
}

async function proofs(whole: PackedLeaves): Promise<Row[]> {
  const built = new SumTree(
    Array.from(whole.places, (place, i) => readRecord(recordAt(whole.records, i), place)),
  )
  built.root()
  const count = 20_000
  const prove = (step: number) => {
    for (let i = 0; i < count; i++) {
      const place = whole.places[(i * step) % MILLION]!
      built.leafProof(place >>> 20, place & 0xfffff)
    }
  }
  prove(7)
  const seconds = await several(3, () => cpuSecondsOf(() => prove(104_729)))
  return [
    row('tree.proof', (seconds / count) * 1e6, 50, 'µs', 'what a proof of one of 1,000,000 leaves may take'),
  ]
}

async function updates(whole: PackedLeaves, rebuild: number): Promise<Row> {
  const built = build({ places: whole.places, records: whole.records.slice() })
  let seed = 1
  const update = () => {
    const changes = onePercentOf(whole, seed++)
    return cpuSecondsOf(() => built.merge(changes).rehash(kernel()))
  }
  for (let i = 0; i < 3; i++) await update()
  const seconds = await several(9, update)
  return row('tree.update.1pct', seconds, rebuild, 'cpu-s', 'building all 1,000,000 leaves')
}
