import { bytesEqual, fromHex, isFailure, toHex } from '@gesim/base'
import {
  type Certificate,
  type CertificateRole,
  type Curve,
  ecdsaSign,
  ecdsaVerify,
  OneTimeKey,
  readCertificate,
  verifyChain,
} from '@gesim/crypto'

import {
  readAuthenticateServerRequest,
  readCancelSessionRequest,
  readPrepareDownloadRequest,
  signedWithPrevious,
  writeAuthenticateServerResponse,
  writeCancelSessionResponse,
  writeEuiccCancelSessionSigned,
  writeEuiccChallenge,
  writeEuiccInfo2,
  writeEuiccSigned2,
  writePrepareDownloadResponse,
} from '@gesim/sgp22'
import { node, type Tlv, textNode } from '@gesim/tlv'
import { forgetLoading, tellInterruption } from './interruption.ts'
import { euiccInfo, type Isdr, trustOf } from './isdr.ts'

/** AuthenticateErrorCode and DownloadErrorCode share their first numbers. */
const ERROR = {
  certificate: 1,
  signature: 2,
  curve: 3,
  noSession: 4,
  /** AuthenticateServer. */
  oid: 5,
  /** PrepareDownload and CancelSession. */
  transactionId: 5,
  challenge: 6,
  issuer: 7,
  undefined: 127,
} as const

class Refused extends Error {
  readonly error: number
  constructor(error: number) {
    super(`error ${error}`)
    this.error = error
  }
}

/** GetEUICCChallenge: a fresh challenge, and with it a fresh session; an open one ends, and with it what it loaded. */
export function getEuiccChallenge(isdr: Isdr): Uint8Array {
  tellInterruption(isdr)
  const challenge = isdr.random(16)
  isdr.session = { challenge }
  return writeEuiccChallenge(challenge)
}

/** Reads a server's certificate and follows it to the issuer that was agreed on. Throws `Refused`. */
function checkCertificate(
  isdr: Isdr,
  der: Uint8Array,
  roles: readonly CertificateRole[],
  issuerKeyId: Uint8Array,
): { certificate: Certificate; issuer: Certificate } {
  try {
    const certificate = readCertificate(der)
    const { role } = certificate
    if (!role || !roles.includes(role)) throw new Refused(ERROR.certificate)
    const issuer = verifyChain(certificate, role, trustOf(isdr, certificate))
    if (!issuer.subjectKeyId || !bytesEqual(issuer.subjectKeyId, issuerKeyId))
      throw new Refused(ERROR.certificate)
    return { certificate, issuer }
  } catch (error) {
    if (!isFailure(error)) throw error
    throw new Refused(error.code === 'crypto.unsupported-curve' ? ERROR.curve : ERROR.certificate)
  }
}

/** AuthenticateServer (SGP.22, 5.7.13). */
export function authenticateServer(isdr: Isdr, element: Tlv): Uint8Array {
  const request = readAuthenticateServerRequest(element)
  const { serverSigned1, serverSignature1, euiccCiPkId } = request
  const { transactionId } = serverSigned1
  const challenge = isdr.session?.challenge
  // Whatever comes of it, the challenge was used.
  isdr.session = undefined
  try {
    if (!challenge) throw new Refused(ERROR.noSession)
    const credential = isdr.credentials.credentials.find(({ issuerKeyId }) =>
      bytesEqual(issuerKeyId, euiccCiPkId),
    )
    if (!credential) throw new Refused(ERROR.issuer)
    const { certificate, issuer } = checkCertificate(
      isdr,
      request.serverCertificate,
      ['dp-auth', 'ds-auth'],
      euiccCiPkId,
    )
    if (!certificate.registeredId) throw new Refused(ERROR.oid)
    if (!ecdsaVerify(certificate.publicKey, serverSigned1.raw, serverSignature1))
      throw new Refused(ERROR.signature)
    if (!bytesEqual(serverSigned1.euiccChallenge, challenge)) throw new Refused(ERROR.challenge)
    const { serverAddress, serverChallenge } = serverSigned1
    // What the phone says of itself is signed as it came.
    const context = element.require(0xa0).raw
    const euiccSigned1 = node(
      0x30,
      node(0x80, transactionId),
      textNode(0x83, serverAddress),
      node(0x84, serverChallenge),
      writeEuiccInfo2(euiccInfo(isdr)),
      context,
    )
    const euiccSignature1 = ecdsaSign(credential.euicc.privateKey, euiccSigned1)
    isdr.session = {
      authenticated: {
        transactionId: transactionId.slice(),
        serverAddress,
        certificate,
        issuer,
        credential,
        euiccSignature1,
      },
    }
    const euiccCertificate = credential.euicc.certificate.der
    return writeAuthenticateServerResponse({
      ok: { euiccSigned1, euiccSignature1, euiccCertificate, eumCertificate: credential.eum.der },
    })
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return writeAuthenticateServerResponse({ transactionId, error: error.error })
  }
}

