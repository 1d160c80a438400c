import { concatBytes } from '@gesim/base'
import {
  BspSender,
  type Curve,
  deriveSessionKeys,
  ecdsaSign,
  type Identity,
  identityOf,
  OneTimeKey,
  type Pki,
} from '@gesim/crypto'
import { iccidOf, readPackage } from '@gesim/saip'
import {
  eidToBytes,
  type Iccid,
  type ProfileMetadata,
  parseEid,
  parseIccid,
  readAuthenticateServerResponse,
  readEuiccChallenge,
  readPrepareDownloadResponse,
  signedChannelOf,
  signedWithPrevious,
  writeAuthenticateServerRequest,
  writeBoundProfilePackage,
  writeConfigureIsdp,
  writeInitialiseSecureChannel,
  writePrepareDownloadRequest,
  writeReplaceSessionKeys,
  writeServerSigned1,
  writeSmdpSigned2,
  writeStoreMetadata,
} from '@gesim/sgp22'
import { writeCommand } from '../apdu.ts'
import { ISDR_AID, type SoftwareCard } from '../card.ts'

/** A response without its status word; any other than 9000 is thrown as text. */
async function exchange(card: SoftwareCard, apdu: Uint8Array): Promise<Uint8Array> {
  let out = new Uint8Array()
  let answer = await card.transmit(apdu)
  for (;;) {
    const [high, low] = [answer.at(-2)!, answer.at(-1)!]
    out = Uint8Array.from(concatBytes(out, answer.subarray(0, -2)))
    if (high === 0x61) answer = await card.transmit(writeCommand(0x80, 0xc0, 0, 0, undefined, low))
    else if (high === 0x90 || high === 0x91) return out
    else throw new Error(`SW ${((high << 8) | low).toString(16)}`)
  }
}

export async function selectIsdr(card: SoftwareCard): Promise<void> {
  await exchange(card, writeCommand(0x00, 0xa4, 0x04, 0x00, ISDR_AID))
}

/** One function of ES10 as a chain of STORE DATA on the basic channel. */
export async function es10(card: SoftwareCard, request: Uint8Array, blockBytes = 120): Promise<Uint8Array> {
  const count = Math.max(1, Math.ceil(request.length / blockBytes))
  let answer = new Uint8Array()
  for (let i = 0; i < count; i++) {
    const block = request.subarray(i * blockBytes, (i + 1) * blockBytes)
    answer = Uint8Array.from(
      await exchange(card, writeCommand(0x80, 0xe2, i + 1 === count ? 0x91 : 0x11, i, block)),
    )
  }
  return answer
}

/** What became of a function of ES10: its response, or the status word that refused it. */
export async function outcomeOf(card: SoftwareCard, request: Uint8Array): Promise<Uint8Array | number> {
  try {
    return await es10(card, request, 255)
  } catch (error) {
    const match = /^SW ([0-9a-f]{4})$/.exec((error as Error).message)
    if (!match) throw error
    return Number.parseInt(match[1]!, 16)
  }
}

/** The card's half of a session against a server that is only its signatures: for tests of the card alone. */
export class TestServer {
  readonly #auth: Identity
  readonly #binding: Identity
  readonly #issuerKeyId: Uint8Array
  readonly #curve: Curve
  readonly transactionId: Uint8Array
  euiccSignature1?: Uint8Array
  euiccOtpk?: Uint8Array
  hostId = new TextEncoder().encode('test-smdp')

  constructor(pki: Pki, transactionId: Uint8Array, curve: Curve = 'nist') {
    this.#auth = identityOf(pki, 'dp-auth', curve)
    this.#binding = identityOf(pki, 'dp-pb', curve)
    this.#issuerKeyId = this.#auth.certificate.authorityKeyId!
    this.#curve = curve
    this.transactionId = transactionId
  }

