import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parseMicros, refuse } from '@gesim/base'
import { readMostBonds } from './bonds.ts'

export const HELP = `gesim: buy mobile data from the terminal, against a running GeSIM (npm start)

  gesim plans [--country ES]             what is on sale
  gesim buy --country ES [--plan ID]     from funding to the carrier's payout, a line a step
  gesim show INTENT                      where a purchase stands
  gesim wallet                           this terminal's account and its balance
  gesim recovery show [ADDRESS]          whether somebody may ask to replace the account's keys (this one?), and whether they do
  gesim recovery set ADDRESS|none        names that person, or nobody; gas paid by GeSIM. Asks for the digits that they read out to you
  gesim recovery digits WALLET           the digits of this terminal's account for that wallet's owner, who names it
  gesim recovery cancel                  stops a recovery under way; gas paid by GeSIM
  gesim exit [take]                      without GeSIM: what is yours on the chain and when it can be taken; \`take\` takes it

Options of buy
  --plan ID          a plan of \`gesim plans\`; without it the first pay-per-use plan of the country
  --profile FILE     a profile package (DER) to personalise and install; without it a complete USIM profile of our own
  --use MB           megabytes to move before finishing (default 20)
  --take-back        take the money back while it is held, before any phone installs the profile
  --leave-rest       do not take what is left at once: it comes back by itself once nobody can challenge the last charge
  --qos WHAT         balanced, cheapest, chat or video

Options of recovery set
  --digits DIGITS    the digits that the person reads out, where nobody is there to be asked
  --met              the address did not come in a message: you were given it face to face

Options of exit (the key is asked for, or read from the standard input; never an argument)
  --rpc URL          a chain node (default: the local stack's)
  --network FILE     where the contracts are: the page that the web app hands out at /exit, or the answer of /v1/network
  --account ADDRESS  the account, where its keys were replaced since it was made
  --kept FILE        a receipt or another JSON file that GeSIM gave out, for what the chain shows no more; may be repeated
  --to ADDRESS       after \`take\`: send all USDC of the wallet there
  --bond MAX_USDC    the most that \`take\` posts as bonds for figures that nobody shows (default: one bond, 5 USDC, for each purchase; 0: none).
                     A bond comes back unless somebody shows them; then it is theirs
  --wait             after \`take\`: wait for what can be taken later, too

Options of all
  --node URL         the API (default: the one of the running stack)
  --data DIR         data folder of the stack (default .gesim/stack)
  --json             JSON lines in place of text
  --help             this text

Exit code 0 only when the carrier's claim is on chain and the books balance (or, with --take-back, the whole amount is back);
1 when something failed, 2 when the command was not understood.`

export interface CliOptions {
  readonly command: 'plans' | 'buy' | 'show' | 'wallet' | 'recovery' | 'exit' | 'help'
  readonly argument: string | undefined
  /** What comes after the argument, as it was written: the letters of an address are its checksum. */
  readonly detail: string | undefined
  readonly country: string | undefined
  readonly plan: string | undefined
  readonly profile: string | undefined
  readonly useBytes: number
  readonly takeBack: boolean
  readonly leaveRest: boolean
  readonly qos: 'balanced' | 'cheapest' | 'chat' | 'video'
  readonly node: string | undefined
  readonly dataDir: string
  readonly json: boolean
  readonly rpc: string | undefined
  readonly network: string | undefined
  readonly account: string | undefined
  readonly kept: readonly string[]
  readonly to: string | undefined
  readonly wait: boolean
  /** What a trusted person reads out; and the word that no message lay between. */
  readonly digits: string | undefined
  readonly met: boolean
  /** The most that may be posted as bonds in all; null: one full bond for each purchase. */
  readonly mostBondMicros: bigint | null
}

const ROOT = join(import.meta.dirname, '..', '..', '..')
const COMMANDS = ['plans', 'buy', 'show', 'wallet', 'recovery', 'exit', 'help'] as const
const RECOVERY = new Set(['show', 'set', 'digits', 'cancel'])
const QOS = ['balanced', 'cheapest', 'chat', 'video'] as const

/** Reads the command line. Throws `cli.not-understood` with what is wrong. */
export function readOptions(args: readonly string[]): CliOptions {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(args)
  } catch (cause) {
    throw refuse('cli.not-understood', { why: cause instanceof Error ? cause.message : String(cause) }, cause)
  }
  const { values, positionals } = parsed
  const word = values.help ? 'help' : (positionals[0] ?? 'help')
  const command = COMMANDS.find((each) => each === word)
  if (!command) throw refuse('cli.not-understood', { why: `there is no command ${word}` })
  const qos = QOS.find((each) => each === values.qos)
  if (!qos) throw refuse('cli.not-understood', { why: `--qos ${values.qos}` })
  const country = values.country?.toUpperCase()
  if (country !== undefined && !/^[A-Z]{2}$/.test(country)) {
    throw refuse('cli.not-understood', {
      why: `--country ${values.country} is not a two-letter country code`,
    })
  }
  if (command === 'show' && !/^0x[0-9a-fA-F]{64}$/.test(positionals[1] ?? '')) {
    throw refuse('cli.not-understood', { why: 'show takes an intent id: 0x and 64 hex digits' })
  }
  if (command === 'recovery' && !RECOVERY.has(positionals[1] ?? '')) {
    throw refuse('cli.not-understood', { why: 'recovery takes show, set, digits or cancel' })
  }
  if (command === 'exit' && positionals[1] !== undefined && positionals[1] !== 'take') {
    throw refuse('cli.not-understood', { why: 'exit takes nothing more, or take; the key is asked for' })
  }
  return {
    command,
    argument: positionals[1]?.toLowerCase(),
    detail: positionals[2],
    country,
    plan: values.plan,
    profile: values.profile,
    useBytes: megabytes(values.use),
    takeBack: values['take-back'],
    leaveRest: values['leave-rest'],
    qos,
    node: values.node,
    dataDir: values.data,
    json: values.json,
    rpc: values.rpc,
    network: values.network,
    account: values.account,
    kept: values.kept,
    to: values.to,
    wait: values.wait,
    digits: values.digits,
    met: values.met,
    mostBondMicros: readMostBonds(values.bond),
  }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      country: { type: 'string' },
      plan: { type: 'string' },
      profile: { type: 'string' },
      use: { type: 'string', default: '20' },
      'take-back': { type: 'boolean', default: false },
      'leave-rest': { type: 'boolean', default: false },
      qos: { type: 'string', default: 'balanced' },
      node: { type: 'string' },
      data: { type: 'string', default: join(ROOT, '.gesim', 'stack') },
      json: { type: 'boolean', default: false },
      rpc: { type: 'string' },
      network: { type: 'string' },
      account: { type: 'string' },
      kept: { type: 'string', multiple: true, default: [] },
      to: { type: 'string' },
      bond: { type: 'string' },
      wait: { type: 'boolean', default: false },
      digits: { type: 'string' },
      met: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
}

function megabytes(text: string): number {
  try {
    // Megabytes with up to six decimals are bytes, as USDC is micros.
    const bytes = Number(parseMicros(text))
    if (bytes >= 1 && bytes <= 10_000_000_000) return bytes
  } catch {
    // Falls through to the refusal.
  }
  throw refuse('cli.not-understood', {
    why: `--use ${text} is not a number of megabytes between 0.000001 and 10000`,
  })
}
