import { base64, rspFunction, signature, text, transactionId, wrapped } from './members.ts'

/** The functions that a phone asks of an SM-DP+ (SGP.22 section 5.6), bodies in JSON (section 6.5.2). */
export const ES9PLUS = {
  initiateAuthentication: rspFunction(
    'es9plus',
    'initiateAuthentication',
    {
      /** 16 bytes, without a tag. */
      euiccChallenge: base64(16, 16),
      /** `BF20`. */
      euiccInfo1: base64(),
      smdpAddress: text(255),
    },
    {
      transactionId,
      /** `30 …`. */
      serverSigned1: base64(),
      serverSignature1: signature,
      /** Key identifier of the issuer. */
      euiccCiPKIdToBeUsed: wrapped(0x04, 1, 32),
      /** DER. */
      serverCertificate: base64(),
    },
  ),
  authenticateClient: rspFunction(
    'es9plus',
    'authenticateClient',
    {
      transactionId,
      /** `BF38`. */
      authenticateServerResponse: base64(),
    },
    {
      transactionId,
      /** `BF25`. */
      profileMetadata: base64(),
      /** `30 …`. */
      smdpSigned2: base64(),
      smdpSignature2: signature,
      /** DER of CERT.DPpb. */
      smdpCertificate: base64(),
    },
  ),
  getBoundProfilePackage: rspFunction(
    'es9plus',
    'getBoundProfilePackage',
    {
      transactionId,
      /** `BF21`. */
      prepareDownloadResponse: base64(),
    },
    {
      transactionId,
      /** `BF36`. */
      boundProfilePackage: base64(),
    },
  ),
  handleNotification: rspFunction(
    'es9plus',
    'handleNotification',
    {
      /** `BF37` or `30 …`. */
      pendingNotification: base64(),
    },
    {},
    true,
  ),
  cancelSession: rspFunction(
    'es9plus',
    'cancelSession',
    {
      transactionId,
      /** `BF41`. */
      cancelSessionResponse: base64(),
    },
    {},
  ),
} as const

export type Es9plusFunction = keyof typeof ES9PLUS
