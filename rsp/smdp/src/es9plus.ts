import { bytesEqual, isFailure, type Log, refuse } from '@gesim/base'
import { certificateReader, ecdsaVerify, type SessionKeys, type Trust } from '@gesim/crypto'
import {
  type AuthenticationPorts,
  authenticateClient as authenticate,
  type Eid,
  type ES9PLUS,
  type Es9plusFunction,
  initiateAuthentication,
  type PendingNotification,
  type RequestOf,
  type ResponseOf,
  readCancelSessionResponse,
  readPendingNotification,
  readPrepareDownloadResponse,
  readSigned,
  signedWithPrevious,
  writeSmdpSigned2,
  writeStoreMetadata,
} from '@gesim/sgp22'
import { bindPackage } from './bind.ts'
import {
  chooseProfile,
  decideCancelled,
  decideConfirmationCode,
  decideDownloaded,
  decideInstallation,
  downloadOf,
  progress,
} from './download.ts'
import { checkEuicc } from './identities.ts'
import type { OrderLimits } from './order.ts'
import type { Chance, Profile, SmdpState } from './ports.ts'
import type { Sessions, SmdpIdentity } from './sessions.ts'
import { statusOf } from './status-of.ts'

/** What the functions for phones stand on. */
export interface Es9plusParts {
  readonly state: SmdpState
  readonly sessions: Sessions
  readonly chance: Chance
  readonly limits: OrderLimits
  readonly smdpAddress: string
  readonly identities: readonly SmdpIdentity[]
  readonly trust: Omit<Trust, 'atMs'>
  /** False refuses a package bound to a one-time key that the card lost. */
  readonly rebinding: boolean
  /** True protects profiles with keys of their own in place of the session's (ReplaceSessionKeys). */
  readonly profileKeys: boolean
  readonly log: Log
}

export type Es9plusHandlers = {
  readonly [Name in Es9plusFunction]: (
    body: RequestOf<(typeof ES9PLUS)[Name]>,
  ) => Promise<ResponseOf<(typeof ES9PLUS)[Name]>>
}

