import { concatBytes, refuse } from '@gesim/base'
import { type AkaFunctions, xor } from './algorithm.ts'

/** The algorithm of test profiles (TS 34.108, 8.1.2): everything is the key xor the challenge. It protects nothing. */
export function usimTest(ki: Uint8Array, resBytes = 8): AkaFunctions {
  if (ki.length !== 16) throw refuse('euicc.aka-keys', { algorithm: 'usim-test', ki: ki.length })
  const turned = (x: Uint8Array, bytes: number) => concatBytes(x.subarray(bytes), x.subarray(0, bytes))
  const ak = (rand: Uint8Array) => xor(ki, rand).subarray(3, 9)
  const mac = (rand: Uint8Array, sqn: Uint8Array, amf: Uint8Array) =>
    xor(xor(ki, rand).subarray(0, 8), concatBytes(sqn, amf))
  return {
    f1: mac,
    f1star: mac,
    f2345: (rand) => {
      const x = xor(ki, rand)
      return { res: x.subarray(0, resBytes), ck: turned(x, 1), ik: turned(x, 2), ak: ak(rand) }
    },
    f5star: ak,
    // TS 34.108, 8.1.2.2: the AMF of all ones (AMFresynch) makes a test USIM resynchronise.
    resynchronises: (amf) => amf.every((byte) => byte === 0xff),
  }
}
