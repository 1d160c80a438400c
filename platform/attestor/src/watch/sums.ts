import type { Hex } from '@gesim/journey'
import { DEPTH, type SumNode, type SumTree } from '@gesim/proofs'
import { hexToBigInt, keccak256, size, slice } from 'viem'
import type { Opening } from './ports.ts'

const NODE_BYTES = 48
const LEAF_BYTES = 128
/** Openings asked for at most in one look: some false sums at all heights need 32 each. */
const MOST_OPENINGS = 512

/** A node whose sums are not those of what hashes to it (F1). */
export interface FalseSum {
  readonly level: number
  readonly place: number
  readonly opening: Opening
}

/** Whether what hashes to the node has other sums than it states, as `proveSumMismatch` judges. */
export function isFalseSum(level: number, opening: Opening): boolean {
  const sums = sumsIn(level, opening.children)
  return sums !== null && (sums.total !== opening.total || sums.coSigned !== opening.coSigned)
}

function sumsIn(level: number, children: Hex): { total: bigint; coSigned: bigint } | null {
  if (level === 0) {
    if (size(children) !== LEAF_BYTES) return null
    return { total: number(children, 64, 72), coSigned: number(children, 72, 80) }
  }
  if (size(children) !== 2 * NODE_BYTES) return null
  const [left, right] = [0, 1].map((side) => nodeIn(children, side))
  return { total: left!.total + right!.total, coSigned: left!.coSigned + right!.coSigned }
}

function nodeIn(children: Hex, side: number): SumNode {
  const at = side * NODE_BYTES
  return {
    hash: slice(children, at, at + 32),
    total: number(children, at + 32, at + 40),
    coSigned: number(children, at + 40, at + 48),
  }
}

const number = (bytes: Hex, from: number, to: number) => hexToBigInt(slice(bytes, from, to))

/**
 * Walks down from a root that the served leaves do not give, to a node with a false sum. Only where a node differs from the
 * one that the leaves give can there be one. Null when there is none on the way, or the source does not open a node.
 */
export async function findFalseSum(
  root: SumNode,
  known: SumTree,
  open: (level: number, place: number) => Promise<Opening | null>,
): Promise<FalseSum | null> {
  const waiting = [{ level: DEPTH, place: 0, node: root }]
  for (let asked = 0; waiting.length > 0 && asked < MOST_OPENINGS; asked++) {
    const { level, place, node } = waiting.pop()!
    const opening = await open(level, place)
    if (opening === null || !isSame(opening, node) || keccak256(opening.children) !== node.hash) continue
    if (isFalseSum(level, opening)) return { level, place, opening }
    if (level === 0) continue
    for (const side of [0, 1]) {
      const child = { level: level - 1, place: 2 * place + side, node: nodeIn(opening.children, side) }
      if (!isSame(child.node, known.nodeAt(child.level, child.place))) waiting.push(child)
    }
  }
  return null
}

function isSame(a: SumNode, b: SumNode): boolean {
  return a.hash.toLowerCase() === b.hash.toLowerCase() && a.total === b.total && a.coSigned === b.coSigned
}
