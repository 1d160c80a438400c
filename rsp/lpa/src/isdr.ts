import { isFailure, refuse } from '@gesim/base'
import * as sgp22 from '@gesim/sgp22'
import { readTlv } from '@gesim/tlv'
import type { IsdrChannel } from './card.ts'

/** Reads an answer; one that cannot be read is the card's fault and named so. */
function readAnswer<T>(name: string, bytes: Uint8Array, read: (bytes: Uint8Array) => T): T {
  try {
    return read(bytes)
  } catch (cause) {
    if (!isFailure(cause)) throw cause
    throw refuse('lpa.card-answer', { function: name, why: cause.message }, cause)
  }
}

/**
 * What goes to a server whether it is good or bad. What the card signed is for the server to judge: cards are met whose
 * EUICCInfo2 has a form of its own, and servers that take it.
 */
function passedOn<T>(
  name: string,
  raw: Uint8Array,
  tag: number,
  read: (bytes: Uint8Array) => sgp22.Answer<T>,
): { readonly raw: Uint8Array; readonly error?: number } {
  const error = readAnswer(name, raw, (bytes) =>
    readTlv(bytes, tag).find(0xa0) ? undefined : read(bytes).error,
  )
  return { raw, ...(error === undefined ? {} : { error }) }
}

/** The functions of ES10, each by its name, with typed requests and answers. */
export class Isdr {
  readonly #channel: IsdrChannel

  constructor(channel: IsdrChannel) {
    this.#channel = channel
  }

  async #ask<T>(name: string, request: Uint8Array, read: (bytes: Uint8Array) => T): Promise<T> {
    return readAnswer(name, await this.#channel.run(name, request), read)
  }

  getEid() {
    return this.#ask('GetEID', sgp22.GET_EID, sgp22.readEidResponse)
  }

  getInfo1() {
    return this.#ask('GetEUICCInfo1', sgp22.GET_EUICC_INFO1, sgp22.readEuiccInfo1)
  }

  getInfo2() {
    return this.#ask('GetEUICCInfo2', sgp22.GET_EUICC_INFO2, sgp22.readEuiccInfo2)
  }

  getChallenge() {
    return this.#ask('GetEUICCChallenge', sgp22.GET_EUICC_CHALLENGE, sgp22.readEuiccChallenge)
  }

  getAddresses() {
    return this.#ask(
      'GetEuiccConfiguredAddresses',
      sgp22.GET_CONFIGURED_ADDRESSES,
      sgp22.readConfiguredAddresses,
    )
  }

  getRules() {
    return this.#ask('GetRAT', sgp22.GET_RAT, sgp22.readRatResponse)
  }

  async authenticateServer(request: Uint8Array) {
    const name = 'AuthenticateServer'
    return passedOn(
      name,
      await this.#channel.run(name, request),
      0xbf38,
      sgp22.readAuthenticateServerResponse,
    )
  }

  async prepareDownload(request: Uint8Array) {
    const name = 'PrepareDownload'
    return passedOn(name, await this.#channel.run(name, request), 0xbf21, sgp22.readPrepareDownloadResponse)
  }

  /** One piece of a bound profile package; gives the signed result when the card is done with it. */
  async loadPiece(piece: Uint8Array) {
    const raw = await this.#channel.run('LoadBoundProfilePackage', piece)
    if (raw.length === 0) return undefined
    return readAnswer('LoadBoundProfilePackage', raw, sgp22.readProfileInstallationResult)
  }

  async cancelSession(transactionId: Uint8Array, reason: number) {
    const request = sgp22.writeCancelSessionRequest({ transactionId, reason })
    const name = 'CancelSession'
    return passedOn(name, await this.#channel.run(name, request), 0xbf41, sgp22.readCancelSessionResponse)
  }

  async listNotifications() {
    const name = 'ListNotification'
    const answer = await this.#ask(
      name,
      sgp22.writeListNotificationRequest(),
      sgp22.readListNotificationResponse,
    )
    return good(name, answer, sgp22.LIST_ERRORS)
  }

  async retrieveNotification(seqNumber: number) {
    const name = 'RetrieveNotificationsList'
    const request = sgp22.writeRetrieveNotificationsRequest({ seqNumber })
    const answer = await this.#ask(name, request, sgp22.readRetrieveNotificationsResponse)
    // Cards before version 2.5 say this, later ones give an empty list.
    if (answer.error === sgp22.NO_RESULT_AVAILABLE) return undefined
    return good(name, answer, sgp22.RETRIEVE_ERRORS)[0]
  }

  removeNotification(seqNumber: number) {
    return this.#ask('RemoveNotificationFromList', sgp22.writeNotificationSentRequest(seqNumber), (bytes) =>
      sgp22.readResult(bytes, 0xbf30),
    )
  }

  async profiles(tags?: readonly number[]) {
    const name = 'GetProfilesInfo'
    const request = sgp22.writeProfilesInfoRequest(tags ? { tags } : {})
    const answer = await this.#ask(name, request, sgp22.readProfilesInfoResponse)
    return good(name, answer, sgp22.PROFILES_INFO_ERRORS)
  }

  /** A function that answers one number of its table. Throws `lpa.function-refused` for all but 0. */
  async change(name: string, request: Uint8Array, results: Readonly<Record<number, string>>): Promise<void> {
    const tag = request[0]! * 256 + request[1]!
    const result = await this.#ask(name, request, (bytes) => sgp22.readResult(bytes, tag))
    if (result !== 0)
      throw refuse('lpa.function-refused', { function: name, result: sgp22.resultName(results, result) })
  }
}

function good<T>(name: string, answer: sgp22.Answer<T>, errors: Readonly<Record<number, string>>): T {
  if (answer.error === undefined) return answer.ok
  throw refuse('lpa.function-refused', { function: name, result: sgp22.resultName(errors, answer.error) })
}
