import { readFileSync, statSync } from 'node:fs'
import { fromBase64, refuse, toHex } from '@gesim/base'
import {
  type Certificate,
  certificateIssuers,
  ecdsaVerify,
  loadPki,
  readCertificate,
  verifyEuicc,
} from '@gesim/crypto'
import type { Hex } from '@gesim/journey'
import { readProfileInstallationResult } from '@gesim/sgp22'
import { keccak256 } from 'viem'

/** What a carrier shows for its receipt: binary in base64. */
export interface Evidence {
  readonly installationResult: string
  readonly euiccCertificate: string
  readonly eumCertificate: string
}

/** What is left of the evidence once it was checked. The card's number is used and forgotten. */
export interface Checked {
  /** keccak256 of the whole result, as the receipt must name it. */
  readonly hash: Hex
  readonly iccid: string
}

/**
 * Checks that a card certified by a trusted issuer signed that it installed a profile (SGP.22, 2.5.6 and 4.5.2.1).
 * The signature is verified over the bytes as received. Throws `provisioner.evidence-invalid`.
 */
export function checkEvidence(evidence: Evidence, issuers: readonly Certificate[], nowMs: number): Checked {
  try {
    const whole = fromBase64(evidence.installationResult)
    const result = readProfileInstallationResult(whole)
    const euicc = readCertificate(fromBase64(evidence.euiccCertificate))
    const manufacturer = readCertificate(fromBase64(evidence.eumCertificate))
    verifyEuicc(euicc, manufacturer, { issuers, atMs: nowMs })
    if (!ecdsaVerify(euicc.publicKey, result.data.raw, result.signature))
      throw refuse('provisioner.evidence-invalid', { why: 'the card did not sign it' })
    if (!result.data.result.success)
      throw refuse('provisioner.evidence-invalid', { why: 'the card reports a failure' })
    const { iccid } = result.data.notification
    if (!iccid) throw refuse('provisioner.evidence-invalid', { why: 'the result names no profile' })
    return { hash: keccak256(`0x${toHex(whole)}`), iccid }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw refuse('provisioner.evidence-invalid', { why: why.slice(0, 160) }, cause)
  }
}

/** The trusted issuers of a PKI directory, or of one certificate file. An empty path trusts nobody. */
export function loadIssuers(path: string): readonly Certificate[] {
  if (path === '') return []
  if (statSync(path).isDirectory()) return certificateIssuers(loadPki(path).issuers)
  const bytes = readFileSync(path)
  const text = bytes.toString('latin1')
  const pem = text.match(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)
  if (!pem) return [readCertificate(Uint8Array.from(bytes))]
  return pem.map((block) => readCertificate(fromBase64(block.replace(/-----[^-]+-----|\s/g, ''))))
}
