import { type OperatorId, operatorMatches, type ProfileMetadata, parseIccid } from '@gesim/sgp22'
import { describe, expect, it } from 'vitest'
import { policyRefusal } from './policy.ts'

/** MCC and MNC with the digits swapped as on cards: 214 07 is 12 F4 70. */
const operator = (hex: string, gid1?: number[], gid2?: number[]): OperatorId => ({
  mccMnc: Uint8Array.from(Buffer.from(hex, 'hex')),
  ...(gid1 ? { gid1: Uint8Array.from(gid1) } : {}),
  ...(gid2 ? { gid2: Uint8Array.from(gid2) } : {}),
})

describe('an operator is one that an entry allows', () => {
  it.each([
    ['itself', operator('12f470'), operator('12f470'), true],
    ['another network of the country', operator('12f470'), operator('12f430'), false],
    ['any network of a country (digits E)', operator('12e4ee'), operator('12f470'), true],
    ['a network of another country', operator('12e4ee'), operator('62f210'), false],
    ['anybody', operator('eeeeee'), operator('12f470'), true],
    ['any group when none is named', operator('12f470'), operator('12f470', [1]), true],
    ['any group when it is empty', operator('12f470', []), operator('12f470', [1]), true],
    ['its group', operator('12f470', [1]), operator('12f470', [1]), true],
    ['another group', operator('12f470', [1]), operator('12f470', [2]), false],
    ['no group where one is named', operator('12f470', undefined, [1]), operator('12f470'), false],
  ])('%s', (_, allowed, owner, matches) => {
    expect(operatorMatches(allowed, owner)).toBe(matches)
  })
})

describe('rules of a profile', () => {
  const metadata: ProfileMetadata = {
    iccid: parseIccid('8988211000000000015'),
    serviceProviderName: 'GeSIM',
    profileName: 'Data',
    owner: operator('12f470'),
  }
  const table = [{ rules: ['ppr1' as const], operators: [operator('12f470')], flags: [0] }]

  it('are each authorised by a line of the table, or the phone refuses', () => {
    expect(policyRefusal(metadata, [])).toBeUndefined()
    expect(policyRefusal({ ...metadata, policyRules: ['ppr1', 'updateControl'] }, table)).toBeUndefined()
    expect(policyRefusal({ ...metadata, policyRules: ['ppr1', 'ppr2'] }, table)).toContain('ppr2')
    expect(policyRefusal({ ...metadata, owner: undefined, policyRules: ['ppr1'] }, table)).toContain('ppr1')
  })
})
