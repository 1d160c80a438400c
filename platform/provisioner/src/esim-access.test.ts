import { isFailure } from '@gesim/base'
import { expect, test } from 'vitest'
import { openEnvelope, profileOf, progressOf, signatureOf } from './esim-access.ts'
import { ESIM_ACCESS_ERRORS, failureOf } from './esim-access-errors.ts'
import { provisionerFailures } from './failures.ts'

test('the published signature vector comes out', () => {
  const id = '4ce9d9cdac9e4e17b3a2c66c358c1ce2'
  expect(signatureOf('1111', '1628670421', id, '11111', '{"imsi":"326543826"}')).toBe(
    '7eb765e27df5373dea2dbc8c41a7d9557743e46c8054750f3d851b3fd01d0835',
  )
})

test.each([
  [{ success: true, errorCode: '0', errorMsg: null, obj: { a: 1 } }, { a: 1 }],
  [{ success: 'true', errorCode: null, obj: { a: 1 } }, { a: 1 }],
  [{ success: true, obj: null }, {}],
  [{ success: true, obj: [1, 2] }, { list: [1, 2] }],
])('an envelope of a success opens in each of its known shapes', (answer, opened) => {
  expect(openEnvelope('balance/query', answer)).toEqual(opened)
})

test.each([
  ['200010', 'unreachable', 'provisioner.supplier-not-allocated'],
  ['900001', 'unreachable', 'provisioner.carrier-silent'],
  ['000001', 'unreachable', 'provisioner.carrier-silent'],
  ['200011', 'refused', 'provisioner.sold-out'],
  ['200007', 'refused', 'provisioner.supplier-balance'],
  ['200005', 'refused', 'provisioner.supplier-price'],
  ['101003', 'broken', 'provisioner.supplier-access'],
  ['999999', 'refused', 'provisioner.carrier-refused'],
])('error %s is %s: %s', (errorCode, kind, code) => {
  for (const name of ['errorMsg', 'errorMessage']) {
    try {
      openEnvelope('esim/order', { success: false, errorCode, [name]: 'no' })
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ kind, code, facts: { says: 'no' } })
    }
  }
})

test('each supplier code leads to a documented failure of the same kind', () => {
  const texts: Record<string, { kind: string }> = provisionerFailures
  for (const code of Object.keys(ESIM_ACCESS_ERRORS)) {
    const failure = failureOf('esim/order', code, '')
    expect(texts[failure.code]?.kind).toBe(failure.kind)
  }
})

test('what is no envelope counts as no answer', () => {
  for (const answer of [null, 'ok', 7, []])
    expect(() => openEnvelope('esim/query', answer)).toThrow(/supplier-answer/)
})

test('a profile is stripped of everything that names a subscriber or a card', () => {
  const profile = profileOf('esim/query', {
    esimTranNo: 'T1',
    imsi: '001010000000001',
    iccid: '8988303000000000001',
    msisdn: '34600000000',
    eid: '89049032000000000000000000000001',
    pin: '1234',
    puk: '12345678',
    ac: 'LPA:1$rsp.example.com$0123456789ABCDEF0123456789ABCDEF',
    smdpStatus: 'RELEASED',
    esimStatus: 'GOT_RESOURCE',
  })
  expect(Object.keys(profile).sort()).toEqual(['activationCode', 'esimStatus', 'esimTranNo', 'smdpStatus'])
  expect(JSON.stringify(profile)).not.toMatch(/001010000000001|8988303|34600000000|89049032|12345678"/)
})

test('a profile without a readable activation code is no answer', () => {
  for (const ac of ['', 'LPA:1$', 'http://x'])
    expect(() => profileOf('esim/query', { esimTranNo: 'T1', ac })).toThrow(
      expect.objectContaining({ code: 'provisioner.supplier-answer' }),
    )
  expect(isFailure(new Error('x'))).toBe(false)
})

test.each([
  ['RELEASED', 'GOT_RESOURCE', 'waiting'],
  ['DOWNLOAD', 'GOT_RESOURCE', 'downloaded'],
  ['INSTALLATION', 'GOT_RESOURCE', 'installed'],
  ['ENABLED', 'IN_USE', 'installed'],
  ['RELEASED', 'CANCEL', 'over'],
  ['DELETED', 'IN_USE', 'over'],
] as const)('%s and %s is %s', (smdpStatus, esimStatus, progress) => {
  expect(progressOf({ smdpStatus, esimStatus })).toBe(progress)
})
