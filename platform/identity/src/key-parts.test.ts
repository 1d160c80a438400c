import { gesimAccountAbi, gesimAccountFactoryAbi } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import { sql } from 'kysely'
import { createTestClient, encodeFunctionData, http, publicActions, walletActions } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chainAccounts } from './chain.ts'
import { sweepRetired } from './key-parts.ts'
import { startIdentity, type TestIdentity, walletSignIn } from './testing-identity.ts'
import { softwarePasskey } from './testing-passkey.ts'
import { accountProofText } from './wallet.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity('http://localhost:1')
}, 120_000)
afterAll(() => identity?.close())

const share = (n: number) => `c2hhcmUt${n}`
const key = (n: number): Hex => `0x${String(n).padStart(2, '0').repeat(20)}`

const anvil = () =>
  createTestClient({ mode: 'anvil', transport: http(identity.chain.rpcUrl) })
    .extend(publicActions)
    .extend(walletActions)

/** A traveller with a registered account whose first key's share is stored. */
async function traveller() {
  const { page, owner, answer } = await walletSignIn(identity.browser())
  const { rpcUrl, chainId, addresses } = identity.chain
  const first = owner.address.toLowerCase() as Hex
  const account = (await chainAccounts({ rpcUrl, chainId, addresses }).addressFor(first)).toLowerCase() as Hex
  const proof = await owner.signMessage({
    message: accountProofText(account, first, answer.json().subjectPrefix),
  })
  await page.call('PUT', '/v1/wallet/share', { owner: first, share: share(1) })
  await page.call('POST', '/v1/wallet/account', { owner: first, account, proof })
  const wallet = async () => (await page.call('GET', '/v1/wallet')).json()
  const release = async () => (await page.call('POST', '/v1/wallet/share/release')).json()
  return { page, first, account, wallet, release }
}

async function deploy(first: Hex) {
  await anvil().sendTransaction({
    account: privateKeyToAccount(identity.chain.keys.deployer),
    chain: null,
    to: identity.chain.addresses.accountFactory,
    data: encodeFunctionData({
      abi: gesimAccountFactoryAbi,
      functionName: 'createAccount',
      args: [[first], 0n],
    }),
  })
}

/** Changes signers as the account itself does, in an operation of its own. */
async function replace(account: Hex, from: Hex, to: Hex) {
  const chain = anvil()
  await chain.impersonateAccount({ address: account })
  await chain.setBalance({ address: account, value: 10n ** 18n })
  const hash = await chain.sendTransaction({
    account,
    chain: null,
    to: account,
    data: encodeFunctionData({ abi: gesimAccountAbi, functionName: 'replaceSigner', args: [from, to] }),
  })
  expect((await chain.waitForTransactionReceipt({ hash })).status).toBe('success')
}

const storedShares = async (account: Hex) => {
  const { rows } = await sql<{ owner: Hex; retired: boolean }>`
    select s.owner, s.retired_at is not null as retired from gesim.identity_shares s
      join gesim.identity_accounts a using (subject_ref) where a.account = ${account} order by s.stored_at`.execute(
    identity.own.store.db,
  )
  return rows.map((row) => `${row.owner}${row.retired ? ' retired' : ''}`)
}

test('the server’s share is sealed at rest, released to a fresh sign-in, and not often', async () => {
  const { page, account, release } = await traveller()
  const { rows } = await sql<{ text: string }>`select encode(sealed, 'escape') as text
    from gesim.identity_shares`.execute(identity.own.store.db)
  expect(rows.every((row) => !row.text.includes(share(1)))).toBe(true)
  for (let n = 0; n < 5; n++) expect(await release()).toEqual({ share: share(1) })
  expect((await release()).code).toBe('identity.too-many-releases')
  await sql`update gesim.identity_sessions set fresh_until = now() - interval '1 second'`.execute(
    identity.own.store.db,
  )
  expect((await release()).code).toBe('identity.not-fresh')
  expect((await page.call('GET', '/whoami')).json().traveller.account).toBe(account)
})

test('a new key’s share lies beside the old one; only when the chain has replaced the key the register follows', async () => {
  const { page, first, account, wallet, release } = await traveller()
  await page.call('POST', '/v1/wallet/recovery-saved')
  await page.call('PUT', '/v1/wallet/share', { owner: key(22), share: share(2) })
  await page.call('PUT', '/v1/wallet/share', { owner: key(33), share: share(3) })
  // Before: nothing has happened on the chain, whatever the browser has sent or not.
  expect(await wallet()).toMatchObject({ signers: [first], firstSigner: first, opens: true, deployed: false })
  await deploy(first)
  expect(await release()).toEqual({ share: share(1) })

  await replace(account, first, key(22))
  expect(await wallet()).toMatchObject({
    account,
    signers: [key(22)],
    firstSigner: first,
    opens: true,
    deployed: true,
    shares: { server: true, passkey: false, recoverySaved: false },
  })
  expect(await release()).toEqual({ share: share(2) })
  expect(await storedShares(account)).toEqual([`${first} retired`, key(22), key(33)])
})

