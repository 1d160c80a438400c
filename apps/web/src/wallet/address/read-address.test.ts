import { describe, expect, it } from 'vitest'
import { readAddress, type Taken } from './read-address.ts'

// The examples of ERC-55.
const GOOD = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
const account = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359'
const key = '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB'
const contract = '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb'
const taken: Taken = { account, signers: [key], contracts: [contract] }
const read = (text: string) => readAddress(text, taken)

describe('the address of somebody else', () => {
  it('is taken with its checksum, in letters of one size, and with space around it', () => {
    expect(read(GOOD)).toEqual({ address: GOOD })
    expect(read(GOOD.toLowerCase())).toEqual({ address: GOOD })
    expect(read(`0x${GOOD.slice(2).toUpperCase()}`)).toEqual({ address: GOOD })
    expect(read(`  ${GOOD}\n`)).toEqual({ address: GOOD })
  })

  it('is refused when a letter changed its size or its value', () => {
    expect(read(GOOD.replace('aA', 'AA'))).toEqual({ fault: 'typo' })
    expect(read(GOOD.replace('0x5', '0x6'))).toEqual({ fault: 'typo' })
  })

  it.each(['', '0x', GOOD.slice(2), GOOD.slice(0, -1), `${GOOD}0`, 'vitalik.eth', GOOD.replace('0x', '0X')])(
    'is refused when it is none: %s',
    (text) => {
      expect(read(text)).toEqual({ fault: 'form' })
    },
  )

  it('is none that leads nowhere: the wallet, its own key, a contract of GeSIM, a precompile', () => {
    expect(read(account)).toEqual({ fault: 'own' })
    expect(read(account.toLowerCase())).toEqual({ fault: 'own' })
    expect(read(key)).toEqual({ fault: 'key' })
    expect(readAddress(key, { ...taken, signers: [] })).toEqual({ address: key })
    expect(read(contract)).toEqual({ fault: 'system' })
    expect(read(`0x${'0'.repeat(40)}`)).toEqual({ fault: 'system' })
    expect(read(`0x${'0'.repeat(36)}ffff`)).toEqual({ fault: 'system' })
    expect(read(`0x${'0'.repeat(35)}10000`)).not.toHaveProperty('fault')
  })
})
