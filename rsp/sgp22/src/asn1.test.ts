import { fromHex, isFailure } from '@gesim/base'
import { node } from '@gesim/tlv'
import { describe, expect, it } from 'vitest'
import {
  type Es9plusRequest,
  readAsn1Request,
  readAsn1Response,
  writeAsn1Request,
  writeAsn1Response,
} from './index.ts'

const transactionId = new Uint8Array(16).fill(3)
const euiccInfo1 = fromHex('bf20058203020500')
const requests: Es9plusRequest[] = [
  {
    function: 'initiateAuthentication',
    body: { euiccChallenge: new Uint8Array(16), smdpAddress: 'a.example', euiccInfo1 },
  },
  { function: 'authenticateClient', body: { transactionId, authenticateServerResponse: fromHex('bf3800') } },
  { function: 'getBoundProfilePackage', body: { transactionId, prepareDownloadResponse: fromHex('bf2100') } },
  { function: 'cancelSession', body: { transactionId, cancelSessionResponse: fromHex('bf4103810105') } },
  { function: 'handleNotification', body: { pendingNotification: fromHex('bf3700') } },
]

describe('the ASN.1 binding', () => {
  for (const request of requests)
    it(`reads ${request.function} as it was written`, () => {
      expect(readAsn1Request(writeAsn1Request(request))).toEqual(request)
    })

  it('takes cancelSession and handleNotification also without the automatic tags', () => {
    const cancel = node(0xa2, node(0xbf41, node(0x80, transactionId), fromHex('bf4103810105')))
    expect(readAsn1Request(cancel)).toEqual(requests[3])
    expect(readAsn1Request(node(0xa2, node(0xbf3d, fromHex('bf3700'))))).toEqual(requests[4])
  })

  it('tells errors by their number', () => {
    const bytes = writeAsn1Response({ function: 'authenticateClient', error: 10 })
    expect(readAsn1Response(bytes, 'authenticateClient')).toEqual({
      function: 'authenticateClient',
      error: 10,
    })
  })

  it('refuses what is no request', () => {
    for (const hex of ['', 'a200', 'a2023000', 'a203bf3900', 'bf3900']) {
      let code = 'accepted'
      try {
        readAsn1Request(fromHex(hex))
      } catch (error) {
        code = isFailure(error) ? error.code : String(error)
      }
      expect(code).toMatch(/^tlv\./)
    }
  })
})
