// A traveller at the API, with the terminal command's own steps: for what no screen and no command offers.
import {
  type CliOptions,
  type Connection,
  callsOfFunding,
  choosePlan,
  connect,
  coverPrice,
  operate,
  type Printer,
  readOptions,
  signIn,
  type Traveller,
  takeQuote,
} from '@gesim/cli'
import { type Intent, intentsRoutes, type Plan, type Quote } from '@gesim/wire'
import type { Stack } from './start-stack.ts'
import { newTraveller } from './terminal.ts'
import { eventually } from './waiting.ts'

const silent: Printer = { step: () => {}, plain: () => {} }

/** A signed-in traveller with money, and what they do. */
export interface Buyer {
  readonly dataDir: string
  readonly options: CliOptions
  readonly connection: Connection
  readonly traveller: Traveller
  readonly plan: Plan
}

export interface Purchase {
  readonly quote: Quote
  readonly intentId: `0x${string}`
}

/** Signs a new traveller in and tops the account up. */
export async function newBuyer(stack: Stack): Promise<Buyer> {
  const dataDir = newTraveller(stack)
  const options = readOptions(['buy', '--country', 'ES', '--data', dataDir])
  const connection = await connect(options)
  const traveller = await signIn(connection)
  const plan = await choosePlan(connection, options)
  const buyer = { dataDir, options, connection, traveller, plan }
  await topUp(buyer)
  return buyer
}

/** Sees that the account can pay for the plan once more. */
export async function topUp({ connection, traveller, plan }: Buyer): Promise<void> {
  await coverPrice(connection, traveller, BigInt(plan.priceMicros), silent)
}

/** Takes a quote and registers the purchase; nothing is paid yet. */
export function order(buyer: Buyer): Promise<Purchase> {
  return takeQuote(buyer.connection, buyer.plan, buyer.options)
}

/** Pays for it with one sponsored operation. */
export function pay(buyer: Buyer, { quote }: Purchase) {
  return operate(buyer.traveller, callsOfFunding(buyer.connection, quote))
}

/** The purchase as the API shows it now. */
export function look(buyer: Buyer, { intentId }: Purchase): Promise<Intent> {
  return buyer.connection.api.call(intentsRoutes.get, { params: { id: intentId } })
}

/** Waits for a state of the purchase. */
export function reaches(
  buyer: Buyer,
  purchase: Purchase,
  state: Intent['state'],
  withinMs = 90_000,
): Promise<Intent> {
  return eventually(
    `the purchase to be ${state}`,
    async () => {
      const intent = await look(buyer, purchase)
      return intent.state === state ? intent : null
    },
    withinMs,
    250,
  )
}
