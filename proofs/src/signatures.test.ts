// On a real chain with the real account and verifier contracts: who signed is what the chain says.
import { fromHex, toHex } from '@gesim/base'
import { toGesimAccount } from '@gesim/contracts/account'
import { type LocalChain, startLocalChain } from '@gesim/contracts/testing'
import { p256 } from '@noble/curves/nist.js'
import { createPublicClient, type Hex, http, type PublicClient } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chainVerifier, deviceSigner, isTravellers } from './signatures.ts'
import { type Domain, digestOf, domainOf, typedDataOf, ZERO_HASH } from './typed-data.ts'
import { NO_DEVICE } from './words.ts'

let chain: LocalChain
let client: PublicClient
let domain: Domain

beforeAll(async () => {
  chain = await startLocalChain()
  client = createPublicClient({ chain: foundry, transport: http(chain.rpcUrl) })
  domain = domainOf(chain.chainId, chain.addresses.escrow)
})

afterAll(() => chain.stop())

const owner = privateKeyToAccount(generatePrivateKey())
const phone = privateKeyToAccount(generatePrivateKey())
const consent = { intentId: ZERO_HASH, book: 1, receiptDigest: ZERO_HASH, validUntil: 2_000_000_000 }

describe('a signature', () => {
  it('of a plain key holds, and of another does not', async () => {
    const verify = chainVerifier(client)
    const digest = digestOf('ActivationConsent', domain, consent)
    const signature = await owner.sign({ hash: digest })
    expect(await verify(owner.address, digest, signature)).toBe(true)
    expect(await verify(phone.address, digest, signature)).toBe(false)
    expect(await verify(owner.address, ZERO_HASH, signature)).toBe(false)
    expect(await verify(owner.address, digest, '0x')).toBe(false)
  })

  it('of a traveller’s account holds before it is deployed (ERC-6492 over ERC-7739)', async () => {
    const verify = chainVerifier(client)
    const account = await toGesimAccount({ client, addresses: chain.addresses, owner })
    const signature = await account.signTypedData(typedDataOf('ActivationConsent', domain, consent))
    const digest = digestOf('ActivationConsent', domain, consent)
    expect(await verify(account.address, digest, signature)).toBe(true)
    expect(await verify(account.address, ZERO_HASH, signature)).toBe(false)
  })

  it('of a P-256 device holds through its verifier contract (ERC-7913)', async () => {
    const verify = chainVerifier(client)
    const secret = p256.utils.randomSecretKey()
    const point = p256.getPublicKey(secret, false).slice(1)
    const device = deviceSigner(chain.addresses.p256Verifier, `0x${toHex(point)}`)
    const digest = digestOf('ActivationConsent', domain, consent)
    const signature: Hex = `0x${toHex(p256.sign(fromHex(digest), secret, { prehash: false, lowS: true }))}`
    expect(await verify(device, digest, signature)).toBe(true)
    expect(await verify(device, ZERO_HASH, signature)).toBe(false)
    expect(await verify(device, digest, '0x00')).toBe(false)
    expect(await verify(deviceSigner(chain.addresses.usdc, '0x01'), digest, signature)).toBe(false)
    expect(await verify(deviceSigner(owner.address, '0x01'), digest, signature)).toBe(false)
    expect(await verify('0x01', digest, signature)).toBe(false)
  })
})

describe('a traveller’s statement', () => {
  it('is by the payer, or by a device the payer paired, while the pairing lasts', async () => {
    const verify = chainVerifier(client)
    const payer = owner.address
    const digest = digestOf('ActivationConsent', domain, consent)
    const validUntil = 1_900_000_000
    const device = phone.address.toLowerCase() as Hex
    const pairing = digestOf('PairingConsent', domain, { payer, device, validUntil })
    const binding = { device, validUntil, payerSignature: await owner.sign({ hash: pairing }) }
    const by = {
      payer,
      binding,
      digest,
      signature: await phone.sign({ hash: digest }),
      atSeconds: validUntil,
    }
    expect(await isTravellers(verify, domain, by)).toBe(true)
    expect(await isTravellers(verify, domain, { ...by, atSeconds: validUntil + 1 })).toBe(false)
    expect(await isTravellers(verify, domain, { ...by, payer: phone.address })).toBe(false)
    expect(await isTravellers(verify, domain, { ...by, binding: NO_DEVICE })).toBe(false)
    const own = { ...by, binding: NO_DEVICE, signature: await owner.sign({ hash: digest }) }
    expect(await isTravellers(verify, domain, own)).toBe(true)
  })
})
