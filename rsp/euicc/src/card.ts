import { bytesEqual, fromHex, isFailure } from '@gesim/base'
import { node } from '@gesim/tlv'
import { type Command, ok, type Response, readCommand, StatusWord, SW, status } from './apdu.ts'
import { tellInterruption } from './isdr/interruption.ts'
import type { Isdr } from './isdr/isdr.ts'
import { type IsdrOptions, openIsdr } from './isdr/open-isdr.ts'
import { StoreData } from './isdr/store-data.ts'
import { type Position, startPosition, type TerminalState } from './uicc/position.ts'
import { selectByAid } from './uicc/select.ts'
import { runUiccCommand } from './uicc/terminal.ts'

/** AID of the root security domain, where the functions of ES10 are. */
export const ISDR_AID = fromHex('A0000005591010FFFFFFFF8900000100')

export interface CardOptions extends IsdrOptions {
  /** `chained` answers 61xx and waits for GET RESPONSE; `direct` answers at any length at once. Default `chained`. */
  readonly replies?: 'chained' | 'direct'
  /** Hears of faults of the card itself, such as a state that cannot be written; the command is answered 6F00. */
  readonly onFault?: (error: unknown) => void
}

/** A software eUICC. Commands run one after another; each is answered when its effects are saved. */
export interface SoftwareCard {
  readonly eid: string
  /** One command APDU in, response data and status word out. Never rejects for a bad command. */
  transmit(apdu: Uint8Array): Promise<Uint8Array>
  /** Power off and on: sessions and channels are gone, the state stays; of a load that was under way the result is kept. */
  reset(): void
}

const CHANNELS = 20

/** What one logical channel is selected on. */
interface Channel {
  application: 'isdr' | 'uicc'
  position?: Position
  readonly storeData: StoreData
  /** The rest of a response that waits for GET RESPONSE. */
  waiting?: Uint8Array
}

/** Where a proactive REFRESH stands: waits for FETCH, was fetched, or there is none. */
type Proactive = 'none' | 'waiting' | 'fetched'

/** REFRESH, "UICC reset" (04), from the card to the terminal (TS 102 223, 6.6.13). */
const REFRESH = fromHex('D009810301010482028182')
const PROACTIVE_WAITS = 0x9100 | REFRESH.length

/** Class bytes of this card: interindustry and TS 102 221, on 4 or 20 channels, without secure messaging. */
function isKnownClass(cla: number): boolean {
  return (cla & 0x40) === 0 ? (cla & 0x7c) === 0 : (cla & 0x70) === 0x40
}

class Card implements SoftwareCard {
  readonly eid: string
  readonly #isdr: Isdr
  readonly #direct: boolean
  #channels = new Map<number, Channel>()
  #terminal?: TerminalState
  /** The terminal told its toolkit abilities: it can take a proactive REFRESH. */
  #toolkit = false
  #proactive: Proactive = 'none'
  readonly #onFault: (error: unknown) => void

  constructor(options: CardOptions) {
    this.#onFault = options.onFault ?? (() => undefined)
    this.#direct = options.replies === 'direct'
    this.#isdr = openIsdr(options, {
      profilesSwitched: (refresh) => {
        this.#terminal = undefined
        for (const channel of this.#channels.values()) channel.position = undefined
        if (refresh && this.#toolkit) this.#proactive = 'waiting'
      },
      isToolkitBusy: () => this.#proactive !== 'none',
    })
    this.eid = this.#isdr.credentials.eid
    this.reset()
  }

  reset(): void {
    this.#isdr.session = undefined
    this.#terminal = undefined
    this.#toolkit = false
    this.#proactive = 'none'
    this.#channels = new Map([[0, this.#newChannel()]])
    try {
      tellInterruption(this.#isdr)
    } catch (error) {
      // It stays written down that a load was interrupted: the next power-on tells it.
      this.#onFault(error)
      this.#fallBack()
    }
  }

  async transmit(apdu: Uint8Array): Promise<Uint8Array> {
    const { data, sw } = this.#answer(apdu)
    const out = new Uint8Array(data.length + 2)
    out.set(data)
    out[data.length] = sw >> 8
    out[data.length + 1] = sw & 0xff
    return out
  }

  #newChannel(): Channel {
    return { application: 'uicc', storeData: new StoreData(this.#isdr) }
  }

  #answer(apdu: Uint8Array): Response {
    try {
      const command = readCommand(apdu)
      if (!isKnownClass(command.cla)) return status(SW.claNotSupported)
      const channel = this.#channels.get(command.channel)
      if (!channel) return status(SW.channelNotSupported)
      if (command.ins === 0xc0) return this.#getResponse(channel, command)
      channel.waiting = undefined
      const { data, sw } = this.#run(channel, command)
      if (sw !== 0x9000) return { data, sw }
      return this.#deliver(channel, command, data)
    } catch (error) {
      if (error instanceof StatusWord) return status(error.sw)
      if (isFailure(error, 'euicc.bad-apdu')) return status(SW.wrongLength)
      if (isFailure(error) && error.kind === 'refused') return status(SW.wrongData)
      this.#onFault(error)
      this.#fallBack()
      return status(SW.technical)
    }
  }

  /** After a fault nothing of the command happened: the card is what it saved last, and the session is over. */
  #fallBack(): void {
    try {
      this.#isdr.memory.rollback()
    } catch (error) {
      this.#onFault(error)
    }
    this.#isdr.session = undefined
    this.#terminal = undefined
    for (const channel of this.#channels.values()) {
      channel.position = undefined
      channel.storeData.reset()
    }
  }

