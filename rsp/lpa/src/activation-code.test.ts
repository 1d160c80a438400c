import { isFailure } from '@gesim/base'
import { describe, expect, it } from 'vitest'
import { readActivationCode } from './index.ts'

const CODE = { smdpAddress: 'smdp.example.com', matchingId: 'A-1', confirmationCodeRequired: false }
const OID = { smdpOid: '2.999.10' }
const CC = { confirmationCodeRequired: true }

describe('an activation code is read', () => {
  it.each([
    ['as the QR code holds it', 'LPA:1$smdp.example.com$A-1', CODE],
    ['in small letters at its head', 'lpa:1$smdp.example.com$A-1', CODE],
    ['without its head', '1$smdp.example.com$A-1', CODE],
    ['with blanks around it', '  LPA:1$smdp.example.com$A-1\n', CODE],
    ['in quotes', "'LPA:1$smdp.example.com$A-1'", CODE],
    ['in double quotes', '"LPA:1$smdp.example.com$A-1"', CODE],
    ['with backslashes for a shell', 'LPA:1\\$smdp.example.com\\$A-1', CODE],
    ['percent-encoded', 'LPA%3A1%24smdp.example.com%24A-1', CODE],
    ['from a setup link', 'https://setup.example.com/esim?carddata=LPA:1$smdp.example.com$A-1', CODE],
    [
      'from an encoded setup link',
      'https://setup.example.com/?carddata=LPA%3A1%24smdp.example.com%24A-1',
      CODE,
    ],
    ['with a port', 'LPA:1$localhost:8443$A-1', { ...CODE, smdpAddress: 'localhost:8443' }],
    ['without a matching identifier', 'LPA:1$smdp.example.com$', { ...CODE, matchingId: '' }],
    ['with the identifier of the server', 'LPA:1$smdp.example.com$A-1$2.999.10', { ...CODE, ...OID }],
    ['with a confirmation code', 'LPA:1$smdp.example.com$A-1$2.999.10$1', { ...CODE, ...OID, ...CC }],
    ['with an empty identifier and a confirmation code', 'LPA:1$smdp.example.com$A-1$$1', { ...CODE, ...CC }],
    ['with both fields empty', 'LPA:1$smdp.example.com$A-1$$', CODE],
    [
      'with a flag but no matching identifier',
      'LPA:1$smdp.example.com$$$1',
      { ...CODE, ...CC, matchingId: '' },
    ],
    [
      'with small letters in its matching identifier',
      'LPA:1$smdp.example.com$Ts48v5_sim.1',
      { ...CODE, matchingId: 'Ts48v5_sim.1' },
    ],
  ])('%s', (_, text, expected) => {
    expect(readActivationCode(text)).toEqual(expected)
  })

  it.each([
    ['nothing', ''],
    ['a word', 'hello'],
    ['a link without a code', 'https://example.com/?x=1'],
    ['another format', 'LPA:2$smdp.example.com$A'],
    ['no server', 'LPA:1$$A'],
    ['no field for the matching identifier', 'LPA:1$smdp.example.com'],
    ['a blank in the matching identifier', 'LPA:1$smdp.example.com$low er'],
    ['an identifier that is not dotted', 'LPA:1$smdp.example.com$a_b$oid'],
    ['a flag that is not 1', 'LPA:1$smdp.example.com$A$$2'],
    ['a sixth field', 'LPA:1$smdp.example.com$A$$1$x'],
  ])('but not %s', (_, text) => {
    expect(() => readActivationCode(text)).toThrow(/sgp22\.not-activation-code/)
  })

  it('and one whose dollars a shell took away says so', () => {
    // "LPA:1$smdp.example.com$A-1" in double quotes: the shell put nothing in place of $smdp and $A.
    for (const text of ['LPA:1.example.com-1', 'LPA:1', '1.example.com-1'])
      try {
        readActivationCode(text)
        expect.unreachable()
      } catch (error) {
        expect(isFailure(error) && error.facts.why).toContain('single quotes')
      }
  })
})
