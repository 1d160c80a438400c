import { isFailure } from '@gesim/base'
import type { Say, Words } from './words/index.ts'

/** What each failure of the way out is called on the page. */
const SAID = {
  'proofs.exit-no-key': 'noKey',
  'proofs.exit-unknown-word': 'unknownWord',
  'proofs.exit-words-do-not-fit': 'wordsDoNotFit',
  'proofs.exit-share-alone': 'share',
  'proofs.exit-not-your-key': 'notYourKey',
  'proofs.exit-bad-network': 'badNetwork',
  'proofs.exit-rpc-address': 'badRpc',
  'proofs.exit-rpc-silent': 'rpcSilent',
  'proofs.exit-rpc-refused': 'rpcRefused',
  'proofs.exit-rpc-other-chain': 'rpcOtherChain',
  'proofs.exit-rpc-no-contracts': 'rpcNoContracts',
  'proofs.exit-rpc-no-logs': 'rpcNoLogs',
  'proofs.exit-no-ether': 'noEther',
  'proofs.exit-fee-too-high': 'feeTooHigh',
  'proofs.exit-under-way': 'underWay',
  'proofs.exit-not-mined': 'notMined',
} as const satisfies Record<string, keyof Words>

/** Rules of the contracts by the name of their error, where people can do something with it. */
const REFUSED: Readonly<Record<string, keyof Words>> = {
  TooEarly: 'refusedTooEarly',
  OutsideTime: 'refusedTooEarly',
  PostingWindow: 'whyPostingWindow',
  BookShort: 'whyBookShort',
  OutflowCap: 'whyWindowFull',
  WrongState: 'refusedState',
  NoSuchDemand: 'refusedState',
  AlreadyDemanded: 'refusedState',
  LeafCount: 'refusedState',
  LeafMissing: 'refusedState',
  StaleEpoch: 'refusedState',
  Refused: 'refusedCompliance',
}

/** Trouble of the page itself, found before anything is asked. */
export class PageTrouble extends Error {
  readonly key: keyof Words
  readonly values: Readonly<Record<string, string>>

  constructor(key: keyof Words, values: Readonly<Record<string, string>> = {}) {
    super(key)
    this.key = key
    this.values = values
  }
}

/** A failure in a sentence. */
export function sayTrouble(say: Say, error: unknown): string {
  if (error instanceof PageTrouble) return say(error.key, error.values)
  if (!isFailure(error))
    return say('unexpected', { reason: error instanceof Error ? error.message : String(error) })
  const values = Object.fromEntries(
    Object.entries(error.facts).map(([name, value]) => [name, String(value ?? '?')]),
  )
  if (error.code === 'proofs.exit-refused') {
    const key = REFUSED[String(error.facts.reason)]
    return key ? say(key) : say('refused', values)
  }
  const key = (SAID as Readonly<Record<string, keyof Words>>)[error.code]
  return key ? say(key, values) : say('unexpected', { reason: error.code })
}

/**
 * Why a node is silent, as far as a page can find out: a page from the web may not ask plain http elsewhere, and a node that
 * is there but forbids pages to read its answers still takes a request whose answer nobody reads.
 */
export async function explainSilence(error: unknown, rpcUrl: string): Promise<unknown> {
  if (!isFailure(error, 'proofs.exit-rpc-silent')) return error
  const url = new URL(rpcUrl)
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (location.protocol === 'https:' && url.protocol === 'http:' && !isHere)
    return new PageTrouble('rpcMixed')
  try {
    await fetch(url, { method: 'POST', mode: 'no-cors', body: '{}', signal: AbortSignal.timeout(5_000) })
  } catch {
    return error
  }
  // It took this one. Whether it answers readable ones is asked once more, since it may only have been busy.
  try {
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}',
      signal: AbortSignal.timeout(5_000),
    })
    return error
  } catch {
    return new PageTrouble('rpcCors')
  }
}