  async authenticateRequest(card: SoftwareCard): Promise<Uint8Array> {
    const euiccChallenge = readEuiccChallenge(await es10(card, Uint8Array.of(0xbf, 0x2e, 0)))
    const serverSigned1 = writeServerSigned1({
      transactionId: this.transactionId,
      euiccChallenge,
      serverAddress: 'smdp.test.example',
      serverChallenge: new Uint8Array(16).fill(1),
    })
    return writeAuthenticateServerRequest({
      serverSigned1,
      serverSignature1: ecdsaSign(this.#auth.privateKey, serverSigned1),
      euiccCiPkId: this.#issuerKeyId,
      serverCertificate: this.#auth.certificate.der,
      context: { matchingId: 'MATCH-1', device: { tac: new Uint8Array(4), capabilities: { gsm: '5.0.0' } } },
    })
  }

  async authenticate(card: SoftwareCard): Promise<void> {
    const response = readAuthenticateServerResponse(await es10(card, await this.authenticateRequest(card)))
    if (!response.ok) throw new Error(`AuthenticateServer: ${response.error}`)
    this.euiccSignature1 = response.ok.euiccSignature1
  }

  prepareRequest(bppEuiccOtpk?: Uint8Array): Uint8Array {
    const { transactionId } = this
    const smdpSigned2 = writeSmdpSigned2({ transactionId, confirmationCodeRequired: false, bppEuiccOtpk })
    const signed = signedWithPrevious(smdpSigned2, this.euiccSignature1!)
    return writePrepareDownloadRequest({
      smdpSigned2,
      smdpSignature2: ecdsaSign(this.#binding.privateKey, signed),
      smdpCertificate: this.#binding.certificate.der,
    })
  }

  async prepare(card: SoftwareCard, bppEuiccOtpk?: Uint8Array): Promise<void> {
    const response = readPrepareDownloadResponse(await es10(card, this.prepareRequest(bppEuiccOtpk)))
    if (!response.ok) throw new Error(`PrepareDownload: ${response.error}`)
    this.euiccOtpk = response.ok.euiccSigned2.euiccOtpk
  }

  /** A bound profile package for the prepared card, with session keys or with keys of its own. */
  bind(
    eid: string,
    upp: Uint8Array,
    metadata: Partial<ProfileMetadata> = {},
    protectedKeys = false,
    change: {
      readonly remoteOpId?: number
      readonly keyType?: number
      readonly transactionId?: Uint8Array
      readonly smdpOtpk?: Uint8Array
      readonly configuration?: Uint8Array
      readonly storeMetadata?: Uint8Array
      /** Plaintext of one segment of the profile. Default: as much as fits. */
      readonly segmentBytes?: number
    } = {},
  ): Uint8Array {
    const { configuration, storeMetadata, segmentBytes = 1007, ...channelChange } = change
    const key = OneTimeKey.generate(this.#curve)
    const channel = {
      remoteOpId: 1,
      transactionId: this.transactionId,
      keyType: 0x88,
      keyLength: 16,
      hostId: this.hostId,
      smdpOtpk: key.publicPoint,
      ...channelChange,
    }
    const smdpSignature = ecdsaSign(this.#binding.privateKey, signedChannelOf(channel, this.euiccOtpk!))
    const context = { hostId: this.hostId, eid: eidToBytes(parseEid(eid)) }
    let sender = new BspSender(deriveSessionKeys(key.agree(this.euiccOtpk!), context))
    const firstSequence87 = sender.encryptAll(0x87, configuration ?? writeConfigureIsdp())
    const whole: ProfileMetadata = {
      iccid: safeIccid(upp),
      serviceProviderName: 'Test',
      profileName: 'Test profile',
      notifications: [{ events: ['install', 'enable', 'disable', 'delete'], address: 'notify.test.example' }],
      ...metadata,
    }
    const sequence88 = sender.macAll(0x88, storeMetadata ?? writeStoreMetadata(whole))
    let secondSequence87: Uint8Array[] | undefined
    if (protectedKeys) {
      const [initialMcv, ppkEnc, ppkCmac] = [1, 2, 3].map((byte) => new Uint8Array(16).fill(byte)) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ]
      secondSequence87 = sender.encryptAll(0x87, writeReplaceSessionKeys({ initialMcv, ppkEnc, ppkCmac }))
      sender = new BspSender({ initialMcv, sEnc: ppkEnc, sMac: ppkCmac })
    }
    const sequence86: Uint8Array[] = []
    for (let at = 0; at < upp.length; at += segmentBytes)
      sequence86.push(sender.encryptAndMac(0x86, upp.subarray(at, at + segmentBytes)))
    return writeBoundProfilePackage({
      initialiseSecureChannel: writeInitialiseSecureChannel({ ...channel, smdpSignature }),
      firstSequence87,
      sequence88,
      secondSequence87,
      sequence86,
    })
  }
}

/** The ICCID of a package, or any for one that has none. */
function safeIccid(upp: Uint8Array): Iccid {
  try {
    return parseIccid(iccidOf(readPackage(upp)))
  } catch {
    return parseIccid('8988211000000000012')
  }
}
