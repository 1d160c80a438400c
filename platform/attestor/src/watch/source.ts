import { unreachable } from '@gesim/base'
import type { CommitmentJson, Hex, NodeProofJson } from '@gesim/journey'
import { commitmentFromJson, type Domain, digestOf, nodeProofFromJson } from '@gesim/proofs'
import type { Attestation, EpochInputs } from '@gesim/wire'
import { isHex, recoverAddress, size } from 'viem'
import type { Opening, SignedCommitment, TreeSource } from './ports.ts'
import { MOST_SIGNATURES } from './signed.ts'

const TIMEOUT_MS = 10_000
/** More than any epoch's inputs; a source that sends without end must not fill the memory. */
const MOST_BYTES = 64 * 1024 * 1024
/** Of what hashes to a node: two nodes, or a leaf. */
const CHILDREN_BYTES = [96, 128]

/**
 * A node that publishes its trees over HTTP. Whoever asks checks every answer against the root on chain. An answer that
 * cannot be read is as none: it must not keep the others from being asked.
 */
export function httpSource(url: string, domain: Domain): TreeSource {
  async function read<T, Answer>(
    path: string,
    convert: (json: T) => Answer | Promise<Answer>,
  ): Promise<Answer | null> {
    let status: number | undefined
    try {
      // Elsewhere than configured nobody is asked: a source could send the watcher to what only this machine reaches.
      const response = await fetch(`${url}${path}`, {
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      status = response.status
      if (response.ok) return await convert(JSON.parse(await textOf(response)) as T)
      await response.body?.cancel()
    } catch (cause) {
      throw unreachable('watcher.source-unreachable', { path, status }, cause)
    }
    if (status === 404) return null
    throw unreachable('watcher.source-unreachable', { path, status })
  }
  return {
    name: new URL(url).host,
    inputs: (epoch) => read<EpochInputs, EpochInputs>(`/v1/epochs/${epoch}/inputs`, inputsFrom),
    opening: (epoch, level, place) =>
      read<NodeProofJson & { children: Hex }, Opening | null>(
        `/v1/epochs/${epoch}/nodes/${level}/${place}`,
        openingFrom,
      ),
    signedOf: async (epoch) =>
      (await read<{ commitment: CommitmentJson; signatures: Attestation[] }, SignedCommitment[]>(
        `/v1/epochs/${epoch}`,
        ({ commitment, signatures }) => signedBy(epoch, commitment, signatures, domain),
      )) ?? [],
  }
}

async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  const reader = response.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    bytes += value.length
    if (bytes > MOST_BYTES) {
      await reader.cancel()
      throw new RangeError(`more than ${MOST_BYTES} bytes`)
    }
    parts.push(value)
  }
  return Buffer.concat(parts).toString('utf8')
}

function inputsFrom(json: EpochInputs): EpochInputs {
  if (!Array.isArray(json.inputs)) throw new TypeError('no inputs')
  return json
}

/** Null for what no tree could have there: the node counts as not opened. */
function openingFrom(json: NodeProofJson & { children: Hex }): Opening | null {
  const { hash, siblings, children } = json
  if (!isHex(children) || !CHILDREN_BYTES.includes(size(children))) return null
  if (!isHex(hash) || !isHex(siblings)) return null
  return { ...nodeProofFromJson(json), children }
}

/** The signatures that hold; what a source makes up itself is dropped. */
async function signedBy(
  epoch: number,
  json: CommitmentJson,
  signatures: readonly Attestation[],
  domain: Domain,
): Promise<SignedCommitment[]> {
  const commitment = commitmentFromJson(json)
  if (commitment.epoch !== epoch) return []
  const hash = digestOf('EpochCommitment', domain, commitment)
  const found: SignedCommitment[] = []
  for (const { attestor, signature } of signatures.slice(0, MOST_SIGNATURES)) {
    const signer = await recoverAddress({ hash, signature }).catch(() => null)
    if (signer?.toLowerCase() !== attestor.toLowerCase()) continue
    const { root } = commitment
    found.push({ epoch, root, attestor: attestor.toLowerCase() as Hex, signature, commitment })
  }
  return found
}
