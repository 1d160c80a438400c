import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toBase64, toHex } from '@gesim/base'
import { type Certificate, ecdsaSign, identityOf, issueEuicc, loadPki, makeTestPki } from '@gesim/crypto'
import type { Hex } from '@gesim/journey'
import {
  parseIccid,
  writeEuiccResponse,
  writeProfileInstallationResult,
  writeProfileInstallationResultData,
} from '@gesim/sgp22'
import { keccak256 } from 'viem'
import type { Evidence } from '../evidence.ts'

/** A card of a test manufacturer that signs what a test asks for. */
export interface TestCard {
  readonly issuers: readonly Certificate[]
  /** The signed result of an installation, as the card would give it. */
  installed(iccid: string, success?: boolean): { evidence: Evidence; hash: Hex }
}

export function testCard(): TestCard {
  const folder = mkdtempSync(join(tmpdir(), 'card-evidence-'))
  try {
    makeTestPki(folder)
    const pki = loadPki(folder)
    const card = issueEuicc(folder, { eid: '89049032000000000000000000000017' })
    const manufacturer = identityOf(pki, 'eum', 'nist', Date.now())
    return {
      issuers: pki.issuers,
      installed(iccid, success = true) {
        const data = writeProfileInstallationResultData({
          transactionId: Uint8Array.of(1, 2, 3, 4),
          notification: { seqNumber: 1, event: 'install', address: 'localhost', iccid: parseIccid(iccid) },
          smdpOid: '2.999.10',
          result: success
            ? {
                success: true,
                aid: Uint8Array.from([0xa0, 0, 0, 5, 0x59, 0x10, 0x10]),
                simaResponse: writeEuiccResponse({ statuses: [{ status: 0 }] }),
              }
            : { success: false, command: 5, reason: 12 },
        })
        const result = writeProfileInstallationResult(data, ecdsaSign(card.privateKey, data))
        return {
          hash: keccak256(`0x${toHex(result)}`),
          evidence: {
            installationResult: toBase64(result),
            euiccCertificate: toBase64(card.certificate.der),
            eumCertificate: toBase64(manufacturer.certificate.der),
          },
        }
      },
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
