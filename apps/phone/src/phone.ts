import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createLog, type Log, nowMs, refuse } from '@gesim/base'
import { certificatePem, loadPki, type Pki } from '@gesim/crypto'
import { createCard, fileState, type SoftwareCard } from '@gesim/euicc'
import { createLpa, type Lpa, type Progress } from '@gesim/lpa'
import type { Hex } from 'viem'
import { Line } from './line.ts'
import { Purchases } from './purchases.ts'
import { showFailure } from './shown-failure.ts'
import { evidenceOfResult } from './sign.ts'
import { PhoneStore } from './store.ts'
import type { Download, DownloadStep, PhoneState, ShownProfile, ShownTraffic } from './words.ts'

export interface PhoneOptions {
  /** Folder that keeps the card, the device key and the purchases. */
  readonly stateDir: string
  /** Folder of certificates, or what `loadPki` read from it. */
  readonly pki: string | Pki
  readonly eid?: string
  /** Node to pair with. */
  readonly nodeUrl: string
  /** RSP server addresses to URLs. */
  readonly hosts?: Readonly<Record<string, string>>
  readonly voucherBytes?: number
  readonly pollMs?: number
  readonly log?: Log
}

/** What a user gives to add an eSIM. */
export interface DownloadRequest {
  readonly activationCode: string
  readonly pairingCode?: string
  readonly confirmationCode?: string
  readonly onStep?: (step: DownloadStep) => void
}

/** A handset in software. */
export interface Phone {
  /** Address of the device key. */
  readonly device: Hex
  /** Starts a download; follow it by `download` or `subscribe`. Throws `phone.busy`. */
  startDownload(request: DownloadRequest): Download
  /** Downloads, installs and enables; rejects with what went wrong. */
  addProfile(request: DownloadRequest): Promise<Download>
  /** Throws `phone.unknown-download`. */
  download(id: string): Download
  profiles(): Promise<readonly ShownProfile[]>
  enable(iccid: string): Promise<void>
  disable(iccid: string): Promise<void>
  /** Disables a profile that is enabled first. */
  delete(iccid: string): Promise<void>
  /** Uses data until it is there, the deposit is used up or the service ends. */
  useData(bytes: number): Promise<ShownTraffic>
  stopData(): void
  state(): PhoneState
  /** Calls back on every change; gives how to stop. */
  subscribe(listener: (state: PhoneState) => void): () => void
  /** Looks at open purchases now; it also happens on its own. */
  look(): Promise<void>
  stop(): Promise<void>
}

const KEEP_DOWNLOADS = 20
const STEP_PERCENT: Readonly<Record<DownloadStep, number>> = {
  pair: 2,
  authenticate: 10,
  preview: 25,
  prepare: 30,
  fetch: 35,
  install: 45,
  installed: 90,
  notify: 93,
  enable: 96,
  done: 100,
}

class Handset implements Phone {
  readonly #store: PhoneStore
  readonly #card: SoftwareCard
  readonly #lpa: Lpa
  readonly #log: Log
  readonly #nodeUrl: string
  readonly #purchases: Purchases
  readonly #line: Line
  readonly #listeners = new Set<(state: PhoneState) => void>()
  readonly #downloads = new Map<string, Download>()
  readonly #timer: NodeJS.Timeout
  #profiles: readonly ShownProfile[] = []
  #looking?: Promise<void>
  /** The card does one thing at a time. */
  #cardQueue: Promise<unknown> = Promise.resolve()

