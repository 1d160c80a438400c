import {
  compactSignatureToSignature,
  hashMessage,
  parseCompactSignature,
  recoverAddress,
  serializeSignature,
  slice,
} from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { expect, it } from 'vitest'
import { joinedSignatures } from './signatures.ts'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const digest = hashMessage('an epoch')

it('signatures of attestors are joined ascending by signer, and each still recovers its signer', async () => {
  const attestors = Array.from({ length: 5 }, () => privateKeyToAccount(generatePrivateKey()))
  const signed = await Promise.all(
    attestors.map(async (each) => ({ attestor: each.address, signature: await each.sign({ hash: digest }) })),
  )
  const joined = joinedSignatures(signed)
  const recovered = await Promise.all(signed.map((_, i) => recovers(slice(joined, 64 * i, 64 * i + 64))))
  expect(recovered).toEqual(attestors.map((each) => each.address.toLowerCase()).sort())
})

it('the higher of the two values of s, which the contracts refuse, is turned into the lower', async () => {
  const attestor = privateKeyToAccount(generatePrivateKey())
  const signature = await attestor.sign({ hash: digest })
  const [r, s, v] = [slice(signature, 0, 32), BigInt(slice(signature, 32, 64)), BigInt(slice(signature, 64))]
  const malleable = serializeSignature({
    r,
    s: `0x${(ORDER - s).toString(16).padStart(64, '0')}`,
    yParity: v === 27n ? 1 : 0,
  })
  expect(joinedSignatures([{ attestor: attestor.address, signature: malleable }])).toBe(
    joinedSignatures([{ attestor: attestor.address, signature }]),
  )
})

async function recovers(compact: `0x${string}`) {
  const signature = serializeSignature(compactSignatureToSignature(parseCompactSignature(compact)))
  return (await recoverAddress({ hash: digest, signature })).toLowerCase()
}
