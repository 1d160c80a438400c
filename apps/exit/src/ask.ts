import {
  type ExitNetwork,
  joinKept,
  type Kept,
  keptInJson,
  NOTHING_KEPT,
  networkFromJson,
  readOwnerKey,
  readRpcUrl,
  recoveryLineIn,
} from '@gesim/proofs/exit'
import { isAddress } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { el } from './element.ts'
import { PageTrouble } from './trouble.ts'
import type { Say } from './words/index.ts'

/** What the reader gave. */
export interface Given {
  readonly rpcUrl: string
  readonly network: ExitNetwork
  readonly owner: PrivateKeyAccount
  /** Null: the account that follows from the key. */
  readonly account: `0x${string}` | null
  readonly files: Kept
}

/** A field with its label and its help. */
export function field(
  id: string,
  label: string,
  help: string | null,
  input: HTMLInputElement | HTMLTextAreaElement,
): HTMLElement {
  input.id = id
  if (help) input.setAttribute('aria-describedby', `${id}-help`)
  return el(
    'div',
    { class: 'field' },
    el('label', { for: id }, label),
    input,
    help && el('p', { class: 'small', id: `${id}-help` }, help),
  )
}

/** What stands in the form, so that a wrong word does not empty the other fields. */
export interface Draft {
  rpc: string
  account: string
  network: string
}

/** The form. `onGiven` gets what was read, `onTrouble` what could not be. */
export function askView(
  say: Say,
  draft: Draft,
  onGiven: (given: Given) => void,
  onTrouble: (error: unknown) => void,
): HTMLElement {
  const common = { autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', dir: 'ltr' } as const
  const rpc = el('input', {
    ...common,
    type: 'url',
    inputmode: 'url',
    placeholder: 'https://',
    required: true,
  })
  const key = el('textarea', { ...common, rows: 3, required: true, 'data-1p-ignore': true })
  const account = el('input', { ...common, class: 'mono', placeholder: '0x' })
  const files = el('input', { type: 'file', accept: '.json,application/json', multiple: true })
  const network = el('textarea', { ...common, class: 'mono', rows: 5 })
  rpc.value = draft.rpc
  account.value = draft.account
  network.value = draft.network
  const chain = chainOf(draft.network)
  const form = el(
    'form',
    { class: 'card', novalidate: true },
    field('rpc', say('rpc'), say('rpcHelp', { chain }), rpc),
    field('key', say('key'), say('keyHelp'), key),
    el('p', { class: 'note' }, say('share')),
    el(
      'details',
      draft.account || chain === '?' ? { open: true } : {},
      el('summary', {}, say('more')),
      el(
        'div',
        { class: 'inner' },
        field('account', say('account'), say('accountHelp'), account),
        field('files', say('files'), say('filesHelp'), files),
        field('network-json', say('network'), say('networkHelp'), network),
      ),
    ),
    el('button', { type: 'submit' }, say('look')),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    draft.rpc = rpc.value
    draft.account = account.value
    draft.network = network.value
    const secret = key.value
    key.value = ''
    read(secret, [...(files.files ?? [])], draft).then(onGiven, (error) => {
      // What cannot be read is still what they typed: they look for the wrong word in it.
      key.value = secret
      onTrouble(error)
    })
  })
  return form
}

async function read(secret: string, files: readonly File[], draft: Draft): Promise<Given> {
  const network = readNetwork(draft.network)
  const rpcUrl = readRpcUrl(draft.rpc)
  const owner = readOwnerKey(secret)
  const kept: Kept[] = [NOTHING_KEPT]
  for (const file of files) {
    const found = keptInJson(await file.text())
    if (!found) throw new PageTrouble('badFile', { name: file.name })
    kept.push(found)
  }
  return { rpcUrl, network, owner, account: readAccount(draft.account), files: joinKept(...kept) }
}

function readNetwork(text: string): ExitNetwork {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new PageTrouble('badNetwork', { field: 'JSON' })
  }
  return networkFromJson(json)
}

function readAccount(text: string): `0x${string}` | null {
  const plain = text.trim()
  if (plain === '') return null
  const line = recoveryLineIn(plain)
  if (line) return line.account
  if (!isAddress(plain)) throw new PageTrouble('badAddress')
  return plain
}

function chainOf(network: string): string {
  try {
    return String((JSON.parse(network) as { chainId?: number } | null)?.chainId ?? '?')
  } catch {
    return '?'
  }
}
