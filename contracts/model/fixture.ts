// `node contracts/model/fixture.ts` writes contracts/test/differential/Sequences.sol: random sequences of calls with the
// outcome that this model gives them, for Replay.t.sol to make on the contracts. A test checks that the file is fresh.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { concatHex, encodePacked, type Hex, keccak256, numberToHex, sliceHex } from 'viem'
import type { Words } from './escrow.ts'
import { playIn } from './fuzz.ts'
import { rulesWithout } from './rules.ts'
import type { Leaf, Market, Outcome, Parameters, Root, Stage } from './state.ts'
import { newWorld, type Poster } from './world.ts'

export const SEQUENCES_PATH = join(import.meta.dirname, '../test/differential/Sequences.sol')

/** Of the tests' deployment (contracts/test/money/Journey.sol), in ticks of half an hour. */
const AS_DEPLOYED: Parameters = {
  epoch: 48,
  posting: 1,
  fast: 2,
  slow: 96,
  exit: 144,
  counter: 48,
  window: 48,
  windowBps: 2_000,
  windowFloor: 500_000_000,
  feeBps: 100,
  challenge: 24,
  unit: 40_000_000,
}

const STEPS = 110
const SEQUENCES = 40
const POSTERS: Poster[] = ['honest', 'quorum']
const NOBODY = 255

const CODES = [
  'create',
  'fund',
  'activate',
  'refund',
  'claim',
  'redeem',
  'refundFinal',
  'closeInstant',
  'requestExit',
  'counterExit',
  'trimExit',
  'cancelExit',
  'finalizeExit',
  'post',
  'attest',
  'punish',
  'refundConfirmed',
]

const u8 = (value: unknown): Hex => numberToHex(Number(value), { size: 1 })
const u16 = (value: unknown): Hex => numberToHex(Math.max(0, Number(value)), { size: 2 })
const u64 = (value: unknown): Hex => numberToHex(Number(value), { size: 8 })
const epochOf = (root: unknown): Hex => u8((root as Root).epoch)

function argumentsOf(call: string, args: readonly unknown[]): Hex {
  switch (call) {
    case 'create':
      return concatHex([u64(args[0]), u64(args[1]), u16(args[2])])
    case 'activate': {
      const { consentBook, consentUntil } = args[2] as Words
      return concatHex([u8(args[0]), u8(args[1]), u8(consentBook ?? NOBODY), u16(consentUntil)])
    }
    case 'claim':
    case 'punish':
      return concatHex([epochOf(args[0]), u8(args[1])])
    case 'refundFinal':
      return concatHex([u8(args[0]), epochOf(args[1]), u8(args[2])])
    case 'refundConfirmed':
      return concatHex([u8(args[0]), epochOf(args[1]), epochOf(args[2])])
    case 'closeInstant':
      return concatHex([u8(args[0]), u64(args[1]), u8(args[2])])
    case 'fund':
    case 'redeem':
    case 'requestExit':
    case 'counterExit':
      return concatHex([u8(args[0]), u64(args[1])])
    case 'refund':
    case 'finalizeExit':
      return concatHex([u8(args[0]), u8(args[1])])
    case 'post':
      return posted(args as [number, (Leaf | undefined)[], number[], boolean])
    case 'attest':
      return epochOf(args[0])
    default:
      return u8(args[0])
  }
}

function posted([epoch, leaves, phantom, quorum]: [number, (Leaf | undefined)[], number[], boolean]): Hex {
  const each = Array.from(leaves, (leaf) =>
    concatHex([u8(leaf ? (leaf.isFinal ? 2 : 1) : 0), u64(leaf?.amount ?? 0)]),
  )
  return concatHex([
    u8(epoch),
    u8(quorum),
    u8(each.length),
    ...each,
    u64(phantom[1] ?? 0),
    u64(phantom[2] ?? 0),
  ])
}

const STAGES: Stage[] = ['none', 'created', 'held', 'open', 'exiting', 'closed']

/** Four bytes of the hash of everything that money depends on. */
function digestOf(m: Market): Hex {
  const parts = m.books.slice(1).flatMap(({ ceiling, claimed, hold }) => [ceiling, claimed, hold].map(u64))
  for (const { stage, funded, settled, hold, charge } of m.intents) {
    const exit = stage === 'exiting' ? [hold, charge] : [0, 0]
    parts.push(u8(STAGES.indexOf(stage)), ...[funded, settled, ...exit].map(u64))
  }
  return sliceHex(keccak256(encodePacked(['bytes'], [concatHex(parts)])), 0, 4)
}

function sequence(seed: number, poster: Poster): Hex {
  const world = newWorld(rulesWithout(), AS_DEPLOYED, poster)
  const calls: Hex[] = []
  world.m.record = (call: string, args: readonly unknown[], outcome: Outcome) => {
    const ok = typeof outcome === 'number'
    const head = [u16(world.m.now), u8(CODES.indexOf(call)), u8(ok), u64(ok ? outcome : 0)]
    calls.push(concatHex([...head, argumentsOf(call, args), digestOf(world.m)]))
  }
  const violation = playIn(world, seed, STEPS)
  if (violation) throw new Error(`${violation.invariant}: seed ${seed}`)
  return concatHex(calls)
}

/** The file's text. */
export function sequencesFile(): string {
  const lines: string[] = []
  for (let i = 0; i < SEQUENCES; i++) {
    const text = sequence(1_000 + i, POSTERS[i % POSTERS.length]!).slice(2)
    lines.push(`        if (i == ${i}) return hex"${text}";`)
  }
  return `// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Written by contracts/model/fixture.ts: do not edit.

/// @notice Random calls and what the model in contracts/model says of each.
library Sequences {
    uint256 internal constant COUNT = ${SEQUENCES};

    function at(uint256 i) internal pure returns (bytes memory) {
${lines.join('\n')}
        revert();
    }
}
`
}

if (process.argv[1] === import.meta.filename) {
  mkdirSync(join(SEQUENCES_PATH, '..'), { recursive: true })
  writeFileSync(SEQUENCES_PATH, sequencesFile())
}
