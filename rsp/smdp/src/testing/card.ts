import { fromHex, utf8 } from '@gesim/base'
import {
  BspReceiver,
  type Curve,
  certificateReader,
  deriveSessionKeys,
  ecdsaSign,
  ecdsaVerify,
  type Identity,
  OneTimeKey,
  sha256,
} from '@gesim/crypto'
import {
  type CANCEL_REASONS,
  callFunction,
  type Eid,
  ES9PLUS,
  eidToBytes,
  type Peer,
  parseEid,
  type RequestOf,
  type ResponseOf,
  readBody,
  readBoundProfilePackage,
  readInitialiseSecureChannel,
  readReplaceSessionKeys,
  readStoreMetadata,
  signedChannelOfReceived,
  signedWithPrevious,
  writeAuthenticateServerResponse,
  writeBody,
  writeCancelSessionResponse,
  writeEuiccCancelSessionSigned,
  writeEuiccInfo1,
  writeEuiccInfo2,
  writeEuiccResponse,
  writeEuiccSigned1,
  writeEuiccSigned2,
  writePrepareDownloadResponse,
  writeProfileInstallationResult,
  writeProfileInstallationResultData,
} from '@gesim/sgp22'
import { readTlv } from '@gesim/tlv'

const readKnown = certificateReader()

/** What a test changes before a message leaves the card. */
export type Tamper = (bytes: Uint8Array) => Uint8Array

/** What a test may set otherwise than a well-behaved card and phone do. */
export interface Oddities {
  readonly svn?: string
  readonly matchingId?: string
  readonly smdpAddress?: string
  readonly freeBytes?: number
  readonly profileVersion?: string
  readonly additionalProfileVersions?: readonly string[]
  /** BIT STRING content of the profile policy rules that the card forbids. */
  readonly forbidden?: Uint8Array
  readonly serverChallenge?: Uint8Array
  readonly eum?: Uint8Array
  readonly euicc?: Uint8Array
  readonly confirmationCode?: string
  /** In place of the hash of a confirmation code. */
  readonly hashCc?: Uint8Array
  /** The installation fails. */
  readonly fails?: boolean
  readonly otpk?: OneTimeKey
  readonly tamperClient?: Tamper
  readonly tamperDownload?: Tamper
  readonly signingKeyIds?: readonly Uint8Array[]
  readonly verificationKeyIds?: readonly Uint8Array[]
}

export interface Authenticated {
  readonly transactionId: Uint8Array
  readonly smdpSigned2: Uint8Array
  readonly smdpSignature2: Uint8Array
  readonly smdpCertificate: Uint8Array
  readonly profileMetadata: Uint8Array
}

/**
 * The card's and the phone's side of a download, written for the tests of the server: it speaks the
 * messages, checks what a card checks, and lets a test change any of them. The card for everybody else is
 * `@gesim/euicc`.
 */
export class TestCard {
  readonly eid: Eid
  readonly #identity: Identity
  readonly #eum: Identity
  readonly #curve: Curve
  readonly peer: Peer
  readonly smdpAddress: string

  constructor(options: { identity: Identity; eum: Identity; eid: string; peer: Peer; smdpAddress: string }) {
    this.#identity = options.identity
    this.#eum = options.eum
    this.#curve = options.identity.certificate.curve
    this.eid = parseEid(options.eid)
    this.peer = options.peer
    this.smdpAddress = options.smdpAddress
  }

