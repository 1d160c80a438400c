import { bytesEqual, concatBytes, isFailure } from '@gesim/base'
import {
  BspReceiver,
  deriveSessionKeys,
  ecdsaVerify,
  KEY_LENGTH,
  KEY_TYPE_AES,
  type SessionKeys,
} from '@gesim/crypto'
import { checkPackage, type Finding, iccidOf, type ProfilePackage, peOf, readPackage } from '@gesim/saip'
import {
  type EuiccResponse,
  eidToBytes,
  type ProfileMetadata,
  parseEid,
  REMOTE_OP_INSTALL,
  readConfigureIsdp,
  readInitialiseSecureChannel,
  readReplaceSessionKeys,
  readStoreMetadata,
  signedChannelOfReceived,
  writeEuiccResponse,
} from '@gesim/sgp22'
import { readTlv } from '@gesim/tlv'
import { installPackage, PE_STATUS } from '../uicc/install.ts'
import { type BppEvent, type BppList, BppStream } from './bpp-stream.ts'
import { keepLoading } from './interruption.ts'
import type { Isdr } from './isdr.ts'
import { type CardProfile, MEMORY_BYTES } from './memory.ts'
import { notifyEvent, notifyInstallation } from './notify.ts'
import { ownerMismatch } from './owner.ts'
import { policyRefusal } from './policy.ts'
import type { Authenticated, PackageLoader, Prepared } from './session.ts'

/** BppCommandId by the part of the package that failed. */
const COMMAND = { channel: 0, configure: 1, metadata: 2, keys: 4, profile: 5 } as const

/** ErrorReason of a ProfileInstallationResult. */
const REASON = {
  incorrectInput: 1,
  signature: 2,
  transactionId: 3,
  crtValues: 4,
  remoteOperation: 5,
  structure: 7,
  security: 8,
  iccidExists: 9,
  memory: 10,
  elementProcessing: 12,
  dataMismatch: 13,
  policy: 15,
} as const

/** Ends a load: where and why. */
class LoadError extends Error {
  readonly command: number
  readonly reason: number
  readonly simaResponse?: Uint8Array
  constructor(part: keyof typeof COMMAND, reason: number, simaResponse?: Uint8Array) {
    super(`${part}: ${reason}`)
    this.command = COMMAND[part]
    this.reason = reason
    this.simaResponse = simaResponse
  }
}

const MAX_METADATA_BYTES = 4096
/** SGP.22, 5.5.2: data of the SM-DP+, tag and length included. */
const MAX_PROPRIETARY_BYTES = 128

/** Takes one bound profile package, checks, opens and installs it, and signs the result. */
export class BppLoader implements PackageLoader {
  readonly #isdr: Isdr
  readonly #authenticated: Authenticated
  readonly #prepared: Prepared
  readonly #stream: BppStream
  #receiver?: BspReceiver
  #plain: Uint8Array[] = []
  #plainBytes = 0
  #replacement?: SessionKeys
  #metadata?: ProfileMetadata
  #metadataRaw?: Uint8Array
  #proprietary?: Uint8Array
  #keptCommand?: number
  #result?: Uint8Array

