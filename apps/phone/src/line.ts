import { isFailure, nowMs, refuse, sleepMs } from '@gesim/base'
import type { SoftwareCard } from '@gesim/euicc'
import type { DeviceIntent } from '@gesim/wire'
import { RadioLink, type Telemetry } from './radio.ts'
import { showFailure } from './shown-failure.ts'
import type { ShownLine, ShownTraffic } from './words.ts'

const IDLE: ShownTraffic = { state: 'idle', wantedBytes: 0, doneBytes: 0, bytesPerSecond: 0 }
const CREDIT_TRIES = 40
const CREDIT_WAIT_MS = 500
/** A node that restarts is waited for while data flows: a minute. */
const VOUCH_TRIES = 120

/** Bars as a phone draws them, from the received power of the reference signal (TS 36.133, 9.1.4). */
export function barsOf(rsrpDbm: number): number {
  return [-110, -100, -90, -80].filter((limit) => rsrpDbm > limit).length
}

/** How the network refused, in its own code. */
function refusedWith(error: unknown): string | undefined {
  return isFailure(error, 'phone.radio-refused') ? String(error.facts.refusedWith) : undefined
}

/** Vouches, and again while the node does not answer. */
async function vouchPatiently(meter: Meter, signal: AbortSignal): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      return await meter.vouch()
    } catch (error) {
      if (!isFailure(error) || error.kind !== 'unreachable' || tries >= VOUCH_TRIES || signal.aborted)
        throw error
      await sleepMs(CREDIT_WAIT_MS, signal).catch(() => undefined)
    }
  }
}

/** Whoever keeps the account of what was used. */
export interface Meter {
  /** Counts octets that arrived. */
  count(bytes: number): void
  /** Octets that may still arrive before a voucher must be signed. */
  roomBytes(): number
  /** Signs and sends a voucher for everything so far. Gives whether the deposit is used up. */
  vouch(): Promise<boolean>
}

/** The phone's connection to one carrier and the data that flows over it. */
export class Line {
  readonly #card: SoftwareCard
  readonly #changed: () => void
  #link?: RadioLink
  #telemetry?: Telemetry
  #failure?: ShownLine['failure']
  #traffic: ShownTraffic = IDLE
  #abort?: AbortController
  /** Runs one exchange with the card at a time: attaching and profile management must not mix. */
  readonly #exclusive: <T>(work: () => Promise<T>) => Promise<T>

  constructor(card: SoftwareCard, exclusive: <T>(work: () => Promise<T>) => Promise<T>, changed: () => void) {
    this.#card = card
    this.#exclusive = exclusive
    this.#changed = changed
  }

  shown(hasProfile: boolean): ShownLine {
    if (!hasProfile) return { state: 'no-profile', bars: 0 }
    if (!this.#link) return { state: this.#failure ? 'denied' : 'searching', bars: 0, failure: this.#failure }
    return {
      state: 'attached',
      plmn: this.#link.plmn,
      rat: this.#link.rat,
      bars: this.#telemetry ? barsOf(this.#telemetry.rsrpDbm) : 4,
      latencyMs: this.#telemetry?.latencyMs,
      throughputMbps: this.#telemetry?.throughputMbps,
    }
  }

  get traffic(): ShownTraffic {
    return this.#traffic
  }

  get sessionId(): string {
    return this.#link?.sessionId ?? ''
  }

  /** Attaches when needed and looks at the air; a connection that the network forgot is made anew. */
  async keep(intent: DeviceIntent): Promise<void> {
    const { radioUrl } = intent
    if (!radioUrl) return
    try {
      if (this.#link?.url !== radioUrl) {
        this.#link = undefined
        this.#link = await this.#exclusive(() => RadioLink.attach(radioUrl, this.#card))
        this.#failure = undefined
        this.#changed()
      }
      this.#telemetry = (await this.#link!.session()).telemetry
      this.#changed()
    } catch (error) {
      if (!isFailure(error)) throw error
      if (error.kind === 'refused') this.#link = undefined
      this.#failure = showFailure(error)
      this.#changed()
    }
  }

  /** Leaves the network: the profile was switched off or is gone. */
  async leave(): Promise<void> {
    const link = this.#link
    this.#abort?.abort()
    this.#link = undefined
    this.#telemetry = undefined
    this.#failure = undefined
    await link?.detach().catch(() => undefined)
    this.#changed()
  }

  stopTraffic(): void {
    this.#abort?.abort()
  }

  /**
   * Fetches data, signing a voucher whenever the room for unsigned use is filled, until everything came, the deposit
   * is used up or the service ends. Throws `phone.no-line`, `phone.busy`.
   */
  async use(wantedBytes: number, meter: Meter): Promise<ShownTraffic> {
    const link = this.#link
    if (!link) throw refuse('phone.no-line')
    if (this.#traffic.state === 'running') throw refuse('phone.busy', { what: 'transfer' })
    const abort = new AbortController()
    this.#abort = abort
    const startMs = nowMs()
    let doneBytes = 0
    const show = (state: ShownTraffic['state'], why?: string) => {
      const seconds = Math.max(nowMs() - startMs, 1) / 1000
      this.#traffic = { state, wantedBytes, doneBytes, bytesPerSecond: Math.round(doneBytes / seconds), why }
      this.#changed()
    }
    show('running')
    let why: string | undefined
    let waited = 0
    while (doneBytes < wantedBytes && !abort.signal.aborted) {
      try {
        const room = meter.roomBytes()
        if (room <= 0) {
          if (await vouchPatiently(meter, abort.signal)) {
            why = 'exhausted'
            break
          }
          continue
        }
        await link.down(
          Math.min(wantedBytes - doneBytes, room, 64 << 20),
          (count) => {
            doneBytes += count
            meter.count(count)
            show('running')
          },
          abort.signal,
        )
        waited = 0
      } catch (error) {
        const code = refusedWith(error)
        if (code === 'carrier.unsigned-credit' && ++waited <= CREDIT_TRIES) {
          // The carrier hears of vouchers from the node, a moment later.
          if (waited === 1) await vouchPatiently(meter, abort.signal).catch(() => undefined)
          await sleepMs(CREDIT_WAIT_MS, abort.signal).catch(() => undefined)
          continue
        }
        if (abort.signal.aborted) break
        if (!isFailure(error)) {
          show('stopped', 'unexpected')
          throw error
        }
        why = code ?? error.code
        if (code === 'carrier.authentication-failed') this.#link = undefined
        break
      }
    }
    if (doneBytes > 0) {
      try {
        await vouchPatiently(meter, abort.signal)
      } catch (error) {
        why ??= isFailure(error) ? error.code : 'unexpected'
      }
    }
    if (abort.signal.aborted) why ??= 'stopped'
    show(doneBytes >= wantedBytes ? 'done' : 'stopped', why)
    return this.#traffic
  }
}
