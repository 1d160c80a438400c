import { unreachable } from '@gesim/base'
import type { EpochInputs, EpochRow } from '@gesim/wire'
import type { EpochSource } from './ports.ts'

const TIMEOUT_MS = 10_000
const SIGNABLE: ReadonlySet<EpochRow['state']> = new Set(['collecting', 'wanted', 'posted'])

/** Epochs as the operator's node serves them over HTTP. Nothing that it answers is believed. */
export function nodeApi(apiUrl: string): EpochSource {
  async function ask(path: string, body?: object): Promise<Response> {
    try {
      return await fetch(`${apiUrl}${path}`, {
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined
          ? {}
          : {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify(body),
            }),
      })
    } catch (cause) {
      throw unreachable('attestor.node-unreachable', { path }, cause)
    }
  }
  async function read<T>(response: Response): Promise<T> {
    if (!response.ok) throw unreachable('attestor.node-unreachable', { status: response.status })
    return (await response.json()) as T
  }
  return {
    async unsigned() {
      const { epochs } = await read<{ epochs: EpochRow[] }>(await ask('/v1/epochs?limit=10'))
      return epochs
        .filter(({ state, weightBps }) => SIGNABLE.has(state) && weightBps < 10_000)
        .map((one) => one.epoch)
        .sort((a, b) => a - b)
    },
    async inputs(epoch) {
      const response = await ask(`/v1/epochs/${epoch}/inputs`)
      return response.status === 404 ? null : await read<EpochInputs>(response)
    },
    async attest(epoch, attestor, signature) {
      const response = await ask(`/v1/epochs/${epoch}/attestations`, { attestor, signature })
      // A window that closed meanwhile is no fault of anyone: the next epoch says the same and more.
      if (!response.ok && response.status !== 410) await read(response)
    },
  }
}
