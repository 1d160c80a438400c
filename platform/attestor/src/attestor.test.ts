import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { commitmentFromJson, digestOf, type PlacedLeaf } from '@gesim/proofs'
import type { EpochInputs } from '@gesim/wire'
import { recoverAddress } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { Attestor, type Outcome } from './attestor.ts'
import { SignedFile } from './signed-file.ts'
import { domain, makeWorld, type World } from './testing-world.ts'

const folder = mkdtempSync(join(tmpdir(), 'gesim-attestor-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const account = privateKeyToAccount(generatePrivateKey())
let world: World
let stateFile: string
let files = 0

beforeEach(async () => {
  world = await makeWorld()
  stateFile = join(folder, `signed-${files++}`)
})

function attestorOn(inputs: EpochInputs) {
  const attested: Hex[] = []
  let served = inputs
  const serve = (next: EpochInputs) => {
    served = next
  }
  const attestor = new Attestor({
    account,
    domain,
    chain: world.chain,
    source: {
      unsigned: async () => [inputs.commitment.epoch],
      inputs: async (epoch) => (epoch === served.commitment.epoch ? served : world.posted(epoch)),
      attest: async (_epoch, _attestor, signature) => {
        attested.push(signature)
      },
    },
    signed: new SignedFile(stateFile),
    log: createLog('test', 'silent'),
  })
  return { attestor, attested, serve }
}

async function attest(inputs: EpochInputs): Promise<string> {
  const outcome: Outcome = await attestorOn(inputs).attestor.attest(inputs.commitment.epoch)
  return outcome.did === 'refused' ? outcome.failure.code : outcome.did
}

describe('an attestor', () => {
  it('signs the commitment when everything agrees', async () => {
    const inputs = world.inputs()
    const { attestor, attested } = attestorOn(inputs)
    expect(await attestor.attest(inputs.commitment.epoch)).toMatchObject({ did: 'signed' })
    const hash = digestOf('EpochCommitment', domain, commitmentFromJson(inputs.commitment))
    expect(await recoverAddress({ hash, signature: attested[0]! })).toBe(account.address)
    expect(await attestor.attest(inputs.commitment.epoch)).toEqual({ did: 'waited' })
  })

  it('signs the same again after a restart, and never a second root for an epoch', async () => {
    const inputs = world.inputs()
    expect(await attest(inputs)).toBe('signed')
    expect(await attest(inputs)).toBe('signed')
    const other = world.inputs({ leaf: (leaf) => ({ ...leaf, amount: leaf.amount - 1n }) })
    expect(await attest(other)).toBe('attestor.already-signed')
  })

  it('waits while its chain node is behind the cutoff', async () => {
    world.head = 'behind'
    expect(await attest(world.inputs())).toBe('waited')
  })

  it('refuses other times, versions, predecessors and logs', async () => {
    const refusals = [
      [{ toBlock: 3n }, 'attestor.wrong-times'],
      [{ cutoff: 1 }, 'attestor.wrong-times'],
      [{ policyVersion: 9 }, 'attestor.wrong-versions'],
      [{ committeeVersion: 9 }, 'attestor.wrong-versions'],
      [{ prevRoot: world.hash(9) }, 'attestor.wrong-previous'],
      [{ eventsRoot: world.hash(9) }, 'attestor.wrong-events'],
      [{ root: world.hash(9) }, 'attestor.wrong-root'],
      [{ total: 1n }, 'attestor.wrong-root'],
      [{ dataHash: world.hash(9) }, 'attestor.wrong-data'],
    ] as const
    for (const [commitment, code] of refusals) expect(await attest(world.inputs({ commitment }))).toBe(code)
  })

  it('refuses an amount off the tariff, above the deposit or not co-signed, in a tree that is right otherwise', async () => {
    for (const change of [{ amount: 1n }, { coSigned: 0n }, { bytesUsed: 7n }, { seq: 77 }, { flags: 2 }])
      expect(await attest(world.inputs({ leaf: (leaf) => ({ ...leaf, ...change }) }))).toBe(
        'attestor.wrong-charge',
      )
  })

  it('refuses leaves of intents that the chain does not know there', async () => {
    expect(await attest(world.inputs({ leaf: (leaf) => ({ ...leaf, index: 5 }) }))).toBe(
      'attestor.not-activated',
    )
    expect(await attest(world.inputs({ leaf: (leaf) => ({ ...leaf, intentId: world.hash(5) }) }))).toBe(
      'attestor.not-activated',
    )
  })

  it('refuses papers that are missing, of another intent, or not those that opened the escrow', async () => {
    expect(await attest(world.inputs({ input: (one) => ({ ...one, receipt: undefined }) }))).toBe(
      'attestor.papers-missing',
    )
    expect(
      await attest(world.inputs({ input: (one) => ({ ...one, terms: { ...one.terms!, pricePerGB: '9' } }) })),
    ).toBe('attestor.wrong-terms')
    expect(
      await attest(
        world.inputs({ input: (one) => ({ ...one, receipt: { ...one.receipt!, installedAt: 2 } }) }),
      ),
    ).toBe('attestor.wrong-receipt')
  })

  it('refuses evidence without its records, and records that nobody entitled signed', async () => {
    expect(await attest(world.inputs({ input: (one) => ({ ...one, voucher: undefined }) }))).toBe(
      'attestor.wrong-evidence',
    )
    const forged: Hex = `0x${'11'.repeat(65)}`
    expect(
      await attest(
        world.inputs({ input: (one) => ({ ...one, voucher: { ...one.voucher!, signature: forged } }) }),
      ),
    ).toBe('attestor.bad-voucher')
    expect(
      await attest(
        world.inputs({
          input: (one) => ({ ...one, usageReceipt: { ...one.usageReceipt!, signature: forged } }),
        }),
      ),
    ).toBe('attestor.bad-usage-receipt')
    world.isUsageKey = false
    expect(await attest(world.inputs())).toBe('attestor.bad-usage-receipt')
  })

  it('counts a voucher that could be shown on chain only, where the payer bound devices there', async () => {
    world.voucherSigner = 'another'
    expect(await attest(world.inputs())).toBe('attestor.bad-voucher')
    world.voucherSigner = 'bound'
    expect(await attest(world.inputs())).toBe('signed')
  })

  it('takes signatures only as the chain recovers them', async () => {
    const parity = (signature: string) =>
      (signature.slice(0, -2) + (signature.endsWith('1b') ? '00' : '01')) as Hex
    world.voucherSigner = 'bound'
    expect(
      await attest(
        world.inputs({
          input: (one) => ({
            ...one,
            voucher: { ...one.voucher!, signature: parity(one.voucher!.signature) },
          }),
        }),
      ),
    ).toBe('attestor.bad-voucher')
    expect(
      await attest(
        world.inputs({
          input: (one) => ({
            ...one,
            usageReceipt: { ...one.usageReceipt!, signature: parity(one.usageReceipt!.signature) },
          }),
        }),
      ),
    ).toBe('attestor.bad-usage-receipt')
  })

  it('signs a leaf at the limit of a deposit that somebody has raised since', async () => {
    world = await makeWorld(500_000n)
    world.topUp(5_000_000n)
    expect(await attest(world.inputs())).toBe('signed')
    stateFile += '-other'
    // With the deposit of today the records give 700,000.
    expect(
      await attest(world.inputs({ leaf: (leaf) => ({ ...leaf, amount: 700_000n, coSigned: 700_000n }) })),
    ).toBe('signed')
    for (const amount of [499_999n, 700_001n]) {
      stateFile += '-other'
      expect(await attest(world.inputs({ leaf: (leaf) => ({ ...leaf, amount, coSigned: amount }) }))).toBe(
        'attestor.wrong-charge',
      )
    }
  })

  it('refuses a leaf at the first deposit once the carrier has signed for more', async () => {
    world = await makeWorld(500_000n, 5_000_000n)
    world.topUp(5_000_000n)
    const first = { amount: 500_000n, coSigned: 500_000n }
    expect(await attest(world.inputs({ leaf: (leaf) => ({ ...leaf, ...first }) }))).toBe(
      'attestor.wrong-charge',
    )
    expect(await attest(world.inputs())).toBe('signed')
  })

  it('asks signatures of a leaf that a quorum signed not again, those of another it does', async () => {
    world.post(world.inputs())
    // The payer's account has other signers now.
    Object.assign(world.chain, { verify: async () => false })
    expect(await attest(world.next())).toBe('attestor.bad-voucher')
    world.weight = 6_667
    expect(await attest(world.next())).toBe('signed')
  })

  it('carries a FINAL leaf on as it is, whatever was released above it', async () => {
    const isFinal = (leaf: PlacedLeaf) => ({ ...leaf, flags: 1 })
    world.post(world.inputs({ leaf: isFinal }))
    world.release(800_000n)
    expect(await attest(world.next({ leaf: isFinal }))).toBe('signed')
    stateFile += '-other'
    const raised = (leaf: PlacedLeaf) => ({ ...leaf, flags: 3, amount: 800_000n })
    expect(await attest(world.next({ leaf: raised }))).toBe('attestor.leaf-fell')
  })

  it('wants the watermark in a leaf that is not FINAL yet', async () => {
    world.post(world.inputs())
    world.release(800_000n)
    expect(await attest(world.next())).toBe('attestor.wrong-charge')
    const raised = (leaf: PlacedLeaf) => ({ ...leaf, flags: 2, amount: 800_000n })
    expect(await attest(world.next({ leaf: raised }))).toBe('signed')
  })

  it('refuses deltas that say another increase', async () => {
    expect(await attest(world.inputs({ increase: 1n }))).toBe('attestor.wrong-data')
  })

  it('refuses a leaf that fell, or is gone, since the root on chain', async () => {
    const first = world.inputs()
    world.post(first)
    expect(await attest(world.next({ leaf: (leaf) => ({ ...leaf, amount: leaf.amount - 1n }) }))).toBe(
      'attestor.leaf-fell',
    )
    expect(await attest(world.next({ without: true }))).toBe('attestor.leaf-missing')
    expect(await attest(world.next())).toBe('signed')
  })

  it('signs a root that is on chain already, and not one that is told as if it were', async () => {
    const first = world.inputs()
    world.post(first)
    expect(await attest(first)).toBe('signed')
    const second = world.next()
    world.post(second)
    const { attestor } = attestorOn(second)
    expect(await attestor.attest(second.commitment.epoch)).toMatchObject({ did: 'signed' })
    stateFile += '-other'
    const other = { ...second, commitment: { ...second.commitment, prevRoot: world.hash(9) } }
    expect(await attest(other)).toBe('attestor.wrong-previous')
  })

  it('takes what the chain charged for the leaf of a closed intent, and nothing else', async () => {
    world.close(40_000n)
    const closed = { flags: 3, amount: 40_000n, coSigned: 40_000n }
    expect(await attest(world.inputs({ leaf: (leaf) => ({ ...leaf, ...closed }) }))).toBe('signed')
    expect(
      await attest(world.inputs({ leaf: (leaf) => ({ ...leaf, ...closed, amount: 39_999n, coSigned: 0n }) })),
    ).toBe('attestor.already-signed')
    stateFile += '-other'
    expect(
      await attest(world.inputs({ leaf: (leaf) => ({ ...leaf, ...closed, amount: 39_999n, coSigned: 0n }) })),
    ).toBe('attestor.wrong-charge')
  })

  it('reads the chain anew after a reorganisation', async () => {
    const inputs = world.inputs()
    const { attestor, serve } = attestorOn(inputs)
    expect(await attestor.attest(inputs.commitment.epoch)).toMatchObject({ did: 'signed' })
    world.post(inputs)
    world.reorganise()
    serve(world.next())
    const outcome = await attestor.attest(inputs.commitment.epoch + 1)
    expect(outcome).toMatchObject({ did: 'refused', failure: { code: 'attestor.not-activated' } })
  })
})
