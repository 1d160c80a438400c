import { gesimAccountAbi } from '@gesim/contracts'
import { comparisonDigits, inGroups } from '@gesim/proofs'
import { decodeFunctionData, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { cliFailures } from './failures.ts'
import { readOptions } from './options.ts'
import { callOfCancelling, callOfNaming, compareDigits, readRecoverer, tellStanding } from './recovery.ts'

// The first example of ERC-55.
const FRIEND = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
const friend = FRIEND.toLowerCase() as `0x${string}`
const account = `0x${'aa'.repeat(20)}` as const
const owner = `0x${'bb'.repeat(20)}` as const
const quiet = { recovererId: null, newSignerId: null, dueAt: 0, delaySeconds: 259_200, exists: true }
const named = { ...quiet, recovererId: keccak256(friend) }
const running = { ...named, dueAt: 1_800_000_000 }

const codeOf = (work: () => unknown) => {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as { code: keyof typeof cliFailures }).code
  }
}

describe('gesim recovery', () => {
  it('is understood with show, set and cancel, and keeps the letters of an address', () => {
    expect(readOptions(['recovery', 'show'])).toMatchObject({ command: 'recovery', argument: 'show' })
    expect(readOptions(['recovery', 'set', FRIEND])).toMatchObject({ argument: 'set', detail: FRIEND })
    for (const wrong of [['recovery'], ['recovery', 'start']])
      expect(codeOf(() => readOptions(wrong))).toBe('cli.not-understood')
  })

  it('takes the digits that are read out, in any hand, and never tells the right ones', async () => {
    const digits = await comparisonDigits(8453, account, friend)
    const compare = (given: string | null, of = friend) =>
      compareDigits(8453, account, of, given, '/trust').then(
        () => 'same',
        (error: Error & { code: string }) => {
          expect(error.message).not.toContain(digits)
          return error.code
        },
      )
    expect(await compare(digits)).toBe('same')
    expect(await compare(inGroups(digits).join(' - '))).toBe('same')
    expect(await compare(digits, owner)).toBe('cli.digits-differ')
    expect(await compare(`${digits.slice(1)}${(Number(digits[0]) + 1) % 10}`)).toBe('cli.digits-differ')
    for (const short of [null, '', digits.slice(1), `${digits}0`])
      expect([short, await compare(short)]).toEqual([short, 'cli.digits-missing'])
    expect(await compareDigits(31_337, account, friend, digits, '/trust').catch((error) => error.code)).toBe(
      'cli.digits-differ',
    )
    for (const code of ['cli.digits-missing', 'cli.digits-differ'] as const)
      expect(cliFailures[code].remedy).not.toBe('')
  })

  it('is understood with digits or with the word that they met', () => {
    const given = readOptions(['recovery', 'set', FRIEND, '--digits', '012 345 678 901'])
    expect(given).toMatchObject({ digits: '012 345 678 901', met: false })
    expect(readOptions(['recovery', 'set', FRIEND, '--met'])).toMatchObject({ digits: undefined, met: true })
    expect(readOptions(['recovery', 'digits', FRIEND])).toMatchObject({ argument: 'digits', detail: FRIEND })
  })

  it('names somebody, or nobody, by a call of the account to itself', () => {
    const read = ({ to, data }: { to: string; data: `0x${string}` }) => ({
      to,
      ...decodeFunctionData({ abi: gesimAccountAbi, data }),
    })
    expect(read(callOfNaming(account, FRIEND, owner, quiet))).toEqual({
      to: account,
      functionName: 'setRecoverer',
      args: [friend],
    })
    expect(read(callOfNaming(account, 'none', owner, named)).args).toEqual(['0x'])
    expect(read(callOfCancelling(account, running))).toMatchObject({ functionName: 'cancelRecovery' })
  })

  it('refuses what would not help, each with a remedy in the catalogue', () => {
    const wrong = [
      '0x12',
      FRIEND.replace('aA', 'AA'),
      account,
      owner,
      `0x${'0'.repeat(39)}4`,
      'None',
      'friend.eth',
    ]
    for (const text of wrong)
      expect([text, codeOf(() => callOfNaming(account, text, owner, quiet))]).toEqual([
        text,
        'cli.bad-recoverer',
      ])
    expect(codeOf(() => callOfNaming(account, undefined, owner, quiet))).toBe('cli.not-understood')
    expect(codeOf(() => callOfNaming(account, FRIEND, owner, running))).toBe('cli.recovery-running')
    expect(codeOf(() => callOfCancelling(account, named))).toBe('cli.no-recovery')
    for (const code of ['cli.bad-recoverer', 'cli.recovery-running', 'cli.no-recovery'] as const)
      expect(cliFailures[code].remedy).not.toBe('')
  })

  it('tells who may ask, whether it is the one asked about, and until when it can be stopped', () => {
    const at = new Date('2026-11-26T00:00:00Z')
    expect(tellStanding(quiet, null, at)).toMatch(/^Nobody may ask/)
    expect(tellStanding(named, null, at)).toMatch(/after 259200 s\.$/)
    expect(tellStanding(named, readRecoverer(FRIEND, account), at)).toContain(`It is ${FRIEND}.`)
    expect(tellStanding(named, owner, at)).toMatch(/somebody else is named/)
    expect(tellStanding(running, null, at)).toMatch(/takes effect from 2027-01-15T08:00:00\.000Z on/)
    expect(tellStanding(running, null, new Date('2028-01-01T00:00:00Z'))).toMatch(/still stops it/)
  })
})
