import { unreachable } from '@gesim/base'
import type { CommitmentJson, Hex, NodeProofJson } from '@gesim/journey'
import { commitmentFromJson, type Domain, digestOf, nodeProofFromJson } from '@gesim/proofs'
import type { Attestation, EpochInputs } from '@gesim/wire'
import { recoverAddress } from 'viem'
import type { SignedCommitment, TreeSource } from './ports.ts'

const TIMEOUT_MS = 10_000

/** A node that publishes its trees over HTTP. Whoever asks checks every answer against the root on chain. */
export function httpSource(url: string, domain: Domain): TreeSource {
  async function read<T>(path: string): Promise<T | null> {
    let response: Response
    try {
      response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
      if (response.status === 404) return null
      if (response.ok) return (await response.json()) as T
    } catch (cause) {
      throw unreachable('watcher.source-unreachable', { path }, cause)
    }
    throw unreachable('watcher.source-unreachable', { path, status: response.status })
  }
  return {
    name: new URL(url).host,
    inputs: (epoch) => read<EpochInputs>(`/v1/epochs/${epoch}/inputs`),
    async opening(epoch, level, place) {
      const path = `/v1/epochs/${epoch}/nodes/${level}/${place}`
      const answer = await read<NodeProofJson & { children: Hex }>(path)
      return answer && { ...nodeProofFromJson(answer), children: answer.children }
    },
    async signedOf(epoch) {
      const answer = await read<{ commitment: CommitmentJson; signatures: Attestation[] }>(
        `/v1/epochs/${epoch}`,
      )
      return answer ? await signedBy(answer.commitment, answer.signatures, domain) : []
    },
  }
}

/** The signatures that hold; what a source makes up itself is dropped. */
async function signedBy(
  json: CommitmentJson,
  signatures: readonly Attestation[],
  domain: Domain,
): Promise<SignedCommitment[]> {
  const commitment = commitmentFromJson(json)
  const hash = digestOf('EpochCommitment', domain, commitment)
  const found: SignedCommitment[] = []
  for (const { attestor, signature } of signatures) {
    const signer = await recoverAddress({ hash, signature }).catch(() => null)
    if (signer?.toLowerCase() !== attestor.toLowerCase()) continue
    const { epoch, root } = commitment
    found.push({ epoch, root, attestor: attestor.toLowerCase() as Hex, signature, commitment })
  }
  return found
}