/** The five functions of ES9+ (SGP.22 section 5.6), whatever the binding. They throw refusals with a status code. */
export function es9plusHandlers(parts: Es9plusParts): Es9plusHandlers {
  const { state, sessions, chance, limits, log } = parts
  const trustNow = (): Trust => ({ ...parts.trust, atMs: chance.nowMs() })
  const readKnown = certificateReader()
  const authentication: AuthenticationPorts<SmdpIdentity> = {
    identities: parts.identities,
    trustedCiKeyIds: parts.trust.issuers.flatMap((issuer) => issuer.subjectKeyId ?? []),
    serverAddress: parts.smdpAddress,
    random: chance.random,
    verifyEuicc: (euicc, eum) => checkEuicc(readKnown, euicc, eum, trustNow()),
  }

  function findOrder(matchingId: string | undefined, eid: Eid): Promise<Profile | undefined> {
    return state.find(matchingId ? { matchingId } : { defaultFor: eid })
  }

  function freshKeys(): SessionKeys {
    const [initialMcv, sEnc, sMac] = [chance.random(16), chance.random(16), chance.random(16)]
    return { initialMcv, sEnc, sMac }
  }

  /** A refusal at the eligibility check is told to the operator whose order it is. */
  async function tellRefusal(profile: Profile | undefined, error: unknown): Promise<void> {
    const failed = statusOf(error)
    if (!profile || !failed || failed === '8.2.6/3.8') return
    const message = progress(profile, 'eligibilityCheck', chance.nowMs(), { failed })
    await state.change(profile.iccid, () => ({ result: undefined, messages: [message] }))
  }

  return {
    async initiateAuthentication(body) {
      const { session, response } = await initiateAuthentication(authentication, body)
      sessions.put({ authentication: session, startedAtMs: chance.nowMs() })
      return response
    },

    async authenticateClient(body) {
      const session = sessions.take(body.transactionId)
      if (session.client) throw refuse('sgp22.auth-transaction', { why: 'order' })
      const euicc = authenticate(authentication, session.authentication, body.authenticateServerResponse)
      const info = euicc.euiccSigned1.euiccInfo2
      const found = await findOrder(euicc.euiccSigned1.context.matchingId, euicc.eid)
      let profile: ReturnType<typeof chooseProfile>
      try {
        profile = chooseProfile(found, { eid: euicc.eid, info }, chance.nowMs(), limits)
      } catch (error) {
        await tellRefusal(found, error)
        throw error
      }
      const { transactionId, identity } = session.authentication
      const offeredOtpk = profile.downloads.at(-1)?.euiccOtpk
      const smdpSigned2 = writeSmdpSigned2({
        transactionId,
        confirmationCodeRequired: profile.order.confirmationCodeHash !== undefined,
        ...(offeredOtpk ? { bppEuiccOtpk: offeredOtpk } : {}),
      })
      const smdpSignature2 = await identity.signBinding(
        signedWithPrevious(smdpSigned2, euicc.euiccSignature1),
      )
      const client = { euicc, iccid: profile.iccid, smdpSignature2, ...(offeredOtpk ? { offeredOtpk } : {}) }
      sessions.put({ ...session, client })
      return {
        transactionId,
        profileMetadata: writeStoreMetadata({ ...profile.metadata, iccid: profile.iccid }),
        smdpSigned2,
        smdpSignature2,
        smdpCertificate: identity.binding.certificate.der,
      }
    },

    async getBoundProfilePackage(body) {
      const session = sessions.take(body.transactionId)
      const { client, authentication: agreed } = session
      if (!client || session.bound) throw refuse('sgp22.auth-transaction', { why: 'order' })
      const { euicc, iccid } = client
      const response = readSigned(() => readPrepareDownloadResponse(body.prepareDownloadResponse))
      if (response.error !== undefined) throw refuse('sgp22.auth-signature', { euiccError: response.error })
      const { euiccSigned2, euiccSignature2 } = response.ok
      if (!euicc.verify(signedWithPrevious(euiccSigned2.raw, client.smdpSignature2), euiccSignature2))
        throw refuse('sgp22.auth-signature', { why: 'signature' })
      const { transactionId, identity } = agreed
      if (!bytesEqual(euiccSigned2.transactionId, transactionId)) throw refuse('sgp22.auth-transaction')
      const refused = await state.change(iccid, (profile) =>
        profile
          ? decideConfirmationCode(profile, euiccSigned2.hashCc, transactionId, chance.nowMs(), limits)
          : { result: { refusal: 'smdp.unknown-matching-id' } },
      )
      if (refused) throw refuse(refused.refusal)
      if (!parts.rebinding && client.offeredOtpk && !bytesEqual(client.offeredOtpk, euiccSigned2.euiccOtpk))
        throw refuse('smdp.rebinding-refused')
      const card = { ...euicc, info: euicc.euiccSigned1.euiccInfo2 }
      const profile = chooseProfile(await state.find({ iccid }), card, chance.nowMs(), limits)
      const boundProfilePackage = await refusingBadKey(() =>
        bindPackage({
          curve: identity.binding.certificate.curve,
          transactionId,
          eid: euicc.eid,
          euiccOtpk: euiccSigned2.euiccOtpk,
          smdpOid: identity.oid,
          metadata: { ...profile.metadata, iccid },
          package: profile.package,
          ...(parts.profileKeys ? { protectionKeys: freshKeys() } : {}),
          sign: identity.signBinding,
          random: chance.random,
        }),
      )
      // The package leaves only after it is written down that it does.
      const bound = { transactionId, euiccOtpk: euiccSigned2.euiccOtpk }
      await state.change(iccid, (now) => decideDownloaded(now, card, bound, chance.nowMs(), limits))
      sessions.put({ ...session, bound: true })
      return { transactionId, boundProfilePackage }
    },

    async handleNotification(body) {
      let pending: PendingNotification
      try {
        pending = readPendingNotification(body.pendingNotification)
      } catch (error) {
        // SGP.22 5.6.4 has no failure: a phone would send the same again for ever.
        log.warn('a notification cannot be read', { error })
        return {}
      }
      await (pending.kind === 'installation' ? keepInstallation(pending) : keepEvent(pending))
      return {}
    },

    async cancelSession(body) {
      const session = sessions.require(body.transactionId)
      const { client, authentication: agreed } = session
      if (!client) throw refuse('sgp22.auth-transaction', { why: 'order' })
      const response = readSigned(() => readCancelSessionResponse(body.cancelSessionResponse))
      if (response.error !== undefined) throw refuse('sgp22.auth-transaction', { euiccError: response.error })
      const { signed, signature } = response.ok
      if (!client.euicc.verify(signed.raw, signature))
        throw refuse('sgp22.auth-signature', { why: 'signature' })
      if (!bytesEqual(signed.transactionId, agreed.transactionId)) throw refuse('sgp22.auth-transaction')
      if (signed.smdpOid !== agreed.identity.oid) throw refuse('smdp.wrong-oid')
      sessions.take(body.transactionId)
      await state.change(client.iccid, (profile) => decideCancelled(profile, signed.reason, chance.nowMs()))
      return {}
    },
  }

  async function keepInstallation(
    pir: Extract<PendingNotification, { kind: 'installation' }>,
  ): Promise<void> {
    const found = await state.find({ transactionId: pir.data.transactionId })
    const download = found && downloadOf(found, pir.data.transactionId)
    if (!found || !download) return log.warn('an installation result of an unknown transaction')
    const card = readKnown(download.euiccCertificate)
    const { iccid } = pir.data.notification
    const holds =
      ecdsaVerify(card.publicKey, pir.data.raw, pir.signature) &&
      parts.identities.some((identity) => identity.oid === pir.data.smdpOid) &&
      (iccid === undefined || iccid === found.iccid)
    if (!holds) return log.warn('an installation result does not hold')
    await state.change(found.iccid, (profile) => decideInstallation(profile, pir, chance.nowMs()))
  }

  async function keepEvent(other: Extract<PendingNotification, { kind: 'other' }>): Promise<void> {
    const { notification, signature } = other
    const { event, iccid } = notification
    if (!iccid || event === 'install') return
    try {
      const euicc = checkEuicc(readKnown, other.euiccCertificate, other.eumCertificate, trustNow())
      if (!euicc.verify(notification.raw, signature)) throw refuse('sgp22.auth-signature')
      await state.change(iccid, (profile) => {
        const known = profile?.evidence?.success && profile.evidence.eid === euicc.eid
        const changed = known && { ...profile, lastEvent: event, updatedAtMs: chance.nowMs() }
        return { result: undefined, ...(changed ? { profile: changed } : {}) }
      })
    } catch (error) {
      log.warn('a notification does not hold', { error })
    }
  }
}

/** A one-time key that is no point of the curve counts as a signature that does not hold. */
async function refusingBadKey<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!isFailure(error, 'crypto.bad-key')) throw error
    throw refuse('sgp22.auth-signature', { why: 'one-time key' }, error)
  }
}
