import { bytesEqual, isFailure, type Log, refuse } from '@gesim/base'
import { certificateReader, ecdsaVerify, type SessionKeys, type Trust } from '@gesim/crypto'
import {
  type AuthenticationPorts,
  authenticateClient as authenticate,
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
  type Downloader,
  decideCancelled,
  decideConfirmationCode,
  decideDownloaded,
  downloadOf,
  earlierKeyOf,
  type Ordered,
  ofOrder,
  orderKey,
  progress,
} from './download.ts'
import { type Identities, verifiedEuicc } from './identities.ts'
import { decideInstallation } from './installation.ts'
import type { OrderLimits } from './order.ts'
import type { Chance, Profile, SmdpState } from './ports.ts'
import type { ClientSession, MistypedCode, Sessions } from './sessions.ts'
import { statusOf } from './status-of.ts'
import { Turns } from './turns.ts'

/** What the functions for phones stand on. */
export interface Es9plusParts {
  readonly state: SmdpState
  readonly sessions: Sessions
  readonly chance: Chance
  readonly limits: OrderLimits
  /** Own addresses, as phones may name them. */
  readonly addresses: readonly string[]
  readonly identities: Identities
  readonly trustNow: () => Trust
  /** False refuses a package bound to a one-time key that the card lost. */
  readonly rebinding: boolean
  /** True protects profiles with keys of their own in place of the session's (ReplaceSessionKeys). */
  readonly profileKeys: boolean
  /** Whether an operator has a place where it is told of downloads. */
  readonly isTold: (operator: string) => boolean
  readonly log: Log
}

export type Es9plusHandlers = {
  readonly [Name in Es9plusFunction]: (
    body: RequestOf<(typeof ES9PLUS)[Name]>,
  ) => Promise<ResponseOf<(typeof ES9PLUS)[Name]>>
}

const MAY_BE_TYPED_AGAIN: readonly string[] = [
  'smdp.confirmation-code-missing',
  'smdp.confirmation-code-refused',
] satisfies MistypedCode[]