  /** Case 2 takes as much as it asked for; case 3 and 4 of T=0 announce what waits. */
  #deliver(channel: Channel, command: Command, data: Uint8Array): Response {
    const done = command.ins === 0xe2 ? this.#done() : 0x9000
    if (data.length === 0) return { data, sw: done }
    const asked = command.le ?? 0
    if (this.#direct || data.length <= asked) return { data, sw: done }
    if (asked && command.data.length === 0) return { data: data.subarray(0, asked), sw: done }
    channel.waiting = data
    return status(0x6100 | (data.length > 0xff ? 0 : data.length))
  }

  /** Success; 91xx while a proactive command waits for FETCH. */
  #done(): number {
    return this.#proactive === 'waiting' ? PROACTIVE_WAITS : 0x9000
  }

  #getResponse(channel: Channel, command: Command): Response {
    const { waiting } = channel
    if (!waiting) return status(SW.conditions)
    const data = waiting.subarray(0, command.le ?? 256)
    const rest = waiting.subarray(data.length)
    channel.waiting = rest.length ? rest : undefined
    if (rest.length === 0) return { data, sw: this.#done() }
    return { data, sw: 0x6100 | (rest.length > 0xff ? 0 : rest.length) }
  }

  #run(channel: Channel, command: Command): Response {
    const { cla, ins } = command
    if (ins === 0x70) return this.#manageChannel(command)
    if (ins === 0xa4 && command.p1 === 0x04) return this.#selectApplication(channel, command)
    if ((cla & 0x80) !== 0 && ins === 0xe2) {
      if (channel.application !== 'isdr') return status(SW.conditions)
      return ok(channel.storeData.take(command))
    }
    if ((cla & 0x80) !== 0 && (ins === 0x10 || ins === 0x12 || ins === 0x14 || ins === 0xaa))
      return this.#toolkitCommand(command)
    // The ISD-R has no files: a terminal may ask whether the card is there, and leaves it by SELECT.
    if (channel.application === 'isdr' && ins === 0xf2) return ok()
    if (channel.application === 'isdr' && ins !== 0xa4) return status(SW.insNotSupported)
    const terminal = this.#terminalState()
    if (!terminal) return status(ins === 0xa4 ? SW.fileNotFound : SW.conditions)
    channel.application = 'uicc'
    channel.position ??= startPosition(terminal.profile)
    return runUiccCommand(terminal, channel.position, command)
  }

  #terminalState(): TerminalState | undefined {
    const profile = this.#isdr.memory.enabled
    if (!profile) return undefined
    this.#terminal ??= {
      profile: profile.installed,
      verified: new Set(),
      random: this.#isdr.random,
      changed: () => {
        this.#isdr.memory.touch(profile)
        this.#isdr.memory.save()
      },
    }
    return this.#terminal
  }

  /** MANAGE CHANNEL (TS 102 221, 11.1.17). */
  #manageChannel(command: Command): Response {
    const { p1, p2 } = command
    if (p1 === 0x80) {
      if (p2 === 0 || !this.#channels.delete(p2)) return status(SW.wrongP1P2)
      return ok()
    }
    if (p1 !== 0) return status(SW.wrongP1P2)
    let number = p2
    if (number === 0) {
      number = 1
      while (this.#channels.has(number)) number++
    }
    if (number >= CHANNELS || this.#channels.has(number)) return status(SW.functionNotSupported)
    this.#channels.set(number, this.#newChannel())
    return ok(p2 === 0 ? Uint8Array.of(number) : new Uint8Array())
  }

  #selectApplication(channel: Channel, command: Command): Response {
    const { data } = command
    const matches = data.length >= 5 && bytesEqual(ISDR_AID.subarray(0, data.length), data)
    if (matches) {
      channel.application = 'isdr'
      channel.storeData.reset()
      // P2 of 0C: the terminal wants no response data (TS 102 221, 11.1.1.2).
      if ((command.p2 & 0x0c) === 0x0c) return ok()
      const [major = 2, minor = 5, patch = 0] = this.#isdr.svn.split('.').map(Number)
      // SGP.22 5.7.1: the template of ISD-R says which version it speaks.
      const template = node(0xe0, node(0x82, Uint8Array.of(major, minor, patch)))
      return ok(node(0x6f, node(0x84, ISDR_AID), node(0xa5, Uint8Array.of(0x9f, 0x65, 1, 0xff)), template))
    }
    const terminal = this.#terminalState()
    if (!terminal) return status(SW.fileNotFound)
    channel.position ??= startPosition(terminal.profile)
    const selected = selectByAid(terminal, channel.position, data, command.p2)
    if (!selected) return status(SW.fileNotFound)
    channel.application = 'uicc'
    return selected
  }

  /** TERMINAL PROFILE, FETCH, TERMINAL RESPONSE, TERMINAL CAPABILITY: one proactive command, REFRESH. */
  #toolkitCommand(command: Command): Response {
    if (command.ins === 0x10) {
      this.#toolkit = true
      return ok()
    }
    if (command.ins === 0x12) {
      if (this.#proactive !== 'waiting') return status(SW.conditions)
      this.#proactive = 'fetched'
      return ok(REFRESH)
    }
    if (command.ins === 0x14) {
      if (this.#proactive !== 'fetched') return status(SW.conditions)
      this.#proactive = 'none'
    }
    return ok()
  }
}

/**
 * A software eUICC over APDUs. Throws `euicc.pki-incomplete` and `euicc.state-unreadable`.
 *
 * ```ts
 * const card = createCard({ pki: loadPki('pki'), state: fileState('card.json') })
 * await card.transmit(fromHex('00a4040010a0000005591010ffffffff8900000100'))
 * ```
 */
export function createCard(options: CardOptions): SoftwareCard {
  return new Card(options)
}
