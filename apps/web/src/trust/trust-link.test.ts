import { describe, expect, it } from 'vitest'
import { readTrustLink, trustPath } from './trust-link.ts'

const account = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
const key = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359'
const asked = (path: string) => Object.fromEntries(new URL(path, 'https://gesim.example').searchParams)

describe('a link to a trusted person', () => {
  it('is read as it was written, with and without a key to bring', () => {
    const small = { account: account.toLowerCase(), key: key.toLowerCase() }
    expect(readTrustLink(asked(trustPath({ account, key })))).toEqual(small)
    expect(readTrustLink(asked(trustPath({ account, key: null })))).toEqual({ ...small, key: null })
  })

  it('survives a sign-in on the way, which takes paths of plain characters only', () => {
    expect(trustPath({ account, key })).toMatch(/^\/(?![/\\])[!-~]*$/)
  })

  it('that was cut off, or says something twice, is none: not one without a key', () => {
    expect(readTrustLink({})).toBeNull()
    expect(readTrustLink({ account: account.slice(0, 30) })).toBeNull()
    expect(readTrustLink({ account, key: key.slice(0, 30) })).toBeNull()
    expect(readTrustLink({ account, key: '' })).toBeNull()
    expect(readTrustLink({ account: [account, account] })).toBeNull()
    expect(readTrustLink({ account, key: [key, key] })).toBeNull()
  })
})