/** The five functions of ES9+ (SGP.22 section 5.6), whatever the binding. They throw refusals with a status code. */
export function es9plusHandlers(parts: Es9plusParts): Es9plusHandlers {
  const { state, sessions, chance, limits, log, trustNow } = parts
  const readKnown = certificateReader()
  const authentication: AuthenticationPorts = {
    get identities() {
      return parts.identities.current
    },
    get trustedCiKeyIds() {
      return trustNow().issuers.flatMap((issuer) => issuer.subjectKeyId ?? [])
    },
    serverAddresses: parts.addresses,
    random: chance.random,
    verifyEuicc: (euicc, eum) => verifiedEuicc({ euicc, eum }, trustNow(), readKnown),
  }

  function freshKeys(): SessionKeys {
    const [initialMcv, sEnc, sMac] = [chance.random(16), chance.random(16), chance.random(16)]
    return { initialMcv, sEnc, sMac }
  }

  function signedByCard(session: ClientSession, data: Uint8Array, signature: Uint8Array): boolean {
    return ecdsaVerify(readKnown(session.client.euiccCertificate).publicKey, data, signature)
  }

  /** The profile of an order, if the card may have it; the operator is told the outcome of this check. */
  async function chooseFor(card: Downloader, matchingId: string | undefined): Promise<Ordered> {
    // SGP.22 3.1.3: without a matching identifier the order is found by the card.
    const found = await state.find(matchingId ? { matchingId } : { defaultFor: card.eid })
    const tell = async (profile: Profile, outcome: Parameters<typeof progress>[3]) => {
      const message = progress(profile, 'eligibilityCheck', chance.nowMs(), { ...outcome, eid: card.eid })
      await state.change(profile.iccid, () => ({ result: undefined, messages: [message] }))
    }
    let chosen: Ordered
    try {
      chosen = chooseProfile(found, card, chance.nowMs(), limits)
    } catch (error) {
      const failed = statusOf(error)
      // Of an order that ended the operator has been told already.
      if (found && failed && !isFailure(error, 'smdp.unknown-matching-id')) await tell(found, { failed })
      throw error
    }
    if (parts.isTold(chosen.operator)) await tell(chosen, {})
    return chosen
  }

  async function checkConfirmationCode(
    session: ClientSession,
    hashCc: Uint8Array | undefined,
    euiccSignature2: Uint8Array,
  ): Promise<void> {
    const { client, transactionId, mistyped } = session
    // The same bytes are no other try: the answer was lost on its way, and the phone or a proxy sends again.
    if (mistyped && bytesEqual(mistyped.euiccSignature2, euiccSignature2)) {
      await sessions.put(session)
      throw refuse(mistyped.failure)
    }
    const refused = await state.change(client.iccid, (found) => {
      const profile = ofOrder(found, client.orderKey)
      return profile
        ? decideConfirmationCode(profile, hashCc, transactionId, chance.nowMs(), limits)
        : { result: refuse('smdp.unknown-matching-id') }
    })
    if (!refused) return
    // The user may type it again: the order counts the tries (SGP.22 5.6.2), so the session need not end.
    if (MAY_BE_TYPED_AGAIN.includes(refused.code)) {
      const failure = refused.code as MistypedCode
      await sessions.put({ ...session, mistyped: { euiccSignature2, failure } })
    }
    throw refused
  }

  return inTurns({
    async initiateAuthentication(body) {
      const { session, response } = await initiateAuthentication(authentication, body)
      await sessions.put({ ...session, startedAtMs: chance.nowMs() })
      return response
    },

    async authenticateClient(body) {
      const session = await sessions.takeOpened(body.transactionId)
      const euicc = authenticate(authentication, session, body.authenticateServerResponse)
      const { euiccInfo2: info, context } = euicc.euiccSigned1
      const profile = await chooseFor({ eid: euicc.eid, info }, context.matchingId)
      const { transactionId } = session
      const identity = sessions.identityOf(session)
      const offeredOtpk = earlierKeyOf(profile, identity.binding.certificate.curve)
      const smdpSigned2 = writeSmdpSigned2({
        transactionId,
        confirmationCodeRequired: profile.order.confirmationCodeHash !== undefined,
        ...(offeredOtpk ? { bppEuiccOtpk: offeredOtpk } : {}),
      })
      const smdpSignature2 = await identity.signBinding(
        signedWithPrevious(smdpSigned2, euicc.euiccSignature1),
      )
      await sessions.put({
        ...session,
        client: {
          eid: euicc.eid,
          info,
          euiccCertificate: euicc.euiccCertificate,
          eumCertificate: euicc.eumCertificate,
          iccid: profile.iccid,
          orderKey: orderKey(profile.order),
          smdpSignature2,
          ...(offeredOtpk ? { offeredOtpk } : {}),
        },
      })
      return {
        transactionId,
        profileMetadata: writeStoreMetadata({ ...profile.metadata, iccid: profile.iccid }),
        smdpSigned2,
        smdpSignature2,
        smdpCertificate: identity.binding.certificate.der,
      }
    },

    async getBoundProfilePackage(body) {
      const session = await sessions.takeAuthenticated(body.transactionId)
      const { client, transactionId } = session
      const { iccid, eid } = client
      const response = readSigned(() => readPrepareDownloadResponse(body.prepareDownloadResponse))
      if (response.error !== undefined) throw refuse('sgp22.auth-signature', { euiccError: response.error })
      const { euiccSigned2, euiccSignature2 } = response.ok
      const { euiccOtpk, hashCc } = euiccSigned2
      if (
        !signedByCard(session, signedWithPrevious(euiccSigned2.raw, client.smdpSignature2), euiccSignature2)
      )
        throw refuse('sgp22.auth-signature', { why: 'signature' })
      if (!bytesEqual(euiccSigned2.transactionId, transactionId)) throw refuse('sgp22.auth-transaction')
      let found = ofOrder(await state.find({ iccid }), client.orderKey)
      if (!found) throw refuse('smdp.unknown-matching-id')
      // Most orders have no code: then nothing is counted, and nothing need be written.
      if (found.order?.confirmationCodeHash) {
        await checkConfirmationCode(session, hashCc, euiccSignature2)
        found = ofOrder(await state.find({ iccid }), client.orderKey)
      }
      if (!parts.rebinding && client.offeredOtpk && !bytesEqual(client.offeredOtpk, euiccOtpk))
        throw refuse('smdp.rebinding-refused')
      const profile = chooseProfile(found, client, chance.nowMs(), limits)
      const identity = sessions.identityOf(session)
      const { curve } = identity.binding.certificate
      const boundProfilePackage = await refusingBadKey(() =>
        bindPackage({
          curve,
          transactionId,
          eid,
          euiccOtpk,
          smdpOid: identity.oid,
          metadata: { ...profile.metadata, iccid },
          package: profile.package,
          ...(parts.profileKeys ? { protectionKeys: freshKeys() } : {}),
          sign: identity.signBinding,
          random: chance.random,
        }),
      )
      // The package leaves only after it is written down that it does.
      const bound = { transactionId, euiccOtpk, curve }
      await state.change(iccid, (now) =>
        decideDownloaded(ofOrder(now, client.orderKey), client, bound, chance.nowMs(), limits),
      )
      await sessions.put({ ...session, bound: true })
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
      const session = await sessions.requireAuthenticated(body.transactionId)
      const { client } = session
      const response = readSigned(() => readCancelSessionResponse(body.cancelSessionResponse))
      if (response.error !== undefined) throw refuse('sgp22.auth-transaction', { euiccError: response.error })
      const { signed, signature } = response.ok
      if (!signedByCard(session, signed.raw, signature))
        throw refuse('sgp22.auth-signature', { why: 'signature' })
      if (!bytesEqual(signed.transactionId, session.transactionId)) throw refuse('sgp22.auth-transaction')
      if (signed.smdpOid !== sessions.identityOf(session).oid) throw refuse('smdp.wrong-oid')
      if (!(await sessions.end(body.transactionId))) throw refuse('sgp22.auth-transaction')
      // Phones clean up behind every failure, lpac by "end user rejection": a code that was mistyped ends no order.
      if (session.mistyped) return {}
      await state.change(client.iccid, (found) =>
        decideCancelled(ofOrder(found, client.orderKey), signed.reason, client.eid, chance.nowMs()),
      )
      return {}
    },
  })

  async function keepInstallation(
    pir: Extract<PendingNotification, { kind: 'installation' }>,
  ): Promise<void> {
    const found = await state.find({ transactionId: pir.data.transactionId })
    const download = found && downloadOf(found, pir.data.transactionId)
    if (!found || !download) return log.warn('an installation result of an unknown transaction')
    const card = readKnown(download.euiccCertificate)
    const { smdpOid } = pir.data
    const { iccid } = pir.data.notification
    const holds =
      ecdsaVerify(card.publicKey, pir.data.raw, pir.signature) &&
      (smdpOid === undefined || parts.identities.current.some(({ oid }) => oid === smdpOid)) &&
      (iccid === undefined || iccid === found.iccid)
    if (!holds) return log.warn('an installation result does not hold')
    await state.change(found.iccid, (profile) => decideInstallation(profile, pir, chance.nowMs(), limits))
  }

  async function keepEvent(other: Extract<PendingNotification, { kind: 'other' }>): Promise<void> {
    const { notification, signature } = other
    const { event, iccid } = notification
    if (!iccid || event === 'install') return
    try {
      const shown = { euicc: other.euiccCertificate, eum: other.eumCertificate }
      const euicc = verifiedEuicc(shown, trustNow(), readKnown)
      if (!euicc.verify(notification.raw, signature)) throw refuse('sgp22.auth-signature')
      await state.change(iccid, (profile) => {
        const known = profile?.evidence?.success && profile.evidence.eid === euicc.eid
        const changed = known && { ...profile, lastEvent: event, updatedAtMs: chance.nowMs() }
        return { result: undefined, ...(changed ? { profile: changed } : {}) }
      })
    } catch (error) {
      if (!isFailure(error)) throw error
      log.warn('a notification does not hold', { error })
    }
  }
}

/** The same functions, none of which begins when others have held up the event loop long enough. */
function inTurns(handlers: Es9plusHandlers): Es9plusHandlers {
  const turns = new Turns()
  const wrapped = Object.entries(handlers).map(([name, handle]) => {
    const run = handle as (body: unknown) => Promise<unknown>
    return [name, (body: unknown) => turns.begin()?.then(() => run(body)) ?? run(body)]
  })
  return Object.fromEntries(wrapped) as Es9plusHandlers
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