  constructor(isdr: Isdr, authenticated: Authenticated, prepared: Prepared) {
    this.#isdr = isdr
    this.#authenticated = authenticated
    this.#prepared = prepared
    this.#stream = new BppStream({
      maxSegmentBytes: isdr.lenient ? 1036 : 1020,
      maxPackageBytes: 4 << 20,
    })
  }

  get isMidElement(): boolean {
    return this.#stream.isMidElement
  }

  /** Takes a piece; gives the signed result when the load ended with it. Throws `StatusWord` for unknown tags. */
  push(bytes: Uint8Array): Uint8Array | undefined {
    try {
      for (const event of this.#stream.push(bytes)) this.#take(event)
      if (!this.#result) this.#keepPlace()
    } catch (error) {
      if (!(error instanceof LoadError)) throw error
      this.#finish({
        success: false,
        command: error.command,
        reason: error.reason,
        simaResponse: error.simaResponse,
      })
    }
    return this.#result
  }

  /**
   * From StoreMetadata on the installation has begun, and a loss of power must be told (SGP.22, 3.1.3.3). Between two
   * commands the one is named that has to come: the profile, as keys need not.
   */
  #keepPlace(): void {
    if (!this.#metadata) return
    const command = COMMAND[this.#stream.inside ?? 'profile']
    if (command === this.#keptCommand) return
    keepLoading(this.#isdr, this.#authenticated, this.#metadata.iccid, command)
    this.#keptCommand = command
  }

  #take(event: BppEvent): void {
    if (event.kind === 'channel') this.#openChannel(event.element)
    else if (event.kind === 'segment') this.#openSegment(event.list, event.segment)
    else if (event.kind === 'malformed') throw new LoadError(event.list, malformedReason(event.list))
    else if (event.kind === 'list-end') this.#endList(event.list)
  }

  /** InitialiseSecureChannel: operation, transaction, key template, signature, then the session keys. */
  #openChannel(element: Uint8Array): void {
    const channel = attempt('channel', () => readInitialiseSecureChannel(element))
    if (channel.remoteOpId !== REMOTE_OP_INSTALL) throw new LoadError('channel', REASON.remoteOperation)
    if (!bytesEqual(channel.transactionId, this.#authenticated.transactionId))
      throw new LoadError('channel', REASON.transactionId)
    if (channel.keyType !== KEY_TYPE_AES || channel.keyLength !== KEY_LENGTH)
      throw new LoadError('channel', REASON.crtValues)
    const { certificate, oneTimeKey } = this.#prepared
    const signed = signedChannelOfReceived(channel.signedFields, oneTimeKey.publicPoint)
    if (!ecdsaVerify(certificate.publicKey, signed, channel.smdpSignature))
      throw new LoadError('channel', REASON.signature)
    const secret = attempt('channel', () => oneTimeKey.agree(channel.smdpOtpk))
    const eid = eidToBytes(parseEid(this.#isdr.credentials.eid))
    this.#receiver = new BspReceiver(deriveSessionKeys(secret, { hostId: channel.hostId, eid }))
  }

  #openSegment(list: BppList, segment: Uint8Array): void {
    const receiver = this.#receiver
    if (!receiver) throw new LoadError(list, REASON.incorrectInput)
    let plain: Uint8Array
    try {
      plain = list === 'metadata' ? receiver.verify(segment) : receiver.decrypt(segment)
    } catch (error) {
      const badMac = isFailure(error, 'crypto.bad-mac')
      throw new LoadError(list, badMac ? REASON.security : REASON.structure)
    }
    this.#plainBytes += plain.length
    if (list !== 'profile' && this.#plainBytes > MAX_METADATA_BYTES)
      throw new LoadError(list, REASON.incorrectInput)
    if (list === 'profile' && !this.#isdr.memory.hasRoomFor(this.#plainBytes))
      throw new LoadError(list, REASON.memory)
    this.#plain.push(plain)
  }

  #endList(list: BppList): void {
    const data = concatBytes(...this.#plain)
    this.#plain = []
    this.#plainBytes = 0
    if (list === 'configure') this.#configure(data)
    else if (list === 'metadata') this.#storeMetadata(data)
    else if (list === 'keys') {
      this.#replacement = attempt(list, () => {
        const { initialMcv, ppkEnc, ppkCmac } = readReplaceSessionKeys(data)
        return { initialMcv, sEnc: ppkEnc, sMac: ppkCmac }
      })
      // SGP.22 2.5.4: the counter begins anew with the keys of the protected profile.
      this.#receiver = new BspReceiver(this.#replacement)
    } else this.#install(data)
  }

  /** ConfigureISDP (SGP.22, 5.5.2): the data is kept with the profile, for the server that sent it. */
  #configure(data: Uint8Array): void {
    const { dpOid, proprietary } = attempt('configure', () => readConfigureIsdp(data))
    const stranger = dpOid !== undefined && dpOid !== this.#authenticated.certificate.registeredId
    if (stranger || (proprietary?.length ?? 0) > MAX_PROPRIETARY_BYTES)
      throw new LoadError('configure', REASON.incorrectInput)
    this.#proprietary = proprietary?.slice()
  }

  #storeMetadata(data: Uint8Array): void {
    const metadata = attempt('metadata', () => readStoreMetadata(readTlv(data, 0xbf25)))
    const { memory } = this.#isdr
    if (memory.profiles.some((profile) => profile.metadata.iccid === metadata.iccid))
      throw new LoadError('metadata', REASON.iccidExists)
    if (policyRefusal(this.#isdr, metadata)) throw new LoadError('metadata', REASON.policy)
    this.#metadata = metadata
    this.#metadataRaw = data
  }

  #install(upp: Uint8Array): void {
    const metadata = this.#metadata
    const metadataRaw = this.#metadataRaw
    if (!metadata || !metadataRaw) throw new LoadError('profile', REASON.incorrectInput)
    const profile = this.#readPackage(upp)
    if (iccidOf(profile) !== metadata.iccid) throw new LoadError('profile', REASON.dataMismatch)
    const outcome = installPackage(profile)
    if ('failed' in outcome) throw elementError({ ...outcome.failed, offset: outcome.offset }, outcome.why)
    if (metadata.owner && ownerMismatch(metadata.owner, outcome.profile))
      throw new LoadError('profile', REASON.dataMismatch)
    const { memory } = this.#isdr
    const installed: CardProfile = {
      aid: memory.takeAid(),
      metadata,
      metadataRaw,
      smdpAddress: this.#authenticated.serverAddress,
      smdpOid: this.#authenticated.certificate.registeredId!,
      issuerKeyId: this.#authenticated.credential.issuerKeyId,
      proprietary: this.#proprietary,
      upp,
      installed: outcome.profile,
      enabled: false,
    }
    memory.profiles.push(installed)
    const statuses = [...outcome.statuses, { status: PE_STATUS.ok }]
    this.#finish({ success: true, aid: installed.aid, simaResponse: writeEuiccResponse({ statuses }) })
  }

  /** Reads and checks the package; the answer names the element and the place where it goes wrong. */
  #readPackage(upp: Uint8Array): ProfilePackage {
    let profile: ProfilePackage
    try {
      profile = readPackage(upp, { maxBytes: MEMORY_BYTES })
    } catch (error) {
      if (!isFailure(error)) throw error
      const offset = Number(error.facts.offset ?? 0)
      throw elementError({ status: PE_STATUS.requestFormat, offset }, String(error.facts.why ?? error.code))
    }
    const bad = checkPackage(profile).find((finding) => finding.severity === 'error')
    if (bad) {
      const element = profile.elements[bad.element - 1]
      const identification = element && peOf(element)?.identification
      throw elementError({ status: statusOfRule(bad), identification, offset: bad.offset }, bad.says)
    }
    return profile
  }

  #finish(result: Parameters<typeof notifyInstallation>[2]['result']): void {
    const { memory } = this.#isdr
    const { serverAddress, transactionId, certificate, credential } = this.#authenticated
    const iccid = this.#metadata?.iccid
    const seqNumber = memory.takeSequence()
    this.#result = notifyInstallation(this.#isdr, credential, {
      transactionId,
      notification: { seqNumber, event: 'install', address: serverAddress, ...(iccid ? { iccid } : {}) },
      smdpOid: certificate.registeredId!,
      result,
    })
    if (result.success && this.#metadata) {
      notifyEvent(this.#isdr, 'install', this.#metadata, credential, serverAddress)
      memory.update({ oneTimeKey: undefined })
    }
    memory.update({ loading: undefined })
    memory.save()
    // The session ends with the result, good or bad (SGP.22, 3.1.3.3).
    this.#isdr.session = undefined
  }
}

