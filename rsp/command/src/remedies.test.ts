import { refuse, unreachable } from '@gesim/base'
import { describe, expect, it } from 'vitest'
import { causesOf, remedyOf, textOfCode } from './remedies.ts'

/** The answers of servers that SGP.22 (tables of sections 5.3, 5.6, 5.8 and 5.9) knows. */
const ANSWERS =
  `8.8.1/3.8 8.8.2/3.1 8.8.3/3.1 8.8.4/3.7 8.10.1/3.9 8.1.2/6.1 8.1.2/6.3 8.1.3/6.1 8.1.3/6.3 8.11.1/3.9
  8.1/6.1 8.2.6/3.8 8.1.1/3.8 8.2/1.2 8.2.5/4.3 8.8.5/4.10 8.8.5/6.4 8.2.7/2.2 8.2.7/3.8 8.2.7/6.4 8.2/3.7 8.8/3.10
  8.2.1/3.3 8.2.1/3.9 8.2.6/3.3 8.9/5.1 8.1.1/2.2 8.1.1/3.10 8.2.6/3.10 8.9.1/3.8 8.9.2/3.1 8.9.3/3.1 8.9.4/3.7
  8.9.5/3.3 8.9.5/3.9 8.9/4.2 8.1/4.8 1.1/1.1 1.1/1.2 8.2.1/1.2 8.2.1/3.5 8.2.1/3.10
  8.2.5/1.2 8.2.5/3.7 8.2.5/3.8 8.2.5/3.9`.split(/\s+/)

describe('what a person can do', () => {
  it.each(ANSWERS)('about %s is said', (code) => {
    const [subject, reason] = code.split('/')
    expect(remedyOf(refuse('sgp22.function-failed', { subject, reason }))).toMatch(/^[A-Z].*[.?]$/)
  })

  it('about an installation is said by the reason of the card', () => {
    const reason = (name: string) => remedyOf(refuse('lpa.install-failed', { reason: name }))
    expect(reason('scp03tStructureError (7)')).toContain('--lenient')
    expect(reason('installFailedDueToIccidAlreadyExistsOnEuicc (9)')).toContain('delete it first')
    // The catalogue speaks of the profile element.
    expect(reason('installFailedDueToPEProcessingError (12)')).toBeUndefined()
  })

  it('about a connection is said by what lies below it', () => {
    const below = Object.assign(new Error('self-signed'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' })
    const failure = unreachable('sgp22.no-answer', { host: 'a' }, below)
    expect(remedyOf(failure)).toContain('--ca FILE')
    expect(causesOf(failure)).toEqual(['self-signed'])
    // A host with several addresses: each attempt failed, the first is told.
    const each = Object.assign(new Error('connect ECONNREFUSED ::1:1'), { code: 'ECONNREFUSED' })
    const both = unreachable('sgp22.no-answer', {}, new AggregateError([each, each]))
    expect(remedyOf(both)).toContain('Nothing listens')
  })

  it('about everything else is in the catalogue of whose code it is', async () => {
    const codes = ['base.setting-missing', 'tlv.truncated', 'crypto.issuer-unknown', 'sgp22.no-answer']
    for (const code of [
      ...codes,
      'saip.too-large',
      'smdp.bad-stock',
      'smds.no-event',
      'lpa.no-isdr',
      'rsp.no-pki',
    ])
      expect(await textOfCode(code), code).toMatchObject({
        says: expect.any(String),
        remedy: expect.any(String),
      })
    expect(await textOfCode('nobody.knows')).toBeUndefined()
  })
})
