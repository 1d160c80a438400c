// A PKI, a service without a network and cards, for the rows of remote provisioning.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadPki, makeTestPki, OneTimeKey, type Pki, systemRandom } from '@gesim/crypto'
import { type ES9PLUS, type Iccid, parseIccid, type RequestOf, writeEuiccInfo1 } from '@gesim/sgp22'
import { packageOf, type Service, SMDP_ADDRESS } from '@gesim/smdp/bench'
import { cpuSecondsOf } from './row.ts'
import { collect } from './rsp-rounds.ts'

/** Bytes of the measured profile. */
export const PROFILE_BYTES = 12_000

/** A test PKI, made in a folder that is gone again. */
export function benchPki(): Pki {
  const directory = mkdtempSync(join(tmpdir(), 'gesim-bench-'))
  try {
    makeTestPki(directory, { smdpHosts: [SMDP_ADDRESS, 'localhost'] })
    return loadPki(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

let lastIccid = 0

export function freshIccid(): Iccid {
  return parseIccid(`8988300000${String(++lastIccid).padStart(9, '0')}`)
}

/** The first message of a phone whose card knows the issuer of a PKI. */
export function openingOf(pki: Pki): RequestOf<typeof ES9PLUS.initiateAuthentication> {
  const issuers = pki.issuers.flatMap(({ role, subjectKeyId }) =>
    role === 'ci' && subjectKeyId ? [subjectKeyId] : [],
  )
  return {
    euiccChallenge: systemRandom(16),
    euiccInfo1: writeEuiccInfo1({ svn: '2.5.0', verificationKeyIds: issuers, signingKeyIds: issuers }),
    smdpAddress: SMDP_ADDRESS,
  }
}

/** Messages of downloads, as they went over the wire. */
export interface Messages {
  readonly authenticateServerResponses: readonly Uint8Array[]
  readonly prepareDownloadResponses: readonly Uint8Array[]
  readonly pendingNotifications: readonly Uint8Array[]
}

/**
 * The server's half of downloads, function by function, each by a card that it has not met. Only the functions count;
 * what the cards do in between does not.
 */
export async function downloadMany(
  pki: Pki,
  service: Service,
  count: number,
): Promise<{ seconds: number; messages: Messages }> {
  const iccids = Array.from({ length: count }, freshIccid)
  const cards = iccids.map(() => service.freshCard())
  for (const iccid of iccids) await service.order(packageOf(iccid, PROFILE_BYTES), iccid)
  const { handlers } = service
  let seconds = 0
  async function timed<T, U>(inputs: readonly T[], ask: (input: T) => Promise<U>): Promise<U[]> {
    const outputs: U[] = []
    collect()
    seconds += await cpuSecondsOf(async () => {
      for (const input of inputs) outputs.push(await ask(input))
    })
    return outputs
  }
  const opened = await timed(
    iccids.map(() => openingOf(pki)),
    handlers.initiateAuthentication,
  )
  const proofs = opened.map((one, i) => ({
    transactionId: one.transactionId,
    authenticateServerResponse: cards[i]!.authenticateServerResponse(one, iccids[i]).response,
  }))
  const accepted = await timed(proofs, handlers.authenticateClient)
  const wishes = accepted.map((one, i) => ({
    transactionId: one.transactionId,
    prepareDownloadResponse: cards[i]!.prepareDownloadResponse(one, OneTimeKey.generate('nist')),
  }))
  const bound = await timed(wishes, handlers.getBoundProfilePackage)
  const results = bound.map(({ transactionId }, i) => ({
    pendingNotification: cards[i]!.installationResult(transactionId, { iccid: iccids[i]! }),
  }))
  await timed(results, handlers.handleNotification)
  await service.settle()
  const messages = {
    authenticateServerResponses: proofs.map((one) => one.authenticateServerResponse),
    prepareDownloadResponses: wishes.map((one) => one.prepareDownloadResponse),
    pendingNotifications: results.map((one) => one.pendingNotification),
  }
  return { seconds, messages }
}
