import { refuse } from '@gesim/base'
import {
  type ActivationCode,
  DEFAULT_DP_RESULTS,
  DELETE_RESULTS,
  type DeviceInfo,
  DISABLE_RESULTS,
  type Eid,
  ENABLE_RESULTS,
  ES11,
  type EuiccConfiguredAddresses,
  type EuiccInfo2,
  NICKNAME_RESULTS,
  type ProfileId,
  type ProfileInfo,
  parseActivationCode,
  parseIccid,
  RESET_RESULTS,
  type ResetOption,
  writeDeleteRequest,
  writeMemoryResetRequest,
  writeNicknameRequest,
  writeSetDefaultDpRequest,
  writeSwitchRequest,
} from '@gesim/sgp22'
import { type Card, IsdrChannel } from './card.ts'
import { type Downloaded, type DownloadWish, downloadProfile } from './download.ts'
import { Isdr } from './isdr.ts'
import { type Delivery, deliver, type Waiting } from './notifications.ts'
import { type ServerOptions, Servers } from './servers.ts'
import { authenticateMutually } from './session.ts'

export interface LpaOptions extends ServerOptions {
  readonly card: Card
  /** What the phone says of itself. Default: a test type allocation code, LTE and 5G. */
  readonly device?: DeviceInfo
  /** Data bytes of one STORE DATA command, at most 255. Default 120, which every reader passes on. */
  readonly blockBytes?: number
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
  /** Throws `lpa.function-refused` with the result's name, as the others below. */
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
  /** Closes connections to servers. The card stays as it is. */
  close(): void
}

const DEVICE: DeviceInfo = {
  // 35 29 06 11: a type allocation code of the test range, digits swapped as on cards.
  tac: Uint8Array.of(0x35, 0x29, 0x06, 0x11),
  capabilities: {
    gsm: '5.0.0',
    utran: '14.0.0',
    eutranEpc: '15.0.0',
    nrEpc: '15.0.0',
    nr5gc: '15.0.0',
    rspCrl: '2.2.0',
  },
}

class LocalAssistant implements Lpa {
  readonly #card: Card
  readonly #servers: Servers
  readonly #device: DeviceInfo
  readonly #blockBytes: number
  /** The card answers one function after another: sessions on it must not mix. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: LpaOptions) {
    this.#card = options.card
    this.#servers = new Servers(options)
    this.#device = options.device ?? DEVICE
    this.#blockBytes = Math.min(Math.max(options.blockBytes ?? 120, 16), 255)
  }

  #with<T>(work: (isdr: Isdr) => Promise<T>): Promise<T> {
    const run = async () => {
      const channel = await IsdrChannel.open(this.#card, this.#blockBytes)
      try {
        return await work(new Isdr(channel))
      } finally {
        await channel.close()
      }
    }
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
    const request = writeSwitchRequest('enable', idOf(iccid), options.refresh ?? true)
    return this.#with((isdr) => isdr.change('EnableProfile', request, ENABLE_RESULTS))
  }

  disable(iccid: string, options: { readonly refresh?: boolean } = {}) {
    const request = writeSwitchRequest('disable', idOf(iccid), options.refresh ?? true)
    return this.#with((isdr) => isdr.change('DisableProfile', request, DISABLE_RESULTS))
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
    const read = typeof given === 'string' ? parseActivationCode(given) : given
    return this.#with(async (isdr) => {
      const code = read ?? (await defaultOrder(isdr))
      const peer = this.#servers.peerOf(code.smdpAddress)
      const context = { isdr, code, peer, device: this.#device }
      try {
        const done = await downloadProfile(context, wish)
        const { kept } = await deliver(isdr, this.#servers, code.smdpAddress)
        wish.onProgress?.({ step: 'notify', accepted: kept.length === 0 })
        return { ...done, notified: kept.length === 0 }
      } catch (error) {
        // A failed installation is a signed result too, and its server must hear of it.
        await deliver(isdr, this.#servers, code.smdpAddress).catch(() => undefined)
        throw error
      }
    })
  }

  discover(smdsAddress?: string): Promise<DiscoveredEvent[]> {
    return this.#with(async (isdr) => {
      const address = smdsAddress ?? (await isdr.getAddresses()).rootSmdsAddress
      if (!address) throw refuse('lpa.no-server', { what: 'SM-DS' })
      const wish = { address, peer: this.#servers.peerOf(address), matchingId: '', device: this.#device }
      const { response } = await authenticateMutually(isdr, wish, ES11.authenticateClient)
      return response.eventEntries.map(({ eventId, rspServerAddress }) => ({ eventId, rspServerAddress }))
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

  close() {
    this.#servers.close()
  }
}

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
