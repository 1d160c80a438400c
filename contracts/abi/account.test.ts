import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { bytesToBigInt, createPublicClient, createWalletClient, defineChain, type Hex, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ecdsaSigner, toGesimAccount, webAuthnSigner } from './account.ts'
import { type LocalChain, startLocalChain } from './testing.ts'

let chain: LocalChain
beforeAll(async () => {
  chain = await startLocalChain()
}, 60_000)
afterAll(() => chain.stop())

/** A passkey in software: it signs what a browser's authenticator signs (WebAuthn level 3, section 6.3.3). */
function passkey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x, y } = publicKey.export({ format: 'jwk' })
  const hex = (text: string): Hex => `0x${Buffer.from(text, 'base64url').toString('hex').padStart(64, '0')}`
  return webAuthnSigner({
    verifier: chain.addresses.webAuthnVerifier,
    publicKey: { x: hex(x!), y: hex(y!) },
    async assert(challenge) {
      const clientDataJson = JSON.stringify({
        type: 'webauthn.get',
        challenge: Buffer.from(challenge).toString('base64url'),
        origin: 'https://gesim.example',
        crossOrigin: false,
      })
      const authenticatorData = new Uint8Array(37)
      authenticatorData.set(createHash('sha256').update('gesim.example').digest())
      authenticatorData[32] = 0x05
      const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientDataJson).digest()])
      const signature = sign('sha256', signed, { key: privateKey, dsaEncoding: 'ieee-p1363' })
      const [r, s] = [signature.subarray(0, 32), signature.subarray(32)].map((half) => bytesToBigInt(half))
      return { authenticatorData, clientDataJson, r: r!, s: s! }
    },
  })
}

const CONSENT = {
  domain: { name: 'GeSIM', version: '1', chainId: 31337, verifyingContract: `0x${'e5'.repeat(20)}` },
  types: { ActivationConsent: [{ name: 'intentId', type: 'bytes32' }] },
  primaryType: 'ActivationConsent',
  message: { intentId: `0x${'11'.repeat(32)}` },
} as const

async function opened(owner: Parameters<typeof toGesimAccount>[0]['owner']) {
  const local = defineChain({
    id: chain.chainId,
    name: 'local',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [chain.rpcUrl] } },
  })
  const client = createPublicClient({ chain: local, transport: http(), pollingInterval: 50 })
  const account = await toGesimAccount({ client, addresses: chain.addresses, owner })
  const { factory, factoryData } = await account.getFactoryArgs()
  const wallet = createWalletClient({
    account: privateKeyToAccount(chain.keys.deployer),
    chain: local,
    transport: http(),
  })
  const hash = await wallet.sendTransaction({ to: factory!, data: factoryData! })
  await client.waitForTransactionReceipt({ hash })
  return { account, client }
}

it('a passkey signs for the account it was made with, as the account itself judges on chain', async () => {
  const { account, client } = await opened(passkey())
  const signature = await account.signTypedData(CONSENT)
  const { address } = account
  expect(await client.verifyTypedData({ ...CONSENT, address, signature })).toBe(true)
  const other = { ...CONSENT, message: { intentId: `0x${'12'.repeat(32)}` } } as const
  expect(await client.verifyTypedData({ ...other, address, signature })).toBe(false)
}, 30_000)

it('another passkey does not sign for it', async () => {
  const { account, client } = await opened(ecdsaSigner(privateKeyToAccount(chain.keys.operator)))
  const stranger = await toGesimAccount({
    client,
    addresses: chain.addresses,
    owner: passkey(),
    firstSigners: [ecdsaSigner(privateKeyToAccount(chain.keys.operator)).bytes],
  })
  expect(stranger.address).toBe(account.address)
  const signature = await stranger.signTypedData(CONSENT)
  expect(await client.verifyTypedData({ ...CONSENT, address: account.address, signature })).toBe(false)
}, 30_000)
