import { isFailure } from '@gesim/base'
import {
  callFunction,
  cutBoundProfilePackage,
  ES9PLUS,
  GET_EUICC_CHALLENGE,
  GET_EUICC_INFO1,
  type Peer,
  readAuthenticateServerResponse,
  readEuiccChallenge,
  readListNotificationResponse,
  readPrepareDownloadResponse,
  readProfileInstallationResult,
  readProfilesInfoResponse,
  readRetrieveNotificationsResponse,
  readServerSigned1,
  readSmdpSigned2,
  writeAuthenticateServerRequest,
  writeListNotificationRequest,
  writeNotificationSentRequest,
  writePrepareDownloadRequest,
  writeProfilesInfoRequest,
  writeRetrieveNotificationsRequest,
} from '@gesim/sgp22'
import type { SoftwareCard } from '../index.ts'
import { es10, selectIsdr } from './server.ts'

/** What a phone suffers at one step of a download. */
export type Trouble =
  /** The request never arrives. */
  | 'lost-request'
  /** The other side did what was asked, and its answer is lost. */
  | 'lost-answer'
  /** The phone restarts: the card is without power for a moment. */
  | 'restart'

/** A download that a trouble ended. */
export class Interrupted extends Error {}

export interface PhoneOptions {
  /** Puts a card into the phone; called again after each loss of power. */
  readonly insert: () => SoftwareCard
  readonly peer: Peer
  readonly smdpAddress: string
  /** Asked before each message to server or card; no answer is no trouble. */
  readonly trouble: (to: 'server' | 'card') => Trouble | undefined
}

/** The LPA of a clumsy phone: any message may be lost, at any time the battery may fall out. */
export class Phone {
  readonly #options: PhoneOptions
  #card: SoftwareCard

  constructor(options: PhoneOptions) {
    this.#options = options
    this.#card = options.insert()
  }

  /** Does a step under whatever trouble there is. Throws `Interrupted`. */
  async #step<T>(to: 'server' | 'card', work: () => Promise<T>): Promise<T> {
    const trouble = this.#options.trouble(to)
    if (trouble === undefined) return work()
    if (trouble !== 'lost-request') await work()
    if (trouble === 'restart' || to === 'card') this.#card = this.#options.insert()
    throw new Interrupted(`${trouble} of the ${to}`)
  }

  #ask<Name extends keyof typeof ES9PLUS>(
    name: Name,
    body: Parameters<typeof callFunction<(typeof ES9PLUS)[Name]>>[2],
  ) {
    return this.#step('server', () => callFunction(this.#options.peer, ES9PLUS[name], body))
  }

  #tell(request: Uint8Array): Promise<Uint8Array> {
    return this.#step('card', () => es10(this.#card, request, 255))
  }

  /** Downloads by a matching identifier. Gives the result of the installation as the card answered it. */
  async download(matchingId: string): Promise<ReturnType<typeof readProfileInstallationResult>> {
    await selectIsdr(this.#card)
    const euiccInfo1 = await this.#tell(GET_EUICC_INFO1)
    const euiccChallenge = readEuiccChallenge(await this.#tell(GET_EUICC_CHALLENGE))
    const { smdpAddress } = this.#options
    const opened = await this.#ask('initiateAuthentication', { euiccChallenge, euiccInfo1, smdpAddress })
    const { transactionId, serverSigned1, serverSignature1 } = opened
    readServerSigned1(serverSigned1)
    const authenticateServerResponse = await this.#tell(
      writeAuthenticateServerRequest({
        serverSigned1,
        serverSignature1,
        euiccCiPkId: opened.euiccCiPKIdToBeUsed,
        serverCertificate: opened.serverCertificate,
        context: { matchingId, device: { tac: Uint8Array.of(1, 2, 3, 4), capabilities: {} } },
      }),
    )
    if (!readAuthenticateServerResponse(authenticateServerResponse).ok) throw new Error('AuthenticateServer')
    const client = await this.#ask('authenticateClient', { transactionId, authenticateServerResponse })
    readSmdpSigned2(client.smdpSigned2)
    const { smdpSigned2, smdpSignature2, smdpCertificate } = client
    const prepareDownloadResponse = await this.#tell(
      writePrepareDownloadRequest({ smdpSigned2, smdpSignature2, smdpCertificate }),
    )
    if (!readPrepareDownloadResponse(prepareDownloadResponse).ok) throw new Error('PrepareDownload')
    const bound = await this.#ask('getBoundProfilePackage', { transactionId, prepareDownloadResponse })
    for (const piece of cutBoundProfilePackage(bound.boundProfilePackage)) {
      const answer = await this.#tell(piece)
      if (answer.length) return readProfileInstallationResult(answer)
    }
    throw new Error('the card gave no result')
  }

  /** Tells the server everything that is pending, in order, and forgets what it took. */
  async sendNotifications(heard: (notification: Uint8Array) => void): Promise<void> {
    await selectIsdr(this.#card)
    const list = readListNotificationResponse(await this.#tell(writeListNotificationRequest())).ok ?? []
    for (const { seqNumber } of list) {
      const request = writeRetrieveNotificationsRequest({ seqNumber })
      const [pending] = readRetrieveNotificationsResponse(await this.#tell(request)).ok ?? []
      if (!pending) continue
      heard(pending.raw)
      await this.#ask('handleNotification', { pendingNotification: pending.raw })
      await this.#tell(writeNotificationSentRequest(seqNumber))
    }
  }

  /** ICCIDs on the card, and how many notifications wait. Without trouble. */
  async look(): Promise<{ iccids: string[]; pending: number }> {
    await selectIsdr(this.#card)
    const profiles = readProfilesInfoResponse(await es10(this.#card, writeProfilesInfoRequest())).ok!
    const pending = readListNotificationResponse(await es10(this.#card, writeListNotificationRequest())).ok!
    return { iccids: profiles.map(({ iccid }) => iccid!), pending: pending.length }
  }
}

/** Runs until it is interrupted; gives whether it came to its end. What the server refuses is thrown. */
export async function unlessInterrupted(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (error instanceof Interrupted) return false
    throw error
  }
}

/** The status code with which a server refused, for example `8.2.6/3.8`. */
export function refusalOf(error: unknown): string {
  if (isFailure(error, 'sgp22.function-failed')) return `${error.facts.subject}/${error.facts.reason}`
  return String(error)
}
