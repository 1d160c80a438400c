import { keccak256 } from 'viem'
import { expect, it } from 'vitest'
import { isNamed } from './standing.ts'

it('an address is compared by its bytes, however its letters are written', () => {
  const address = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
  const id = keccak256(address.toLowerCase() as `0x${string}`)
  expect(isNamed(id, address)).toBe(true)
  expect(isNamed(id, address.toLowerCase() as `0x${string}`)).toBe(true)
  expect(isNamed(id, '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359')).toBe(false)
})
