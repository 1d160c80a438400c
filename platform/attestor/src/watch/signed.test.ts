import { settlementAbi } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import { digestOf, type EpochCommitment, joinedSignatures, ZERO_HASH } from '@gesim/proofs'
import { concat, encodeFunctionData, numberToHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { expect, it } from 'vitest'
import { MOST_SIGNATURES, signedIn } from './signed.ts'
import { domain } from './testing-orchard.ts'

const ROOT: Hex = `0x${'ab'.repeat(32)}`
const OTHER: Hex = `0x${'cd'.repeat(32)}`
const wanted = { epoch: 7, roots: [ROOT] }
const commitment: EpochCommitment = {
  epoch: 7,
  cutoff: 240,
  root: ROOT,
  total: 9n,
  coSigned: 8n,
  prevRoot: ZERO_HASH,
  dataHash: ZERO_HASH,
  fromBlock: 1n,
  toBlock: 2n,
  eventsRoot: ZERO_HASH,
  policyVersion: 1,
  committeeVersion: 1,
}
const attestors = [1n, 2n, 3n].map((key) => privateKeyToAccount(numberToHex(key, { size: 32 })))
const addresses = attestors.map(({ address }) => address.toLowerCase()).sort()

async function attest(one: EpochCommitment, by = attestors): Promise<Hex> {
  const hash = digestOf('EpochCommitment', domain, one)
  const signed = await Promise.all(
    by.map(async (who) => ({ attestor: who.address, signature: await who.sign({ hash }) })),
  )
  return attestWith(joinedSignatures(signed), one)
}
const attestWith = (signatures: Hex, one = commitment) =>
  encodeFunctionData({ abi: settlementAbi, functionName: 'attest', args: [one, signatures] })
const who = async (input: Hex) => (await signedIn(input, domain, wanted)).map(({ attestor }) => attestor)

it('signatures are found wherever in a transaction the call stands', async () => {
  expect(await who(concat(['0x12345678', await attest(commitment), '0x00']))).toEqual(addresses)
})

it('false calls in front of the real one hide nobody', async () => {
  const strangers = await Promise.all(
    Array.from({ length: 20 }, () => attest(commitment, [privateKeyToAccount(generatePrivateKey())])),
  )
  const found = await who(concat([...strangers, await attest(commitment)]))
  expect(found).toHaveLength(23)
  expect(found).toEqual(expect.arrayContaining(addresses))
})

it('calls for another epoch, or for a root that the chain never heard, are not read', async () => {
  const others = [
    { ...commitment, epoch: 8 },
    { ...commitment, root: OTHER },
  ]
  expect(await who(concat(await Promise.all(others.map((one) => attest(one)))))).toEqual([])
})

it('a call with more signatures than any committee has is passed over', async () => {
  const tooMany = concat(Array.from({ length: MOST_SIGNATURES + 1 }, () => numberToHex(1n, { size: 64 })))
  expect(await who(attestWith(tooMany))).toEqual([])
})

it('one signature many times over is no call that the settlement took', async () => {
  const hash = digestOf('EpochCommitment', domain, commitment)
  const [one] = attestors
  const signature = joinedSignatures([{ attestor: one!.address, signature: await one!.sign({ hash }) }])
  expect(await who(attestWith(concat([signature, signature])))).toEqual([])
})