  /** The same card behind another connection. */
  over(peer: Peer): TestCard {
    const { eid, smdpAddress } = this
    return new TestCard({ identity: this.#identity, eum: this.#eum, eid, smdpAddress, peer })
  }

  #keyIds(oddities: Oddities) {
    const own = [this.#eum.certificate.authorityKeyId!]
    return {
      verificationKeyIds: oddities.verificationKeyIds ?? own,
      signingKeyIds: oddities.signingKeyIds ?? own,
    }
  }

  info2(oddities: Oddities = {}): Uint8Array {
    return writeEuiccInfo2({
      profileVersion: oddities.profileVersion ?? '2.3.1',
      svn: oddities.svn ?? '2.5.0',
      firmwareVersion: '1.0.0',
      extCardResource: {
        installedApplications: 0,
        freeNonVolatileBytes: oddities.freeBytes ?? 500_000,
        freeVolatileBytes: 50_000,
      },
      uiccCapability: fromHex('047f36c0'),
      rspCapability: fromHex('0298'),
      ...this.#keyIds(oddities),
      ...(oddities.forbidden ? { forbiddenProfilePolicyRules: oddities.forbidden } : {}),
      protectionProfileVersion: '1.0.0',
      sasAccreditationNumber: 'GI-BA-UP-0419',
      ...(oddities.additionalProfileVersions
        ? { additionalProfileVersions: oddities.additionalProfileVersions }
        : {}),
    })
  }

  initiate(oddities: Oddities = {}, euiccChallenge: Uint8Array = new Uint8Array(16).fill(7)) {
    return callFunction(this.peer, ES9PLUS.initiateAuthentication, {
      euiccChallenge,
      euiccInfo1: writeEuiccInfo1({ svn: oddities.svn ?? '2.5.0', ...this.#keyIds(oddities) }),
      smdpAddress: oddities.smdpAddress ?? this.smdpAddress,
    })
  }

  /** The answer of the card to the server's first message. */
  authenticateServerResponse(
    opened: Awaited<ReturnType<TestCard['initiate']>>,
    matchingId: string | undefined,
    oddities: Oddities = {},
  ): { response: Uint8Array; euiccSignature1: Uint8Array } {
    const serverKey = readKnown(opened.serverCertificate).publicKey
    if (!ecdsaVerify(serverKey, opened.serverSigned1, opened.serverSignature1))
      throw new Error('serverSignature1')
    const signed = readTlv(opened.serverSigned1)
    const euiccSigned1 = writeEuiccSigned1({
      transactionId: opened.transactionId,
      serverAddress: new TextDecoder().decode(signed.require(0x83).value),
      serverChallenge: oddities.serverChallenge ?? signed.require(0x84).value,
      euiccInfo2: this.info2(oddities),
      context: {
        ...(matchingId === undefined ? {} : { matchingId }),
        device: { tac: fromHex('35290611'), capabilities: { eutranEpc: '15.0.0' } },
      },
    })
    const euiccSignature1 = ecdsaSign(this.#identity.privateKey, euiccSigned1)
    const response = writeAuthenticateServerResponse({
      ok: {
        euiccSigned1,
        euiccSignature1,
        euiccCertificate: oddities.euicc ?? this.#identity.certificate.der,
        eumCertificate: oddities.eum ?? this.#eum.certificate.der,
      },
    })
    return { response, euiccSignature1 }
  }

  /** Mutual authentication; ends with the metadata of the profile. */
  async authenticate(matchingId: string | undefined, oddities: Oddities = {}): Promise<Authenticated> {
    const opened = await this.initiate(oddities)
    const { response, euiccSignature1 } = this.authenticateServerResponse(opened, matchingId, oddities)
    const answer = await callFunction(this.peer, ES9PLUS.authenticateClient, {
      transactionId: opened.transactionId,
      authenticateServerResponse: oddities.tamperClient?.(response) ?? response,
    })
    const bindingKey = readKnown(answer.smdpCertificate).publicKey
    const covered = signedWithPrevious(answer.smdpSigned2, euiccSignature1)
    if (!ecdsaVerify(bindingKey, covered, answer.smdpSignature2)) throw new Error('smdpSignature2')
    return answer
  }

  /** The hash that a phone sends for a confirmation code (SGP.22 section 4.7). */
  hashOfCode(code: string, transactionId: Uint8Array): Uint8Array {
    return sha256(sha256(utf8(code)), transactionId)
  }

  prepareDownloadResponse(
    authenticated: Authenticated,
    otpk: OneTimeKey,
    confirmationCode?: string,
    otherHash?: Uint8Array,
  ): Uint8Array {
    const { transactionId, smdpSignature2 } = authenticated
    const hashCc =
      otherHash ??
      (confirmationCode === undefined ? undefined : this.hashOfCode(confirmationCode, transactionId))
    const euiccSigned2 = writeEuiccSigned2({ transactionId, euiccOtpk: otpk.publicPoint, hashCc })
    const euiccSignature2 = ecdsaSign(
      this.#identity.privateKey,
      signedWithPrevious(euiccSigned2, smdpSignature2),
    )
    return writePrepareDownloadResponse({ ok: { euiccSigned2, euiccSignature2 } })
  }

  /** Asks for the package, opens it and gives the profile in clear. */
  async fetch(
    authenticated: Authenticated,
    oddities: Oddities = {},
  ): Promise<{ profile: Uint8Array; iccid: string }> {
    const otpk = oddities.otpk ?? OneTimeKey.generate(this.#curve)
    const { confirmationCode, hashCc } = oddities
    const response = this.prepareDownloadResponse(authenticated, otpk, confirmationCode, hashCc)
    const { boundProfilePackage } = await callFunction(this.peer, ES9PLUS.getBoundProfilePackage, {
      transactionId: authenticated.transactionId,
      prepareDownloadResponse: oddities.tamperDownload?.(response) ?? response,
    })
    return this.open(boundProfilePackage, authenticated, otpk)
  }

  /** The package as it came. */
  async fetchUnopened(authenticated: Authenticated, otpk: OneTimeKey): Promise<Uint8Array> {
    const { boundProfilePackage } = await callFunction(this.peer, ES9PLUS.getBoundProfilePackage, {
      transactionId: authenticated.transactionId,
      prepareDownloadResponse: this.prepareDownloadResponse(authenticated, otpk),
    })
    return boundProfilePackage
  }

  /** Checks and decrypts a bound profile package as a card does. */
  open(boundProfilePackage: Uint8Array, authenticated: Authenticated, otpk: OneTimeKey) {
    const bound = readBoundProfilePackage(boundProfilePackage)
    const channel = readInitialiseSecureChannel(bound.initialiseSecureChannel)
    const bindingKey = readKnown(authenticated.smdpCertificate).publicKey
    const covered = signedChannelOfReceived(channel.signedFields, otpk.publicPoint)
    if (!ecdsaVerify(bindingKey, covered, channel.smdpSignature)) throw new Error('smdpSign')
    const context = { hostId: channel.hostId, eid: eidToBytes(this.eid) }
    const receiver = new BspReceiver(deriveSessionKeys(otpk.agree(channel.smdpOtpk), context))
    for (const segment of bound.firstSequence87) receiver.decrypt(segment)
    const metadata = Buffer.concat(bound.sequence88.map((segment) => receiver.verify(segment)))
    const replaced = bound.secondSequence87?.map((segment) => receiver.decrypt(segment))
    const keys = replaced && readReplaceSessionKeys(Uint8Array.from(Buffer.concat(replaced)))
    const protection = keys
      ? new BspReceiver({ initialMcv: keys.initialMcv, sEnc: keys.ppkEnc, sMac: keys.ppkCmac })
      : receiver
    const parts = bound.sequence86.map((segment) => protection.decrypt(segment))
    const longest = Math.max(...[...bound.sequence86, ...bound.sequence88].map((segment) => segment.length))
    if (longest > 1020) throw new Error(`a segment of ${longest} bytes`)
    return {
      profile: Uint8Array.from(Buffer.concat(parts)),
      iccid: readStoreMetadata(readTlv(Uint8Array.from(metadata))).iccid,
    }
  }

  /** The signed result of an installation. */
  installationResult(
    transactionId: Uint8Array,
    what: {
      iccid: string
      success?: boolean
      /** ErrorReason of a failure. Default: an element of the profile. */
      reason?: number
      smdpOid?: string | null
      seqNumber?: number
    },
  ): Uint8Array {
    const simaResponse = writeEuiccResponse({ statuses: [{ status: 0 }] })
    const data = writeProfileInstallationResultData({
      transactionId,
      notification: {
        seqNumber: what.seqNumber ?? 1,
        event: 'install',
        address: this.smdpAddress,
        iccid: what.iccid as never,
      },
      // Null leaves it out, as cards of version 2.0 may.
      ...(what.smdpOid === null ? {} : { smdpOid: what.smdpOid ?? '2.999.10' }),
      result:
        what.success === false
          ? { success: false, command: 5, reason: what.reason ?? 12, simaResponse }
          : { success: true, aid: fromHex('a0000005591010ffffffff8900001000'), simaResponse },
    })
    return writeProfileInstallationResult(data, ecdsaSign(this.#identity.privateKey, data))
  }

  notify(pendingNotification: Uint8Array) {
    return callFunction(this.peer, ES9PLUS.handleNotification, { pendingNotification })
  }

  cancelSessionResponse(transactionId: Uint8Array, reason: number, smdpOid = '2.999.10'): Uint8Array {
    const signed = writeEuiccCancelSessionSigned({ transactionId, smdpOid, reason })
    return writeCancelSessionResponse({
      ok: { signed, signature: ecdsaSign(this.#identity.privateKey, signed) },
    })
  }

  cancel(transactionId: Uint8Array, reason: keyof typeof CANCEL_REASONS, smdpOid?: string) {
    return callFunction(this.peer, ES9PLUS.cancelSession, {
      transactionId,
      cancelSessionResponse: this.cancelSessionResponse(transactionId, reason, smdpOid),
    })
  }

  /** A whole download, each body by way of `ask`, in the JSON that goes over the wire. */
  async recordDownload(
    ask: (name: keyof typeof ES9PLUS, request: unknown) => Promise<unknown>,
    matchingId: string,
    otpk: OneTimeKey,
  ): Promise<void> {
    const call = async <Name extends keyof typeof ES9PLUS>(
      name: Name,
      body: RequestOf<(typeof ES9PLUS)[Name]>,
    ): Promise<ResponseOf<(typeof ES9PLUS)[Name]>> => {
      const answer = await ask(name, writeBody(ES9PLUS[name].request, body as never))
      return readBody(ES9PLUS[name].response, answer ?? {}) as never
    }
    const opened = await call('initiateAuthentication', {
      euiccChallenge: new Uint8Array(16).fill(7),
      euiccInfo1: writeEuiccInfo1({ svn: '2.5.0', ...this.#keyIds({}) }),
      smdpAddress: this.smdpAddress,
    })
    const { transactionId } = opened
    const authenticateServerResponse = this.authenticateServerResponse(opened, matchingId).response
    const client = await call('authenticateClient', { transactionId, authenticateServerResponse })
    const prepareDownloadResponse = this.prepareDownloadResponse(client, otpk)
    const bound = await call('getBoundProfilePackage', { transactionId, prepareDownloadResponse })
    const { iccid } = this.open(bound.boundProfilePackage, client, otpk)
    await call('handleNotification', {
      pendingNotification: this.installationResult(transactionId, { iccid }),
    })
  }

  /** A whole download with its notification. */
  async download(matchingId: string | undefined, oddities: Oddities = {}) {
    const authenticated = await this.authenticate(matchingId, oddities)
    const opened = await this.fetch(authenticated, oddities)
    const { iccid } = opened
    const result = this.installationResult(authenticated.transactionId, { iccid, success: !oddities.fails })
    await this.notify(result)
    return { ...opened, transactionId: authenticated.transactionId }
  }
}
