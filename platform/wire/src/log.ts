import { type Static, Type } from 'typebox'
import { route } from './route.ts'
import { Hash, Line, Millis } from './words.ts'

const Size = Type.Integer({ minimum: 0, maximum: 2 ** 52 })

/** A signed head of the log: the root over its first `size` entries. */
export const Checkpoint = Type.Object({
  /** Name of the log. */
  origin: Line,
  size: Size,
  /** RFC 6962 tree head, SHA-256. */
  root: Hash,
  /** The signed text: origin, size, and root in base64, a line each (C2SP tlog-checkpoint). */
  note: Type.String({ maxLength: 4096 }),
  /** Ed25519 public key of the log, hex. */
  publicKey: Hash,
  /** Ed25519 over the text above the blank line. */
  signature: Type.String({ pattern: '^0x[0-9a-f]{128}$', maxLength: 130 }),
})
export type Checkpoint = Static<typeof Checkpoint>

export const LogEntry = Type.Object({
  index: Size,
  leafHash: Hash,
  kind: Line,
  /** The entry's bytes: canonical JSON, UTF-8. Its RFC 6962 leaf hash is `leafHash`. */
  entry: Type.String({ maxLength: 8192 }),
  atMs: Millis,
})
export type LogEntry = Static<typeof LogEntry>

export const logRoutes = {
  checkpoint: route({
    method: 'GET',
    path: '/v1/log/checkpoint',
    summary: 'The newest signed head of the transparency log',
    caller: 'anyone',
    answer: Checkpoint,
  }),
  entries: route({
    method: 'GET',
    path: '/v1/log/entries',
    summary: 'Entries of the log by index; at most 500 at once',
    caller: 'anyone',
    query: Type.Object({ from: Type.Integer({ minimum: 0, default: 0 }), to: Type.Optional(Size) }),
    answer: Type.Object({ entries: Type.Array(LogEntry), size: Size }),
  }),
  proof: route({
    method: 'GET',
    path: '/v1/log/proofs/:leafHash',
    summary: 'The proof that an entry is in the log, with the head it leads to',
    caller: 'anyone',
    params: Type.Object({ leafHash: Hash }),
    answer: Type.Object({
      entry: LogEntry,
      path: Type.Array(Hash),
      checkpoint: Checkpoint,
    }),
    refuses: ['transparency.unknown-entry'],
  }),
  consistency: route({
    method: 'GET',
    path: '/v1/log/consistency',
    summary: 'The proof that an earlier head of the log is a beginning of a later one',
    caller: 'anyone',
    query: Type.Object({ first: Size, second: Size }),
    answer: Type.Object({ first: Size, second: Size, path: Type.Array(Hash) }),
    refuses: ['transparency.unknown-size'],
  }),
} as const