/** The key of an interrupted download for the same server, when the server bound its package to it. */
function reusableKey(
  isdr: Isdr,
  bppEuiccOtpk: Uint8Array | undefined,
  smdpOid: string,
  curve: Curve,
): OneTimeKey | undefined {
  const kept = isdr.memory.state.oneTimeKey
  if (!bppEuiccOtpk || kept?.smdpOid !== smdpOid || kept.curve !== curve) return undefined
  const key = OneTimeKey.ofPrivate(kept.curve, fromHex(kept.scalar))
  return bytesEqual(key.publicPoint, bppEuiccOtpk) ? key : undefined
}

/** PrepareDownload (SGP.22, 5.7.5). */
export function prepareDownload(isdr: Isdr, element: Tlv): Uint8Array {
  const request = readPrepareDownloadRequest(element)
  const { smdpSigned2, smdpSignature2, hashCc } = request
  const { transactionId } = smdpSigned2
  const { session } = isdr
  const authenticated = session?.authenticated
  try {
    if (!session || authenticated?.certificate.role !== 'dp-auth') throw new Refused(ERROR.noSession)
    if (!bytesEqual(transactionId, authenticated.transactionId)) throw new Refused(ERROR.transactionId)
    const { credential, euiccSignature1 } = authenticated
    const { certificate } = checkCertificate(isdr, request.smdpCertificate, ['dp-pb'], credential.issuerKeyId)
    const smdpOid = authenticated.certificate.registeredId
    if (!smdpOid || certificate.registeredId !== smdpOid) throw new Refused(ERROR.certificate)
    const signed = signedWithPrevious(smdpSigned2.raw, euiccSignature1)
    if (!ecdsaVerify(certificate.publicKey, signed, smdpSignature2)) throw new Refused(ERROR.signature)
    if (smdpSigned2.confirmationCodeRequired && !hashCc) throw new Refused(ERROR.undefined)
    const { curve } = certificate
    const oneTimeKey =
      reusableKey(isdr, smdpSigned2.bppEuiccOtpk, smdpOid, curve) ?? OneTimeKey.generate(curve, isdr.random)
    const kept = { curve, scalar: toHex(oneTimeKey.scalar), smdpOid }
    isdr.memory.update({ oneTimeKey: kept })
    isdr.memory.save()
    session.prepared = { certificate, curve, oneTimeKey }
    session.loader = undefined
    const euiccSigned2 = writeEuiccSigned2({
      transactionId,
      euiccOtpk: oneTimeKey.publicPoint,
      ...(hashCc && smdpSigned2.confirmationCodeRequired ? { hashCc } : {}),
    })
    const euiccSignature2 = ecdsaSign(
      credential.euicc.privateKey,
      signedWithPrevious(euiccSigned2, smdpSignature2),
    )
    return writePrepareDownloadResponse({ ok: { euiccSigned2, euiccSignature2 } })
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return writePrepareDownloadResponse({ transactionId, error: error.error })
  }
}

/** CancelSession (SGP.22, 5.7.14): the card signs why, and the session is over. */
export function cancelSession(isdr: Isdr, element: Tlv): Uint8Array {
  const { transactionId, reason } = readCancelSessionRequest(element)
  const authenticated = isdr.session?.authenticated
  if (!authenticated || !bytesEqual(authenticated.transactionId, transactionId))
    return writeCancelSessionResponse({ error: ERROR.transactionId })
  const { certificate, credential } = authenticated
  isdr.session = undefined
  forgetLoading(isdr)
  const signed = writeEuiccCancelSessionSigned({ transactionId, smdpOid: certificate.registeredId!, reason })
  return writeCancelSessionResponse({
    ok: { signed, signature: ecdsaSign(credential.euicc.privateKey, signed) },
  })
}
