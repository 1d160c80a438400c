export type { KeyContext, SessionKeys } from './bsp.ts'
export {
  BspReceiver,
  BspSender,
  deriveSessionKeys,
  encryptedBytes,
  KEY_LENGTH,
  KEY_TYPE_AES,
  MAX_ENCRYPTED_PLAIN_BYTES,
  MAX_MAC_ONLY_PLAIN_BYTES,
  MAX_SEGMENT_BYTES,
} from './bsp.ts'
export type { Certificate, Name } from './certificate.ts'
export {
  attributeOf,
  certificateReader,
  eidOfCertificate,
  KEY_USAGE,
  NAME,
  readCertificate,
  signedBy,
} from './certificate.ts'
export type { Trust } from './chain.ts'
export { certificateIssuers, checkEuicc, findIssuer, verifyChain, verifyEuicc } from './chain.ts'
export { aesBlock, aesCmac, Cmac } from './cmac.ts'
export type { RevocationList, RevocationScope } from './crl.ts'
export { covers, readRevocationList, revokes, verifyRevocationList } from './crl.ts'
export { cryptoFailures } from './failures.ts'
export { sha256, x963Kdf } from './kdf.ts'
export type { Curve, Random, Signer } from './keys.ts'
export {
  CURVES,
  curveOfKey,
  ecdsaSign,
  ecdsaVerify,
  generateKey,
  localSigner,
  OneTimeKey,
  pointOfKey,
  privateKeyOfPem,
  publicKeyOfPoint,
  systemRandom,
} from './keys.ts'
export type { Identity, Pki } from './pki-directory.ts'
export {
  certificatePem,
  identitiesOf,
  identityOf,
  keyMatches,
  loadPki,
  privateKeyPem,
  tlsPemOf,
} from './pki-directory.ts'
export type { PkiWatch, PkiWatchOptions } from './pki-watch.ts'
export { watchPki } from './pki-watch.ts'
export type { RevocationWatch } from './revocation-watch.ts'
export { watchRevocations } from './revocation-watch.ts'
export type { CertificateRole } from './roles.ts'
export { oidOfRole, roleOfOid } from './roles.ts'
export type { ServerName } from './server-identity.ts'
export { serverOidOf, serverTlsOf } from './server-identity.ts'
export type { EuiccRequest, OperatorRequest, TestPkiOptions } from './test-pki.ts'
export { issueEuicc, issueOperator, makeTestPki, TEST_EID, TEST_EIN } from './test-pki.ts'
export type { CertificateAuthority, CertificateRequest, RevocationListRequest } from './write-certificate.ts'
export { keyIdentifierOf, toPem, writeCertificate, writeRevocationList } from './write-certificate.ts'
