// The phone in software that runs beside the stack, driven over its own local API.
import { Failure, isFailure, refuse, sleepMs, unreachable } from '@gesim/base'

export interface HandsetDownload {
  readonly id: string
  readonly step: string
  readonly state: 'running' | 'done' | 'failed'
  readonly failure?: { code: string; message: string; remedy: string }
}

export interface HandsetTraffic {
  readonly doneBytes: number
  /** Why it ended before everything was there. */
  readonly why?: string
}

const EVERY_MS = 100
const DOWNLOAD_WITHIN_MS = 120_000
const PAIRED_WITHIN_MS = 90_000

async function ask<T>(phoneUrl: string, method: string, path: string, body?: unknown): Promise<T> {
  let response: Response
  try {
    response = await fetch(new URL(path, phoneUrl), {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(120_000),
    })
  } catch (cause) {
    throw unreachable('cli.no-phone', { url: phoneUrl }, cause)
  }
  const answer = (await response.json().catch(() => ({}))) as Record<string, string>
  if (!response.ok) {
    throw new Failure('refused', answer.code ?? 'cli.no-phone', {
      message: answer.message,
      remedy: answer.remedy,
    })
  }
  return answer as T
}

/**
 * Gives the phone an activation code and waits until the profile is installed and enabled. A pairing that the node did not
 * answer is begun anew, with another code: nothing has been downloaded by then.
 */
export async function installProfile(
  phoneUrl: string,
  activationCode: string,
  newPairingCode: () => Promise<string>,
  onStep: (step: string) => void,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const end = Date.now() + PAIRED_WITHIN_MS
  for (;;) {
    const pairingCode = await newPairingCode()
    try {
      return await follow(phoneUrl, { activationCode, pairingCode }, onStep, meanwhile)
    } catch (error) {
      if (!isFailure(error) || error.facts.step !== 'pair' || Date.now() > end) throw error
      await sleepMs(1_000)
    }
  }
}

async function follow(
  phoneUrl: string,
  request: { activationCode: string; pairingCode: string },
  onStep: (step: string) => void,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const { id } = await ask<HandsetDownload>(phoneUrl, 'POST', '/api/downloads', request)
  const end = Date.now() + DOWNLOAD_WITHIN_MS
  for (let last = ''; ; ) {
    const download = await ask<HandsetDownload>(phoneUrl, 'GET', `/api/downloads/${id}`)
    if (download.step !== last) onStep(download.step)
    last = download.step
    if (download.state === 'done') return
    if (download.state === 'failed') {
      const { code = 'cli.no-phone', message, remedy } = download.failure ?? {}
      throw new Failure('refused', code, { message, remedy, step: download.step })
    }
    if (Date.now() > end) throw unreachable('cli.took-too-long', { waitingFor: 'the download' })
    await meanwhile()
    await sleepMs(EVERY_MS)
  }
}

const ATTACHED_WITHIN_MS = 90_000

interface HandsetState {
  readonly line: { state: string; plmn?: string; rat?: string; failure?: { code: string } }
  readonly purchase?: { intentId: string; service: string }
}

/** Waits until the phone has attached to the network with the profile of this purchase and its service is on. */
export async function waitForLine(
  phoneUrl: string,
  intentId: string,
): Promise<{ plmn?: string; rat?: string }> {
  const end = Date.now() + ATTACHED_WITHIN_MS
  for (;;) {
    const { line, purchase } = await ask<HandsetState>(phoneUrl, 'GET', '/api/state')
    if (line.state === 'attached' && purchase?.intentId === intentId && purchase.service === 'on') return line
    if (Date.now() > end) {
      throw unreachable('cli.took-too-long', {
        waitingFor: 'the phone to attach',
        line: line.state,
        failure: line.failure?.code,
      })
    }
    await sleepMs(EVERY_MS)
  }
}

/** Lets the phone move bytes over the network. */
export async function useData(phoneUrl: string, bytes: number): Promise<HandsetTraffic> {
  const traffic = await ask<HandsetTraffic>(phoneUrl, 'POST', '/api/traffic?wait=1', { bytes })
  if (traffic.doneBytes === 0) throw refuse('cli.no-data', { why: traffic.why })
  return traffic
}
