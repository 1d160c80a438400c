import { isFailure, refuse } from '@gesim/base'
import {
  type ActivationCode,
  DEFAULT_DP_RESULTS,
  DELETE_RESULTS,
  type DeviceInfo,
  type Eid,
  type EuiccConfiguredAddresses,
  type EuiccInfo2,
  NICKNAME_RESULTS,
  NOTIFICATION_SENT_RESULTS,
  type ProfileId,
  type ProfileInfo,
  parseIccid,
  RESET_RESULTS,
  type ResetOption,
  resultName,
  writeDeleteRequest,
  writeMemoryResetRequest,
  writeNicknameRequest,
  writeSetDefaultDpRequest,
} from '@gesim/sgp22'
import { readActivationCode } from './activation-code.ts'
import { type Card, type ChannelOptions, ISDR_AID, IsdrChannel } from './card.ts'
import { deviceInfo } from './device.ts'
import { type Downloaded, type DownloadWish, downloadProfile, type Progress } from './download.ts'
import { Isdr } from './isdr.ts'
import {
  type Delivery,
  deliver,
  deliverUntilAccepted,
  type Persistence,
  type Waiting,
} from './notifications.ts'
import { type ServerOptions, Servers } from './servers.ts'
import { authenticateMutually } from './session.ts'
import { isSwitched, type Patience, type Switch, switchProfile } from './switch.ts'

export interface LpaOptions extends ServerOptions {
  readonly card: Card
  /** What the phone says of itself. Default: `deviceInfo()`. */
  readonly device?: DeviceInfo
  /** Data bytes of one STORE DATA command, at most 255. Default 120, which every reader passes on. */
  readonly blockBytes?: number
  /** AIDs of the security domain, tried in this order: some cards have one of their own. Default: that of SGP.22. */
  readonly aids?: readonly Uint8Array[]
  /** How often and after how long a busy card is asked again. Default: 4 times, half a second. */
  readonly busyRetries?: number
  readonly busyWaitMs?: number
}

/** Something that waits for this card at a server, found by discovery. */
export interface DiscoveredEvent {
  readonly eventId: string
  readonly rspServerAddress: string
}

/** The local profile assistant: everything a phone does with its eUICC and the servers of the operator. */
export interface Lpa {
  eid(): Promise<Eid>
  info(): Promise<EuiccInfo2>
  addresses(): Promise<EuiccConfiguredAddresses>
  /** Sets the default SM-DP+; an empty address takes it away. */
  setDefaultSmdp(address: string): Promise<void>
  profiles(): Promise<ProfileInfo[]>
  /**
   * Throws `lpa.function-refused` with the result's name, as the others below. A busy card is asked again, the REFRESH
   * that it asks for is given to it, and a reader that cuts the connection for it is no failure.
   */
  enable(iccid: string, options?: { readonly refresh?: boolean }): Promise<void>
  disable(iccid: string, options?: { readonly refresh?: boolean }): Promise<void>
  delete(iccid: string): Promise<void>
  setNickname(iccid: string, nickname: string): Promise<void>
  reset(options: readonly ResetOption[]): Promise<void>
  /** Downloads and installs a profile, and sends the result. It is not enabled. */
  download(wish: DownloadWish): Promise<Downloaded>
  /** Asks a discovery server what waits for this card. Default: the root SM-DS that the card names. */
  discover(smdsAddress?: string): Promise<DiscoveredEvent[]>
  notifications(): Promise<Waiting[]>
  /** Sends what waits, of one server or of all. */
  sendNotifications(onlyAddress?: string): Promise<Delivery>
  /** The same again and again, ever more slowly, until every server took what is for it. */
  sendUntilAccepted(options?: Persistence): Promise<void>
  /** Takes a notification off the card unsent: its server is gone for good and holds back the others for it. */
  dropNotification(seqNumber: number): Promise<void>
  /** Closes connections to servers. The card stays as it is. */
  close(): void
}

