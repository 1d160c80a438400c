import { type Static, Type } from 'typebox'
import { route } from './route.ts'

/** A signed amount: a difference can be below zero. */
const Micros = Type.String({ maxLength: 24, description: 'micro-USDC' })

export const FinanceSummary = Type.Object({
  tiles: Type.Object({
    escrowMicros: Micros,
    heldMicros: Micros,
    openMicros: Micros,
    payableMicros: Micros,
    remaindersMicros: Micros,
    paidOutMicros: Micros,
    refundedMicros: Micros,
    feesMicros: Micros,
    gasMarginMicros: Micros,
    /** What the fee treasury owes or has paid to relayers for their gas. */
    relayersPaidMicros: Micros,
    /** Null while the chain cannot be asked. */
    paymasterMicros: Type.Union([Micros, Type.Null()]),
  }),
  balanced: Type.Boolean(),
  reconciliation: Type.Array(
    Type.Object({
      name: Type.String(),
      chainMicros: Micros,
      ledgerMicros: Micros,
      differenceMicros: Micros,
    }),
  ),
  rates: Type.Array(Type.Object({ pair: Type.String(), rate: Type.String(), updatedAt: Type.Integer() })),
})
export type FinanceSummary = Static<typeof FinanceSummary>

export const LedgerQuery = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
  /** Only entries with a smaller seq: the next page. */
  before: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}$' })),
  intentId: Type.Optional(Type.String({ pattern: '^0x[0-9a-fA-F]{64}$' })),
  account: Type.Optional(Type.String({ maxLength: 64 })),
})
export type LedgerQuery = Static<typeof LedgerQuery>

export const LedgerPage = Type.Object({
  rows: Type.Array(
    Type.Object({
      seq: Type.String(),
      part: Type.Integer(),
      atMs: Type.Number(),
      /** The account that received. */
      debit: Type.String(),
      /** The account that gave. */
      credit: Type.String(),
      amountMicros: Micros,
      intentId: Type.Optional(Type.String()),
      why: Type.String(),
      txHash: Type.Optional(Type.String()),
    }),
  ),
  accounts: Type.Array(Type.Object({ account: Type.String(), balanceMicros: Micros })),
  /** Always zero: each transfer takes from one account what it gives to another. */
  sumMicros: Micros,
})
export type LedgerPage = Static<typeof LedgerPage>

export const FinanceTransactions = Type.Object({
  transactions: Type.Array(
    Type.Object({
      key: Type.String(),
      kind: Type.String(),
      state: Type.String(),
      atMs: Type.Number(),
      hash: Type.Union([Type.String(), Type.Null()]),
      gasUsed: Type.Union([Type.String(), Type.Null()]),
      block: Type.Union([Type.Number(), Type.Null()]),
      /** Which of the relayer's keys sent it. */
      role: Type.String(),
      intentId: Type.Optional(Type.String()),
      code: Type.Optional(Type.String()),
      why: Type.Optional(Type.String()),
    }),
  ),
})
export type FinanceTransactions = Static<typeof FinanceTransactions>

export const BookStatement = Type.Object({
  book: Type.Integer(),
  chargedMicros: Micros,
  lines: Type.Array(
    Type.Object({
      intentId: Type.String(),
      chargedMicros: Micros,
      coSignedMicros: Micros,
      usedBytes: Type.String(),
      final: Type.Boolean(),
      closed: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
  payouts: Type.Array(
    Type.Object({
      seq: Type.String(),
      atMs: Type.Number(),
      netMicros: Micros,
      feeMicros: Micros,
      txHash: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
})
export type BookStatement = Static<typeof BookStatement>

export const financeRoutes = {
  summary: route({
    method: 'GET',
    path: '/v1/finance/summary',
    summary: 'Money tiles, and the three-way reconciliation of chain, journal and ledger',
    caller: 'operator',
    answer: FinanceSummary,
    refuses: ['billing.not-operator'],
  }),
  ledger: route({
    method: 'GET',
    path: '/v1/finance/ledger',
    summary: 'Double-entry movements, newest first, with the balance of every account',
    caller: 'operator',
    query: LedgerQuery,
    answer: LedgerPage,
    refuses: ['billing.not-operator'],
  }),
  transactions: route({
    method: 'GET',
    path: '/v1/finance/transactions',
    summary: 'Transactions that stages wished for, newest first',
    caller: 'operator',
    query: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }) }),
    answer: FinanceTransactions,
    refuses: ['billing.not-operator'],
  }),
  statement: route({
    method: 'GET',
    path: '/v1/finance/statements/:book',
    summary: 'What a book earned and was paid; a carrier sees its own',
    caller: 'carrier',
    params: Type.Object({ book: Type.Integer({ minimum: 1, maximum: 4095 }) }),
    answer: BookStatement,
    refuses: ['billing.not-operator'],
  }),
} as const
