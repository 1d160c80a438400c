import { formatMicros } from '@gesim/base'
import { intentEscrowAbi, testUsdcAbi } from '@gesim/contracts'
import { proofsFailures } from '@gesim/proofs'
import { intentsRoutes, plansRoutes } from '@gesim/wire'
import { buy } from './buy.ts'
import { connect, signIn } from './connect.ts'
import { exit } from './exit.ts'
import { cliFailures } from './failures.ts'
import { type CliOptions, HELP, readOptions } from './options.ts'
import { createPrinter, type Printer, tellFailure } from './print.ts'
import { recovery } from './recovery.ts'

/** Runs one command and returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let options: CliOptions
  try {
    options = readOptions(args)
  } catch (error) {
    tellFailure(error, cliFailures, args.includes('--json'))
    return 2
  }
  if (options.command === 'help') {
    console.log(HELP)
    return 0
  }
  const printer = createPrinter(options.json)
  try {
    await COMMANDS[options.command](options, printer)
    return 0
  } catch (error) {
    tellFailure(error, { ...proofsFailures, ...cliFailures }, options.json)
    return 1
  }
}

const COMMANDS: Record<
  Exclude<CliOptions['command'], 'help'>,
  (options: CliOptions, printer: Printer) => Promise<void>
> = {
  plans,
  buy,
  show,
  wallet,
  recovery,
  exit,
}

async function plans(options: CliOptions, printer: Printer): Promise<void> {
  const { api } = await connect(options)
  const found = await api.call(plansRoutes.list, {
    query: options.country ? { country: options.country } : {},
  })
  for (const plan of found.plans) {
    const price =
      plan.kind === 'prepaid'
        ? `${formatMicros(BigInt(plan.priceMicros))} USDC`
        : `${formatMicros(BigInt(plan.pricePerGbMicros))} USDC per GB, at most ${formatMicros(BigInt(plan.priceMicros))}`
    const where = plan.countries.length > 4 ? `${plan.countries.length} countries` : plan.countries.join(' ')
    const note = plan.onSale ? '' : '  (not on sale here)'
    printer.plain(
      `${plan.planId.padEnd(24)} ${where.padEnd(14)} ${String(plan.validityDays).padStart(3)} days  ${price}${note}`,
      plan,
    )
  }
  if (found.plans.length === 0) printer.plain('No plan fits.', { plans: 0 })
}

async function show(options: CliOptions, printer: Printer): Promise<void> {
  const connection = await connect(options)
  await signIn(connection)
  const id = options.argument as `0x${string}`
  const intent = await connection.api.call(intentsRoutes.get, { params: { id } })
  printer.plain(`${intent.intentId}  ${intent.state}  ${intent.plan.name}`, intent)
  if (options.json) return
  for (const entry of intent.timeline) {
    const at = new Date(entry.atMs).toISOString()
    console.log(`  ${at}  ${entry.step.padEnd(12)} by ${entry.actor}  ${entry.txHash ?? ''}`.trimEnd())
  }
  const chain = await connection.chain.readContract({
    address: connection.addresses.escrow,
    abi: intentEscrowAbi,
    functionName: 'intentOf',
    args: [id],
  })
  console.log(
    `  on chain: funded ${formatMicros(chain.funded)} USDC, settled ${formatMicros(chain.settled)} USDC`,
  )
  if (intent.failure) console.log(`  ${intent.failure.says} ${intent.failure.remedy}`)
}

async function wallet(options: CliOptions, printer: Printer): Promise<void> {
  const connection = await connect(options)
  const { account } = await signIn(connection)
  const balance = await connection.chain.readContract({
    address: connection.addresses.usdc,
    abi: testUsdcAbi,
    functionName: 'balanceOf',
    args: [account.address],
  })
  const answer = { account: account.address, balanceMicros: balance.toString() }
  printer.plain(`${account.address}  ${formatMicros(balance)} USDC`, answer)
}
