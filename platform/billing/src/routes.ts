import { refuse } from '@gesim/base'
import type { StageContext } from '@gesim/store'
import { financeRoutes, serve } from '@gesim/wire'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { financeSummary, readChainBalances } from './finance.ts'
import { bookStatement, ledgerPage, transactions, trialBalance } from './statements.ts'

/** The finance dashboard: figures folded from the ledger at the time of asking. */
export function billingRoutes(
  app: FastifyInstance,
  context: Pick<StageContext, 'store' | 'chain' | 'log' | 'access'>,
): void {
  const { store, chain, log, access } = context
  const operatorOnly = async (request: FastifyRequest) => {
    if (!(await access.operator(request))) throw refuse('billing.not-operator')
  }
  serve(app, financeRoutes.summary, async ({ request }) => {
    await operatorOnly(request)
    const balances = chain
      ? await readChainBalances(chain).catch((error: unknown) => {
          // The ledger is shown all the same; the row that needs the chain is left out.
          log.warn('the finance page could not ask the chain', { error })
          return null
        })
      : null
    return await financeSummary(store.db, balances)
  })
  serve(app, financeRoutes.ledger, async ({ request, query }) => {
    await operatorOnly(request)
    const { limit, before, intentId, account } = query
    const rows = await ledgerPage(store.db, {
      limit,
      ...(before === undefined ? {} : { before: BigInt(before) }),
      ...(intentId === undefined ? {} : { intentId }),
      ...(account === undefined ? {} : { account }),
    })
    return { rows, ...(await trialBalance(store.db)) }
  })
  serve(app, financeRoutes.transactions, async ({ request, query }) => {
    await operatorOnly(request)
    return { transactions: await transactions(store.db, query.limit) }
  })
  serve(app, financeRoutes.statement, async ({ request, params }) => {
    // A carrier sees the statement of its own books, the operator that of all.
    const carrier = await access.carrier(request)
    if (!carrier?.books.includes(params.book)) await operatorOnly(request)
    return await bookStatement(store.db, params.book)
  })
}
