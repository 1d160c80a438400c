import { createHmac, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'
import { fromHex, isFailure, toHex } from '@gesim/base'
import { x963Kdf } from '@gesim/crypto'
import { describe, expect, it } from 'vitest'
import { filesAt, filesInUsim, installed, profileWith, Terminal } from '../testing/terminal.ts'
import { conceal } from './suci.ts'

/** TS 33.501, C.4.3 and C.4.4. */
const PROFILE_A = {
  homeKey: '5a8d38864820197c3394b92613b20b91633cbd897119273bf8e4a6f4eec0a650',
  homePrivate: 'c53c22208b61860b06c62e5406a7b330c2b577aa5558981510d128247d38bd1d',
  scalar: 'c80949f13ebe61af4ebdbd293ea4f942696b9e815d7e8f0096bbf6ed7de62256',
  output: 'b2e92f836055a255837debf850b528997ce0201cb82adfe4be1f587d07d8457dcb02352410cddd9e730ef3fa87',
}
const PROFILE_B = {
  homeKey: '0272da71976234ce833a6907425867b82e074d44ef907dfb4b3e21c1c2256ebcd1',
  scalar: '99798858a1dc6a2c68637149a4b1dbfd1fdff5addd62a2142f06699ed7602529',
  output: '039aab8376597021e855679a9778ea0b67396e68c66df32c0f41e9acca2da9b9d146a33fc2716ac7dae96aa30a4d',
}
const PLAIN = fromHex('00012080f6')

describe('a concealed identifier', () => {
  it('is that of TS 33.501, annex C.4, in profile A and in profile B', () => {
    const of = (hex: string) => fromHex(hex)
    expect(toHex(conceal('a', PLAIN, of(PROFILE_A.homeKey), of(PROFILE_A.scalar)))).toBe(PROFILE_A.output)
    expect(toHex(conceal('b', PLAIN, of(PROFILE_B.homeKey), of(PROFILE_B.scalar)))).toBe(PROFILE_B.output)
    expect(toHex(conceal('null', PLAIN, new Uint8Array(), new Uint8Array()))).toBe(toHex(PLAIN))
  })

  it('is not made with what is no key', () => {
    for (const [scheme, key] of [
      ['a', '00'],
      ['b', PROFILE_A.homeKey],
      ['b', '02'.padEnd(66, 'f')],
    ] as const)
      try {
        conceal(scheme, PLAIN, fromHex(key), fromHex(PROFILE_A.scalar))
        expect.unreachable()
      } catch (error) {
        expect(isFailure(error, 'euicc.suci-key'), String(error)).toBe(true)
      }
  })
})

describe('GET IDENTITY (TS 31.102, 7.5)', () => {
  const GET_IDENTITY = 0x78
  /** Scheme A with the first key, then the list of keys: number 27 and the key of the annex. */
  const info = `a0020101a12580011b8120${PROFILE_A.homeKey}`
  const service = (number: number) => {
    const table = new Uint8Array(17)
    table[(number - 1) >> 3] = 1 << ((number - 1) & 7)
    return toHex(table)
  }
  const EF = (fileId: number, fileSize: number, content: string) => ({
    fcp: { fileDescriptor: fromHex('4121'), fileId, fileSize },
    content,
  })
  /** A USIM that calculates, with what it calculates with. */
  const usimWith = (content?: string) =>
    profileWith(
      {},
      filesInUsim(EF(0x6f38, 17, service(125)), {
        fcp: { fileDescriptor: fromHex('7821'), fileId: 0x5fd0, pinStatusTemplate: fromHex('01') },
      }),
      ...(content === undefined ? [] : [filesAt('7fd05fd0', 78, EF(0x4f01, 100, content))]),
    )

  it('gives an identifier that only the home network opens', () => {
    const terminal = new Terminal(installed(usimWith(info)), () => fromHex(PROFILE_A.scalar))
    terminal.selectUsim()
    const answer = terminal.send(GET_IDENTITY, 0, 0x01)
    // SUCI of an IMSI; network 001 01; no routing indicator; profile A, key 27.
    expect(answer).toMatch(/^a1350100f110f0ff011b/)
    const output = fromHex(answer.slice(2 * 10))
    expect(open(output)).toBe('0000000021')
    expect(terminal.send(GET_IDENTITY, 0, 0x02)).toBe('6a86')
    terminal.send(0xa4, 0, 0x0c, '3f00')
    expect(terminal.send(GET_IDENTITY, 0, 0x01)).toBe('6985')
  })

  it('without a scheme conceals nothing, and is left to the phone where the USIM has not the service', () => {
    const terminal = new Terminal(installed(usimWith()))
    terminal.selectUsim()
    expect(terminal.send(GET_IDENTITY, 0, 0x01)).toBe('a10d0100f110f0ff00000000000021')
    const other = new Terminal(installed(profileWith({})))
    other.selectUsim()
    expect(other.send(GET_IDENTITY, 0, 0x01)).toBe('6985')
  })

  /** The home network's side: the concealed part in clear, when its MAC is right. */
  function open(output: Uint8Array): string {
    const der = (prefix: string, key: Uint8Array) => Buffer.concat([fromHex(prefix), key])
    const privateKey = createPrivateKey({
      key: der('302e020100300506032b656e04220420', fromHex(PROFILE_A.homePrivate)),
      format: 'der',
      type: 'pkcs8',
    })
    const ephemeral = output.subarray(0, 32)
    const publicKey = createPublicKey({
      key: der('302a300506032b656e032100', ephemeral),
      format: 'der',
      type: 'spki',
    })
    const keys = x963Kdf(Uint8Array.from(diffieHellman({ privateKey, publicKey })), ephemeral, 64)
    const concealed = output.subarray(32, -8)
    const mac = createHmac('sha256', keys.subarray(32)).update(concealed).digest().subarray(0, 8)
    expect(toHex(mac)).toBe(toHex(output.subarray(-8)))
    // Counter mode: what conceals also reveals.
    const plain = conceal('a', concealed, fromHex(PROFILE_A.homeKey), fromHex(PROFILE_A.scalar))
    return toHex(plain.subarray(32, -8))
  }
})
