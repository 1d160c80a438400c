// `gesim recovery`: who may ask to replace the account's keys, and how a recovery under way is stopped.
import { refuse } from '@gesim/base'
import { gesimAccountAbi } from '@gesim/contracts'
import { type RecoveryStanding, readRecovery } from '@gesim/contracts/account'
import { comparisonDigits, digitsOf, inGroups, isWhole } from '@gesim/proofs'
import { encodeFunctionData, getAddress, isAddress, keccak256 } from 'viem'
import { connect, lower, signIn } from './connect.ts'
import type { CliOptions } from './options.ts'
import type { Printer } from './print.ts'
import { operate } from './purchase.ts'
import { readAnswer } from './secret.ts'

type Hex = `0x${string}`

// Precompiles lie below; the account takes none of them.
const FIRST_SAFE_ADDRESS = 0x10000n

/** Runs `gesim recovery show|set|digits|cancel`. */
export async function recovery(options: CliOptions, printer: Printer): Promise<void> {
  const connection = await connect(options)
  const traveller = await signIn(connection)
  const account = lower(traveller.account.address)
  const { chain, addresses, network } = connection
  if (options.argument === 'digits') {
    const wallet = readRecoverer(options.detail, account)
    if (!wallet) throw refuse('cli.not-understood', { why: 'recovery digits takes the address of a wallet' })
    const digits = await comparisonDigits(network.chainId, wallet, account)
    printer.plain(
      `${inGroups(digits).join(' ')}\nRead these digits out to the owner of ${getAddress(wallet)}, who names ${getAddress(account)}.`,
      { account, wallet, digits },
    )
    return
  }
  const standing = await readRecovery(chain, account, addresses.accountImplementation)
  if (options.argument === 'show') {
    const told = tellStanding(standing, readRecoverer(options.detail, account), new Date())
    printer.plain(told, { account, ...standing })
    return
  }
  const call =
    options.argument === 'set'
      ? callOfNaming(account, options.detail, lower(traveller.owner.address), standing)
      : callOfCancelling(account, standing)
  const recoverer = options.argument === 'set' ? readNamed(options.detail, account) : null
  if (recoverer && !options.met) {
    const page = `/trust?account=${account}`
    const given = options.digits ?? (await readAnswer(QUESTION(page)))
    await compareDigits(network.chainId, account, recoverer, given, page)
  }
  const { txHash, gasUsed } = await operate(traveller, [call])
  const name =
    options.argument === 'cancel' ? 'stopped' : options.detail === 'none' ? 'nobody named' : 'named'
  printer.step(name, { tx: txHash, gas: gasUsed.toString(), note: 'gas paid by GeSIM' })
}

/** The standing in words; with an address, whether it is the one that is named. */
export function tellStanding(standing: RecoveryStanding, asked: Hex | null, now: Date): string {
  const { recovererId, dueAt, delaySeconds } = standing
  const lines = [
    recovererId === null
      ? 'Nobody may ask to replace the keys of this account.'
      : `Somebody is named; they may ask to replace the keys, which takes effect after ${delaySeconds} s.`,
  ]
  if (recovererId !== null && asked !== null)
    lines.push(
      keccak256(asked) === recovererId
        ? `It is ${getAddress(asked)}.`
        : `It is not ${getAddress(asked)}: somebody else is named.`,
    )
  if (dueAt > 0) {
    const at = new Date(dueAt * 1000)
    lines.push(
      at > now
        ? `A recovery is under way. It takes effect from ${at.toISOString()} on: \`gesim recovery cancel\` stops it.`
        : `A recovery is due since ${at.toISOString()} and takes effect at any moment: \`gesim recovery cancel\` still stops it.`,
    )
  }
  return lines.join('\n')
}

/** An address in small letters, checked by its checksum where it carries one (ERC-55). Throws `cli.bad-recoverer`. */
export function readRecoverer(text: string | undefined, account: Hex): Hex | null {
  if (text === undefined) return null
  const why = (reason: string) => refuse('cli.bad-recoverer', { address: text, why: reason })
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) throw why('an address is 0x and 40 hex digits')
  // viem compares letters of two sizes with the checksum and takes small ones as they are.
  if (!isAddress(text)) throw why('its letters do not match its checksum')
  if (lower(text) === account) throw why('this is the account itself')
  if (BigInt(text) < FIRST_SAFE_ADDRESS) throw why('nobody is behind it')
  return lower(text)
}

const QUESTION = (page: string) =>
  `The person opens ${page} of the web app and reads out twelve digits. Type what you hear, not what was written to you: `

/**
 * Holds the address that is to be named against what its owner reads out (decision 0024). Throws `cli.digits-missing`,
 * `cli.digits-differ`. The right digits are told nowhere: who need only agree agrees with anything.
 */
export async function compareDigits(
  chainId: number,
  account: Hex,
  recoverer: Hex,
  given: string | null,
  page: string,
): Promise<void> {
  if (given === null || !isWhole(given))
    throw refuse('cli.digits-missing', { address: getAddress(recoverer), page })
  if (digitsOf(given) !== (await comparisonDigits(chainId, account, recoverer)))
    throw refuse('cli.digits-differ', { address: getAddress(recoverer) })
}

/** Who is to be named; null for nobody. */
function readNamed(text: string | undefined, account: Hex): Hex | null {
  return text === 'none' ? null : readRecoverer(text, account)
}

/** The call that names somebody, or nobody. Throws when it would change nothing for the better. */
export function callOfNaming(account: Hex, text: string | undefined, owner: Hex, standing: RecoveryStanding) {
  if (text === undefined)
    throw refuse('cli.not-understood', { why: 'recovery set takes an address, or none' })
  const recoverer = readNamed(text, account)
  if (recoverer === owner)
    throw refuse('cli.bad-recoverer', { address: text, why: 'this is the key that would be lost' })
  if (standing.dueAt > 0) throw refuse('cli.recovery-running', { dueAt: standing.dueAt })
  const data = encodeFunctionData({
    abi: gesimAccountAbi,
    functionName: 'setRecoverer',
    args: [recoverer ?? '0x'],
  })
  return { to: account, data }
}

/** The call that stops a recovery. Throws `cli.no-recovery` when there is none. */
export function callOfCancelling(account: Hex, standing: RecoveryStanding) {
  if (standing.dueAt === 0) throw refuse('cli.no-recovery', {})
  return { to: account, data: encodeFunctionData({ abi: gesimAccountAbi, functionName: 'cancelRecovery' }) }
}
