// `gesim buy`: a purchase from funding to the carrier's payout, told step by step.
import { formatMicros } from '@gesim/base'
import { type Intent, intentsRoutes, type Quote } from '@gesim/wire'
import { checkBooks, checkPayout } from './check.ts'
import { type Connection, connect, signIn, type Traveller } from './connect.ts'
import { installProfile, useData, waitForLine } from './handset.ts'
import { createFollower } from './intent.ts'
import type { CliOptions } from './options.ts'
import { bindDevice } from './pairing.ts'
import type { Printer } from './print.ts'
import {
  callOfRefund,
  callsOfFunding,
  choosePlan,
  coverPrice,
  operate,
  takeQuote,
  takeRemainder,
} from './purchase.ts'
import { lendTemplate } from './template.ts'

// Wide enough for a machine with much else to do, and for a node that restarts on the way.
const READY_WITHIN_MS = 120_000
const ACTIVE_WITHIN_MS = 120_000
const SETTLED_WITHIN_MS = 240_000
const REFUNDED_WITHIN_MS = 60_000

/** Runs the whole purchase. Resolves only when the claim is on chain and the books balance. */
export async function buy(options: CliOptions, printer: Printer): Promise<void> {
  const connection = await connect(options)
  printer.step('connected', { note: connection.nodeUrl, chain: connection.network.chainId })
  const plan = await choosePlan(connection, options)
  printer.step('plan', {
    note: `${plan.planId}: ${plan.name}`,
    price: `${formatMicros(BigInt(plan.priceMicros))} USDC`,
  })
  const traveller = await signIn(connection)
  printer.step('signed in', {
    note: `account ${traveller.account.address}, gas sponsored, identity token minted`,
  })
  await coverPrice(connection, traveller, BigInt(plan.priceMicros), printer)
  const takeBackTemplate = options.profile ? await lendTemplate(connection, options.profile) : async () => {}
  try {
    const { quote, intentId } = await takeQuote(connection, plan, options)
    printer.step('quoted', { intent: intentId })
    const funded = await operate(traveller, callsOfFunding(connection, quote))
    printer.step('funded', {
      tx: funded.txHash,
      gas: funded.gasUsed.toString(),
      note: 'held in escrow, gas paid by GeSIM',
    })
    if (options.takeBack) await takeBack(connection, traveller, quote, intentId, printer)
    else await useUp(connection, traveller, intentId, options, printer, takeBackTemplate)
  } finally {
    await takeBackTemplate()
  }
}

async function takeBack(
  connection: Connection,
  traveller: Traveller,
  quote: Quote,
  intentId: `0x${string}`,
  printer: Printer,
): Promise<void> {
  const refund = await operate(traveller, [callOfRefund(connection, quote)])
  printer.step('taken back', { tx: refund.txHash, gas: refund.gasUsed.toString() })
  const until = createFollower(connection.api, printer, intentId)
  const intent = await until(({ state }) => state === 'refunded', REFUNDED_WITHIN_MS, 'the refund')
  await checkBooks(connection, intent, printer)
}

async function useUp(
  connection: Connection,
  traveller: Traveller,
  intentId: `0x${string}`,
  options: CliOptions,
  printer: Printer,
  takeBackTemplate: () => Promise<void>,
): Promise<void> {
  const { api } = connection
  const phoneUrl = connection.network.phoneUrl ?? connection.stack?.phoneUrl ?? ''
  const until = createFollower(api, printer, intentId)
  const params = { id: intentId }
  let intent = await until(
    ({ state }) => state === 'ready',
    READY_WITHIN_MS,
    'a carrier to make a profile ready',
  )
  await takeBackTemplate()
  if (intent.carrier) printer.step('carrier', { book: intent.carrier.book, note: intent.carrier.why })
  const { activationCode, smdpAddress } = await api.call(intentsRoutes.activation, { params })
  printer.step('activation code', { note: `from ${smdpAddress}, given to the phone` })
  await installProfile(
    phoneUrl,
    activationCode,
    async () => (await api.call(intentsRoutes.createPairingCode, { params })).code,
    (step) => printer.step(`phone: ${step}`),
    async () => void (await bindDevice(connection, traveller, intent)),
  )
  await bindDevice(connection, traveller, intent)
  await until(({ state }) => state === 'active', ACTIVE_WITHIN_MS, 'the escrow to open for the carrier')
  const line = await waitForLine(phoneUrl, intentId)
  printer.step('phone: attached', { network: line.plmn, by: line.rat })
  const traffic = await useData(phoneUrl, options.useBytes)
  printer.step('data used', { bytes: traffic.doneBytes, note: traffic.why })
  await until(
    ({ usage }) => BigInt(usage?.bytes ?? 0) > 0n,
    ACTIVE_WITHIN_MS,
    'the first signed usage record',
  )
  // Asked for twice, or after the data was used up, it is the same end.
  await api.call(intentsRoutes.finish, { params })
  printer.step('finishing', { note: 'the last usage is settled at the end of the epoch' })
  const taken = options.leaveRest
    ? undefined
    : await takeRemainder(connection, traveller, intent, SETTLED_WITHIN_MS)
  if (taken) printer.step('rest taken', { tx: taken.txHash, gas: taken.gasUsed.toString() })
  intent = await until(isSettled, SETTLED_WITHIN_MS, 'the epoch to be settled')
  await checkPayout(connection, intent, printer)
  await checkBooks(connection, intent, printer)
  printer.step('done', {
    intent: intentId,
    note: `paid ${formatMicros(BigInt(intent.chargedMicros))} USDC, ${formatMicros(BigInt(intent.refundedMicros))} came back`,
  })
}

const isSettled = ({ state }: Intent) => state === 'settled'