  constructor(options: PhoneOptions) {
    this.#log = options.log ?? createLog('phone')
    this.#nodeUrl = options.nodeUrl
    this.#store = new PhoneStore(options.stateDir)
    const pki = typeof options.pki === 'string' ? loadPki(options.pki) : options.pki
    this.#card = createCard({
      pki,
      state: fileState(join(options.stateDir, 'card.json')),
      eid: options.eid,
      replies: 'direct',
    })
    this.#lpa = createLpa({
      card: this.#card,
      ca: pki.issuers.map(certificatePem),
      hosts: options.hosts,
      blockBytes: 255,
    })
    const changed = () => this.#changed()
    this.#purchases = new Purchases(this.#store, this.#log, options.voucherBytes ?? 8_000_000, changed)
    this.#line = new Line(this.#card, (work) => this.#withCard(work), changed)
    this.#timer = setInterval(() => void this.look(), options.pollMs ?? 1000)
  }

  get device(): Hex {
    return this.#store.account.address
  }

  #withCard<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#cardQueue.then(work, work)
    this.#cardQueue = result.catch(() => undefined)
    return result
  }

  #pendingChange = false
  #changed(): void {
    if (this.#pendingChange || this.#listeners.size === 0) return
    this.#pendingChange = true
    setTimeout(() => {
      this.#pendingChange = false
      const state = this.state()
      for (const listener of this.#listeners) listener(state)
    }, 50).unref()
  }

  subscribe(listener: (state: PhoneState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get #enabled(): ShownProfile | undefined {
    return this.#profiles.find(({ enabled }) => enabled)
  }

  state(): PhoneState {
    const enabled = this.#enabled
    const purchase = enabled && this.#store.forProfile(enabled.iccid)
    return {
      device: this.device,
      profiles: this.#profiles,
      line: this.#line.shown(enabled !== undefined),
      ...(purchase ? { purchase: this.#purchases.shown(purchase) } : {}),
      traffic: this.#line.traffic,
      downloads: [...this.#downloads.values()].reverse(),
    }
  }

  async profiles(): Promise<readonly ShownProfile[]> {
    const list = await this.#withCard(() => this.#lpa.profiles())
    this.#profiles = list.map((profile) => ({
      iccid: profile.iccid ?? '',
      name: profile.profileName ?? 'eSIM',
      provider: profile.serviceProviderName ?? '',
      ...(profile.nickname ? { nickname: profile.nickname } : {}),
      enabled: profile.enabled ?? false,
    }))
    this.#changed()
    return this.#profiles
  }

  download(id: string): Download {
    const found = this.#downloads.get(id)
    if (!found) throw refuse('phone.unknown-download')
    return found
  }

  startDownload(request: DownloadRequest): Download {
    const { started, finished } = this.#begin(request)
    // Whoever asked follows the download by its id; its failure is in there.
    finished.catch(() => undefined)
    return started
  }

  async addProfile(request: DownloadRequest): Promise<Download> {
    return this.#begin(request).finished
  }

  #begin(request: DownloadRequest): { started: Download; finished: Promise<Download> } {
    if ([...this.#downloads.values()].some(({ state }) => state === 'running'))
      throw refuse('phone.busy', { what: 'download' })
    const first: DownloadStep = request.pairingCode ? 'pair' : 'authenticate'
    const started: Download = {
      id: randomUUID(),
      state: 'running',
      step: first,
      percent: 0,
      startedAtMs: nowMs(),
      steps: [],
    }
    this.#downloads.set(started.id, started)
    for (const id of this.#downloads.keys()) {
      if (this.#downloads.size <= KEEP_DOWNLOADS) break
      this.#downloads.delete(id)
    }
    return { started, finished: this.#run(started.id, request) }
  }

  #put(id: string, fields: Partial<Download>): Download {
    const changed = { ...this.download(id), ...fields }
    this.#downloads.set(id, changed)
    this.#changed()
    return changed
  }

  async #run(id: string, request: DownloadRequest): Promise<Download> {
    const enter = (step: DownloadStep, percent = STEP_PERCENT[step]) => {
      const { steps, step: before } = this.download(id)
      const isNew = steps.length === 0 || before !== step
      this.#put(id, { step, percent, ...(isNew ? { steps: [...steps, { step, atMs: nowMs() }] } : {}) })
      if (isNew) request.onStep?.(step)
    }
    try {
      let intentId: Hex | undefined
      if (request.pairingCode) {
        enter('pair')
        intentId = await this.#purchases.pair(this.#nodeUrl, request.pairingCode)
        this.#put(id, { intentId })
      }
      const onProgress = (progress: Progress) => {
        const { step } = progress
        if (step === 'install') {
          const share = progress.loadedBytes / progress.totalBytes
          return enter('install', Math.round(45 + 45 * share))
        }
        if (step === 'preview') this.#put(id, { profileName: progress.preview.metadata.profileName })
        enter(step)
      }
      const { activationCode, confirmationCode } = request
      const done = await this.#withCard(() =>
        this.#lpa.download({ activationCode, confirmationCode, onProgress }),
      )
      this.#put(id, { iccid: done.iccid })
      if (intentId) this.#purchases.bind(intentId, done.iccid, evidenceOfResult(done.installationResult))
      enter('enable')
      await this.enable(done.iccid)
      enter('done')
      void this.look()
      return this.#put(id, { state: 'done', endedAtMs: nowMs() })
    } catch (error) {
      this.#put(id, { state: 'failed', endedAtMs: nowMs(), failure: showFailure(error) })
      throw error
    }
  }

  async #switch(work: () => Promise<void>): Promise<void> {
    await this.#line.leave()
    await this.#withCard(work)
    await this.profiles()
    this.#tellServers()
  }

  /** What the card has to tell goes out in the background; what is not accepted waits on the card. */
  #tellServers(): void {
    this.#withCard(() => this.#lpa.sendNotifications()).catch((error: unknown) =>
      this.#log.warn('notifications wait on the card', { error }),
    )
  }

  enable(iccid: string): Promise<void> {
    return this.#switch(() => this.#lpa.enable(iccid))
  }

  disable(iccid: string): Promise<void> {
    return this.#switch(() => this.#lpa.disable(iccid))
  }

  delete(iccid: string): Promise<void> {
    return this.#switch(async () => {
      const list = await this.#lpa.profiles()
      if (list.some((profile) => profile.iccid === iccid && profile.enabled)) await this.#lpa.disable(iccid)
      await this.#lpa.delete(iccid)
    })
  }

  look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #lookOnce(): Promise<void> {
    try {
      if (this.#profiles.length === 0) await this.profiles()
      const enabled = this.#enabled
      for (const purchase of this.#store.purchases) {
        if (purchase.over) continue
        const intent = await this.#purchases.look(purchase)
        if (intent && enabled && purchase.iccid === enabled.iccid && intent.service !== 'ended')
          await this.#line.keep(intent)
      }
    } catch (error) {
      this.#log.error('the phone could not look at its purchases', { error })
    }
  }

  async useData(bytes: number): Promise<ShownTraffic> {
    const enabled = this.#enabled
    if (!enabled) throw refuse('phone.no-line')
    const purchase = this.#store.forProfile(enabled.iccid)
    if (!purchase) throw refuse('phone.not-paired')
    const intent = this.#purchases.intentOf(purchase.intentId)
    if (intent?.service !== 'on') throw refuse('phone.no-line', { service: intent?.service })
    await this.#line.keep(intent)
    return this.#line.use(
      bytes,
      this.#purchases.meterOf(purchase.intentId, () => this.#line.sessionId),
    )
  }

  stopData(): void {
    this.#line.stopTraffic()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
    await this.#line.leave()
    this.#lpa.close()
  }
}

/**
 * A handset in software: an eUICC, a local profile assistant, a device key, and the radio of the simulated carriers.
 * Throws `phone.state-unreadable`, `euicc.pki-incomplete`.
 *
 * ```ts
 * const phone = createPhone({ stateDir: 'phone', pki: 'pki', nodeUrl: 'http://127.0.0.1:8080' })
 * await phone.addProfile({ activationCode: 'LPA:1$smdp.example.com$ABC', pairingCode: 'K7M2QX' })
 * await phone.useData(5_000_000)
 * ```
 */
export function createPhone(options: PhoneOptions): Phone {
  return new Handset(options)
}