/** Characters of the message in an EUICCResponse. */
const MAX_MESSAGE = 60

/** The answer names the element, the place and the reason; lack of memory has a reason of its own (SGP.22, 2.5.6.1). */
function elementError(status: EuiccResponse['statuses'][number], why: string): LoadError {
  const message = why.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_MESSAGE)
  const response = writeEuiccResponse({
    statuses: [status],
    aborted: true,
    ...(message ? { message } : {}),
  })
  const reason = status.status === PE_STATUS.notEnoughMemory ? REASON.memory : REASON.elementProcessing
  return new LoadError('profile', reason, response)
}

/** Status of a profile element (interoperable profile format, PEStatus) for the rule that it breaks. */
function statusOfRule({ rule }: Finding): number {
  if (rule === 'kind-known') return PE_STATUS.notSupported
  if (rule === 'version') return PE_STATUS.unsupportedVersion
  if (rule === 'template-id') return PE_STATUS.template
  return PE_STATUS.badValues
}

/** A structure error is one of a protected list; the element before them only has values (SGP.22, 2.5.6.1). */
function malformedReason(list: BppList | 'channel'): number {
  return list === 'channel' ? REASON.incorrectInput : REASON.structure
}

/** Runs a reader; what it refuses is an incorrect input of this part of the package. */
function attempt<T>(part: keyof typeof COMMAND, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!isFailure(error)) throw error
    throw new LoadError(part, REASON.incorrectInput)
  }
}