class LocalAssistant implements Lpa {
  readonly #card: Card
  readonly #servers: Servers
  readonly #device: DeviceInfo
  readonly #channelOptions: ChannelOptions
  readonly #patience: Patience
  /** The card answers one function after another: sessions on it must not mix. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: LpaOptions) {
    this.#card = options.card
    this.#servers = new Servers(options)
    this.#device = options.device ?? deviceInfo()
    const { blockBytes = 120, aids = [ISDR_AID], busyRetries = 4, busyWaitMs = 500 } = options
    this.#channelOptions = { blockBytes: Math.min(Math.max(blockBytes, 16), 255), aids }
    this.#patience = { busyRetries, busyWaitMs }
  }

  async #onChannel<T>(work: (channel: IsdrChannel) => Promise<T>): Promise<T> {
    const channel = await IsdrChannel.open(this.#card, this.#channelOptions)
    try {
      return await work(channel)
    } finally {
      await channel.close()
    }
  }

  #with<T>(work: (isdr: Isdr) => Promise<T>): Promise<T> {
    return this.#inTurn(() => this.#onChannel((channel) => work(new Isdr(channel))))
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(run, run)
    this.#queue = result.catch(() => undefined)
    return result
  }

  eid() {
    return this.#with((isdr) => isdr.getEid())
  }

  info() {
    return this.#with((isdr) => isdr.getInfo2())
  }

  addresses() {
    return this.#with((isdr) => isdr.getAddresses())
  }

  setDefaultSmdp(address: string) {
    return this.#with((isdr) =>
      isdr.change('SetDefaultDpAddress', writeSetDefaultDpRequest(address), DEFAULT_DP_RESULTS),
    )
  }

  profiles() {
    return this.#with((isdr) => isdr.profiles())
  }

  enable(iccid: string, options: { readonly refresh?: boolean } = {}) {
    return this.#switch('enable', iccid, options.refresh ?? true)
  }

  disable(iccid: string, options: { readonly refresh?: boolean } = {}) {
    return this.#switch('disable', iccid, options.refresh ?? true)
  }

  async #switch(what: Switch, text: string, refresh: boolean): Promise<void> {
    const iccid = parseIccid(text)
    return this.#inTurn(async () => {
      try {
        await this.#onChannel((channel) => switchProfile(channel, what, { iccid, refresh }, this.#patience))
      } catch (error) {
        if (!isFailure(error, 'lpa.card-gone')) throw error
        // Some readers drop the connection when the card asks for its REFRESH: what counts is what the card did.
        try {
          await this.#card.reset?.()
          if (await this.#onChannel((channel) => isSwitched(channel, what, iccid))) return
        } catch {
          // It is gone indeed.
        }
        throw error
      }
    })
  }

  delete(iccid: string) {
    return this.#with((isdr) => isdr.change('DeleteProfile', writeDeleteRequest(idOf(iccid)), DELETE_RESULTS))
  }

  setNickname(iccid: string, nickname: string) {
    const request = writeNicknameRequest(parseIccid(iccid), nickname)
    return this.#with((isdr) => isdr.change('SetNickname', request, NICKNAME_RESULTS))
  }

  reset(options: readonly ResetOption[]) {
    return this.#with((isdr) =>
      isdr.change('eUICCMemoryReset', writeMemoryResetRequest(options), RESET_RESULTS),
    )
  }

  async download(wish: DownloadWish): Promise<Downloaded> {
    const given = wish.activationCode
    const read = typeof given === 'string' ? readActivationCode(given) : given
    return this.#with(async (isdr) => {
      const code = read ?? (await defaultOrder(isdr))
      const context = { isdr, code, servers: this.#servers, device: this.#device }
      // An event may lead to another server than the one of the code: the result is for the last one.
      let server = code.smdpAddress
      const onProgress = (progress: Progress) => {
        if (progress.step === 'authenticate') server = progress.smdpAddress
        wish.onProgress?.(progress)
      }
      try {
        const done = await downloadProfile(context, { ...wish, onProgress })
        const { sent, kept } = await deliver(isdr, this.#servers, server)
        const notified = sent.length > 0 && kept.length === 0
        wish.onProgress?.({ step: 'notify', accepted: notified })
        return { ...done, notified }
      } catch (error) {
        // A failed installation is a signed result too, and its server must hear of it; who stops is not kept waiting.
        if (!(wish.signal?.aborted && isFailure(error, 'lpa.not-wanted')))
          await deliver(isdr, this.#servers, server).catch(() => undefined)
        throw error
      }
    })
  }

  discover(smdsAddress?: string): Promise<DiscoveredEvent[]> {
    return this.#with(async (isdr) => {
      const address = smdsAddress ?? (await isdr.getAddresses()).rootSmdsAddress
      if (!address) throw refuse('lpa.no-server', { what: 'SM-DS' })
      const peer = this.#servers.peerOf(address)
      const wish = { address, peer, matchingId: '', device: this.#device, discovery: true }
      const answered = await authenticateMutually(isdr, wish).catch((error: unknown) => {
        // Some say "no event record" where others send an empty list (SGP.22, 5.8.2): nothing waits, either way.
        if (hasStatus(error, '8.9.5', '3.9')) return undefined
        throw error
      })
      if (!answered) return []
      const entries = answered.server === 'smds' ? answered.response.eventEntries : []
      return entries.map(({ eventId, rspServerAddress }) => ({ eventId, rspServerAddress }))
    })
  }

  notifications() {
    return this.#with(async (isdr) => {
      const list = await isdr.listNotifications()
      return list.map(({ seqNumber, event, address, iccid }) => ({
        seqNumber,
        event,
        address,
        ...(iccid ? { iccid } : {}),
      }))
    })
  }

  sendNotifications(onlyAddress?: string) {
    return this.#with((isdr) => deliver(isdr, this.#servers, onlyAddress))
  }

  sendUntilAccepted(options: Persistence = {}) {
    return deliverUntilAccepted(() => this.sendNotifications(), options)
  }

  dropNotification(seqNumber: number) {
    return this.#with(async (isdr) => {
      const result = await isdr.removeNotification(seqNumber)
      if (result !== 0)
        throw refuse('lpa.function-refused', {
          function: 'RemoveNotificationFromList',
          result: resultName(NOTIFICATION_SENT_RESULTS, result),
        })
    })
  }

  close() {
    this.#servers.close()
  }
}

const hasStatus = (error: unknown, subject: string, reason: string) =>
  isFailure(error, 'sgp22.function-failed') &&
  error.facts.subject === subject &&
  error.facts.reason === reason

const idOf = (iccid: string): ProfileId => ({ iccid: parseIccid(iccid) })

/** The order that waits for this card at its default SM-DP+. Throws `lpa.no-server`. */
async function defaultOrder(isdr: Isdr): Promise<ActivationCode> {
  const { defaultSmdpAddress } = await isdr.getAddresses()
  if (!defaultSmdpAddress) throw refuse('lpa.no-server', { what: 'SM-DP+' })
  return { smdpAddress: defaultSmdpAddress, matchingId: '', confirmationCodeRequired: false }
}

/**
 * A local profile assistant for a card.
 *
 * ```ts
 * const lpa = createLpa({ card, ca: [pemOfIssuer] })
 * const { iccid } = await lpa.download({ activationCode: 'LPA:1$smdp.example.com$04386-AGYFT' })
 * await lpa.enable(iccid)
 * ```
 */
export function createLpa(options: LpaOptions): Lpa {
  return new LocalAssistant(options)
}