test('the parts of a replaced key are there for an hour, for a block that is undone, and then deleted', async () => {
  const { page, first, account, wallet, release } = await traveller()
  await page.call('PUT', '/v1/wallet/share', { owner: key(44), share: share(4) })
  await deploy(first)
  const before = await anvil().snapshot()
  await replace(account, first, key(44))
  expect((await wallet()).signers).toEqual([key(44)])
  await identity.own.store.tx((tx) => sweepRetired(tx))
  await anvil().revert({ id: before })
  expect((await wallet()).signers).toEqual([first])
  expect(await release()).toEqual({ share: share(1) })
  expect(await storedShares(account)).toEqual([first, `${key(44)} retired`])

  await replace(account, first, key(44))
  expect((await wallet()).signers).toEqual([key(44)])
  await sql`update gesim.identity_shares set retired_at = retired_at - interval '61 minutes'`.execute(
    identity.own.store.db,
  )
  await identity.own.store.tx((tx) => sweepRetired(tx))
  expect(await storedShares(account)).toEqual([key(44)])
})

test('a key from elsewhere on the account is told, and one of ours that takes over again is found', async () => {
  const { page, first, account, wallet } = await traveller()
  await deploy(first)
  await replace(account, first, key(55))
  expect(await wallet()).toMatchObject({ signers: [first], opens: false })
  // Brought here: its share is stored, and the chain says that it signs.
  await page.call('PUT', '/v1/wallet/share', { owner: key(55), share: share(5) })
  expect(await wallet()).toMatchObject({ account, signers: [key(55)], firstSigner: first, opens: true })
})

test('a day’s worth of new keys is enough, and a known one can always be split anew', async () => {
  const { page, first } = await traveller()
  for (let n = 10; n < 30; n++) await page.call('PUT', '/v1/wallet/share', { owner: key(n), share: share(n) })
  const more = await page.call('PUT', '/v1/wallet/share', { owner: key(99), share: share(9) })
  expect(more.json().code).toBe('identity.too-many-keys')
  expect((await page.call('PUT', '/v1/wallet/share', { owner: first, share: share(8) })).statusCode).toBe(204)
})

test('seeds are sealed by passkey and by key, and deleting my data leaves nothing of them', async () => {
  const { page, first, account, wallet } = await traveller()
  const passkey = softwarePasskey()
  const { challenge } = (await page.call('POST', '/v1/auth/passkey/challenge', { for: 'add' })).json()
  const parts = { challenge, origin: 'http://localhost:3999', rpId: 'localhost' }
  expect((await page.call('POST', '/v1/wallet/passkey', passkey.made(parts))).statusCode).toBe(201)
  const { credentialId } = passkey
  const seals = async () => (await page.call('GET', '/v1/wallet/passkey')).json().passkeys[0].seals
  expect(await seals()).toBe(false)
  await page.call('PUT', '/v1/wallet/passkey', { credentialId, owner: first, sealedSeed: 'b2xk' })
  await page.call('PUT', '/v1/wallet/passkey', { credentialId, owner: key(66), sealedSeed: 'bmV3' })
  const sealedNow = async () => (await page.call('GET', '/v1/wallet/passkey')).json().passkeys[0].sealedSeed
  expect(await sealedNow()).toBe('b2xk')
  await deploy(first)
  await replace(account, first, key(66))
  expect((await wallet()).shares).toEqual({ server: false, passkey: true, recoverySaved: false })
  expect(await sealedNow()).toBe('bmV3')
  // What it sealed for a key that is gone is gone; that it can seal is not forgotten with it.
  expect(await seals()).toBe(true)
  const told = (await page.call('GET', '/v1/privacy')).json().groups.map((one: { says: string }) => one.says)
  expect(told).toEqual(expect.arrayContaining(['Passkeys', 'Keys sealed by your passkeys']))
  const receipt = 'R'.repeat(43)
  const ended = await page.call('POST', '/v1/privacy/ending', { receipt, leaving: [] })
  expect([ended.statusCode, page.jar.size]).toEqual([204, 0])
  expect((await page.call('POST', '/v1/privacy/ended', { receipt })).json()).toMatchObject({
    token: 'leaving',
  })
  expect((await page.call('GET', '/v1/wallet')).json().code).toBe('identity.no-session')
  for (const table of ['gesim.identity_passkeys', 'gesim.identity_seals']) {
    const { rows } = await sql`select from ${sql.table(table)} where credential_id = ${credentialId}`.execute(
      identity.own.store.db,
    )
    expect(rows).toHaveLength(0)
  }
})

test('a key that was replaced on the chain registers the account for nobody, though its address follows from it', async () => {
  const { page, owner, answer } = await walletSignIn(identity.browser())
  const { rpcUrl, chainId, addresses } = identity.chain
  const leaked = owner.address.toLowerCase() as Hex
  const account = (
    await chainAccounts({ rpcUrl, chainId, addresses }).addressFor(leaked)
  ).toLowerCase() as Hex
  const proof = await owner.signMessage({
    message: accountProofText(account, leaked, answer.json().subjectPrefix),
  })
  await deploy(leaked)
  await replace(account, leaked, key(66))
  await page.call('PUT', '/v1/wallet/share', { owner: leaked, share: share(1) })
  const refused = await page.call('POST', '/v1/wallet/account', { owner: leaked, account, proof })
  expect(refused.json().code).toBe('identity.account-wrong')
})
