// The SM-DP+ in this process, without a network: its functions for phones, and what they stand on.
import { identityOf, localSigner, OneTimeKey, type Pki, systemRandom } from '@gesim/crypto'
import { parseEid } from '@gesim/sgp22'
import { bindPackage, openService, packageOf } from '@gesim/smdp/bench'
import { checkTree, readTlv } from '@gesim/tlv'
import { type Row, row } from './row.ts'
import {
  bareAgreement,
  bareCipher,
  bareKeyImport,
  bareOneTimeKey,
  bareProtection,
  bareSign,
  bareVerify,
} from './rsp-anchors.ts'
import { inTurn, repeated } from './rsp-rounds.ts'
import { downloadMany, freshIccid, openingOf, PROFILE_BYTES } from './rsp-world.ts'

async function initiateRow(pki: Pki): Promise<Row> {
  const { handlers } = openService(pki)
  const opening = openingOf(pki)
  const rates = await inTurn(
    repeated(() => handlers.initiateAuthentication(opening)),
    repeated(bareSign),
    { count: 200, warmUp: 100 },
  )
  const against = 'one ECDSA signature: the function makes one'
  return row('rsp.initiateAuthentication', rates.ours, rates.anchor, 'per s and core', against)
}

/** What the functions of a download cannot do without. */
function bareDownload(profile: Uint8Array): void {
  // serverSignature1, smdpSignature2, and the one in InitialiseSecureChannel.
  for (let i = 0; i < 3; i++) bareSign()
  // The card's certificate, its two signatures, and the one under the result. Its manufacturer was met before.
  bareVerify()
  const card = bareKeyImport()
  for (let i = 0; i < 3; i++) bareVerify(card)
  bareOneTimeKey()
  bareAgreement()
  bareProtection(profile)
}

async function downloadRow(pki: Pki): Promise<Row> {
  const service = openService(pki)
  const profile = packageOf(freshIccid(), PROFILE_BYTES)
  const rates = await inTurn(
    async (count) => (await downloadMany(pki, service, count)).seconds,
    repeated(() => bareDownload(profile)),
    { count: 200, rounds: 9, warmUp: 8 },
  )
  const against = '3 signatures, 4 checks, 1 public key, 1 one-time key, 1 agreement, AES over 12 kB twice'
  return row('rsp.download', rates.ours, rates.anchor, 'per s and core', against)
}

async function bindRow(pki: Pki): Promise<Row> {
  const { certificate, privateKey } = identityOf(pki, 'dp-pb', 'nist')
  const iccid = freshIccid()
  const profile = packageOf(iccid, PROFILE_BYTES)
  const binding = {
    curve: 'nist',
    transactionId: systemRandom(16),
    eid: parseEid('89049032123451234512345678901235'),
    euiccOtpk: OneTimeKey.generate('nist').publicPoint,
    smdpOid: certificate.registeredId!,
    metadata: { iccid, serviceProviderName: 'Aurora', profileName: 'Aurora data' },
    package: profile,
    sign: localSigner(privateKey).sign,
    random: systemRandom,
  } as const
  const rates = await inTurn(
    repeated(() => bindPackage(binding)),
    repeated(() => {
      bareSign()
      bareOneTimeKey()
      bareAgreement()
      bareProtection(profile)
    }),
    { count: 50 },
  )
  const against = '1 signature, 1 one-time key, 1 agreement, AES over 12 kB twice'
  return row('rsp.bindPackage', rates.ours, rates.anchor, 'per s and core', against)
}

async function decodeRow(pki: Pki): Promise<Row> {
  const { messages } = await downloadMany(pki, openService(pki), 5)
  // Without the bound packages: segments of a kilobyte would flatter a reader that copies nothing.
  const all = [
    ...messages.authenticateServerResponses,
    ...messages.prepareDownloadResponses,
    ...messages.pendingNotifications,
  ]
  const bytes = all.reduce((sum, message) => sum + message.length, 0)
  const whole = new Uint8Array(Buffer.concat(all))
  const rates = await inTurn(
    repeated(() => {
      for (const message of all) checkTree(readTlv(message))
    }),
    repeated(() => bareCipher(whole)),
    { count: 50 },
  )
  const against = 'AES-128-CBC over the same bytes in one call: messages of phones, to the last element'
  return row('rsp.tlvDecode', (rates.ours * bytes) / 1e6, (rates.anchor * bytes) / 1e6, 'MB/s', against)
}

export async function serverRows(pki: Pki): Promise<Row[]> {
  return [await initiateRow(pki), await downloadRow(pki), await bindRow(pki), await decodeRow(pki)]
}
