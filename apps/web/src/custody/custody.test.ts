import { fromBase64Url, fromHex, isFailure, toBase64Url } from '@gesim/base'
import { describe, expect, it } from 'vitest'
import { readRecovery, recoveryFile, recoveryLine } from './recovery.ts'
import { newDeviceKey, open, passkeySealingKey, seal } from './seal.ts'
import { entropyOf, newEntropy, ownerOf, wordsOf } from './seed.ts'
import { joinShares, splitEntropy } from './split.ts'

const ACCOUNT = '0x00000000000000000000000000000000000000aa'

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work
  } catch (error) {
    return isFailure(error) ? error.code : String(error)
  }
}

describe('the seed', () => {
  it('gives the words and the first Ethereum key of the BIP-39 test vector', () => {
    const entropy = fromHex('00000000000000000000000000000000')
    expect(wordsOf(entropy).join(' ')).toBe(
      'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about',
    )
    expect(ownerOf(entropy).address).toBe('0x9858EfFD232B4033E47d90003D41EC34EcaEda94')
  })

  it('comes back from its words', () => {
    const entropy = newEntropy()
    expect(entropyOf(wordsOf(entropy))).toEqual(entropy)
  })

  it('refuses words whose checksum is wrong', () => {
    expect(() => entropyOf(Array(12).fill('abandon'))).toThrow()
  })
})

describe('the shares', () => {
  it('give the seed back from any two, and are 17 bytes each', async () => {
    const entropy = newEntropy()
    const owner = ownerOf(entropy).address
    const { device, server, recovery } = await splitEntropy(entropy)
    for (const share of [device, server, recovery]) expect(fromBase64Url(share)).toHaveLength(17)
    expect(await joinShares(device, server, owner)).toEqual(entropy)
    expect(await joinShares(server, recovery, owner)).toEqual(entropy)
    expect(await joinShares(recovery, device, owner)).toEqual(entropy)
  })

  it('differ at each split, so that an old share and a new one open nothing', async () => {
    const entropy = newEntropy()
    const owner = ownerOf(entropy).address
    const before = await splitEntropy(entropy)
    const after = await splitEntropy(entropy)
    expect(await codeOf(joinShares(before.device, after.server, owner))).toBe('web.shares-do-not-fit')
  })

  it('refuse a changed share and the same share twice', async () => {
    const entropy = newEntropy()
    const owner = ownerOf(entropy).address
    const { device, server } = await splitEntropy(entropy)
    const changed = fromBase64Url(server)
    changed[3]! ^= 1
    expect(await codeOf(joinShares(device, toBase64Url(changed), owner))).toBe('web.shares-do-not-fit')
    expect(await codeOf(joinShares(device, device, owner))).toBe('web.shares-do-not-fit')
    expect(await codeOf(joinShares(device, 'not base64!', owner))).toBe('web.shares-do-not-fit')
  })

  it('never contain the seed itself', async () => {
    const entropy = newEntropy()
    const shares = await splitEntropy(entropy)
    for (const share of Object.values(shares)) {
      expect(fromBase64Url(share).slice(0, 16)).not.toEqual(entropy)
      expect(share).not.toContain(toBase64Url(entropy))
    }
  })
})

describe('the seal', () => {
  it('opens with the same key and context only', async () => {
    const key = await newDeviceKey()
    const plain = newEntropy()
    const sealed = await seal(key, 'here', plain)
    expect(await open(key, 'here', sealed)).toEqual(plain)
    expect(await codeOf(open(key, 'elsewhere', sealed))).toBe('web.seal-does-not-open')
    expect(await codeOf(open(await newDeviceKey(), 'here', sealed))).toBe('web.seal-does-not-open')
    const bytes = fromBase64Url(sealed)
    bytes[20]! ^= 1
    expect(await codeOf(open(key, 'here', toBase64Url(bytes)))).toBe('web.seal-does-not-open')
  })

  it('uses a device key that cannot be exported', async () => {
    const key = await newDeviceKey()
    expect(key.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow()
  })

  it('by a passkey opens again from the same PRF output and from no other', async () => {
    const output = crypto.getRandomValues(new Uint8Array(32))
    const entropy = newEntropy()
    const sealed = await seal(await passkeySealingKey(output), 'seed', entropy)
    expect(await open(await passkeySealingKey(output), 'seed', sealed)).toEqual(entropy)
    const other = crypto.getRandomValues(new Uint8Array(32))
    expect(await codeOf(open(await passkeySealingKey(other), 'seed', sealed))).toBe('web.seal-does-not-open')
  })
})

describe('the recovery file', () => {
  const owner = '0x9858effd232b4033e47d90003d41ec34ecaeda94'
  const share = toBase64Url(crypto.getRandomValues(new Uint8Array(17)))
  const recovery = { account: ACCOUNT, owner, share } as const

  it('is read back from the file and from the bare line', () => {
    expect(readRecovery(recoveryFile(recovery, 'このファイルは…'))).toEqual(recovery)
    expect(readRecovery(`  ${recoveryLine(recovery)}\n`)).toEqual(recovery)
  })

  it('refuses a mistyped line and a foreign file', () => {
    const line = recoveryLine(recovery)
    const mistyped = line.replace(ACCOUNT, ACCOUNT.replace('aa', 'ab'))
    expect(() => readRecovery(mistyped)).toThrow('web.not-a-recovery-file')
    expect(() => readRecovery('LPA:1$smdp.example$CODE')).toThrow('web.not-a-recovery-file')
  })
})
