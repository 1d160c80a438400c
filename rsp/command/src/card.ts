import { existsSync } from 'node:fs'
import { fromHex, refuse } from '@gesim/base'
import { loadPki, type Pki } from '@gesim/crypto'
import { createCard, fileState } from '@gesim/euicc'
import { type Card, connectCard, connectPcsc, createLpa, deviceInfo, ISDR_AID, type Lpa } from '@gesim/lpa'
import { notUnderstood, type OptionTable, type Values } from './command.ts'
import { curvesOf } from './curves.ts'
import { reading } from './files.ts'
import { HOME_OPTION, placesOf } from './places.ts'
import { SERVER_OPTIONS, serverOptions } from './servers.ts'
import { splitWords } from './words.ts'

/** Which card, and how it is spoken to. */
export const CARD_OPTIONS = {
  state: {
    type: 'string',
    value: 'FILE',
    means: 'the card in software keeps its state here; default card.json in the home folder',
  },
  pki: {
    type: 'string',
    value: 'DIR',
    means: 'certificates of the card in software; default pki in the home folder',
  },
  eid: { type: 'string', value: 'EID', means: 'which card of the directory; default the first' },
  curve: { type: 'string', value: 'CURVE', means: 'nist, brainpool or both; default both, nist preferred' },
  lenient: {
    type: 'boolean',
    means: 'the card in software takes segments up to 1036 bytes and expired certificates',
  },
  card: {
    type: 'string',
    value: 'COMMAND',
    means: 'another card: a command that speaks JSON lines on stdin and stdout, such as gesim-euicc',
  },
  tcp: { type: 'string', value: 'HOST:PORT', means: 'another card: JSON lines over TCP' },
  reader: {
    type: 'string',
    value: 'NAME',
    means: 'another card: in a PC/SC reader, a part of whose name is given, or "any"',
  },
  aid: {
    type: 'string',
    value: 'HEX',
    many: true,
    means: 'AID of the security domain, for cards that have one of their own',
  },
  'block-bytes': {
    type: 'string',
    value: 'COUNT',
    means: 'data bytes of one command to the card, 16 to 255; default 120, which every reader passes on',
  },
  ...HOME_OPTION,
} as const satisfies OptionTable

/** Everything that a command with a card and servers takes. */
export const LPA_OPTIONS = { ...CARD_OPTIONS, ...SERVER_OPTIONS } as const

type CardValues = Values<typeof CARD_OPTIONS>

interface OpenCard {
  readonly card: Card
  /** The certificates of the card, when it is one in this process. */
  readonly pki?: Pki
  close(): Promise<void>
}

function hostAndPort(option: string, text: string): { host: string; port: number } {
  const match = /^(.*):(\d{1,5})$/.exec(text)
  if (!match) throw notUnderstood(`--${option} takes HOST:PORT`)
  return { host: match[1]!.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1', port: Number(match[2]) }
}

async function openCard(values: CardValues): Promise<OpenCard> {
  const others = [values.card, values.tcp, values.reader].filter((one) => one !== undefined)
  if (others.length > 1) throw notUnderstood('--card, --tcp and --reader each name a card: give one of them')
  const connected = async () => {
    if (values.card !== undefined) {
      const [command, ...args] = splitWords(values.card)
      if (!command) throw notUnderstood('--card needs a command')
      return connectCard({ command, args })
    }
    if (values.tcp !== undefined) return connectCard(hostAndPort('tcp', values.tcp))
    return connectPcsc(values.reader === 'any' ? {} : { reader: values.reader! })
  }
  if (others.length) {
    const card = await connected()
    return { card, close: () => card.close() }
  }
  const places = placesOf(values.home)
  const directory = values.pki ?? places.pki
  if (!existsSync(directory)) throw refuse('rsp.no-pki', { directory })
  const pki = reading(directory, () => loadPki(directory))
  const card = createCard({
    pki,
    state: fileState(values.state ?? places.card),
    curves: curvesOf(values.curve),
    lenient: values.lenient,
    replies: 'direct',
    ...(values.eid ? { eid: values.eid } : {}),
  })
  return { card, pki, close: async () => undefined }
}

function aidsOf(texts: readonly string[]): Uint8Array[] {
  return texts.map((text) => {
    const plain = text.replace(/[\s:]/g, '')
    if (!/^(?:[0-9a-fA-F]{2}){5,16}$/.test(plain)) throw notUnderstood('--aid takes 5 to 16 bytes in hex')
    return fromHex(plain)
  })
}

function blockBytesOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const count = Number(text)
  if (!Number.isInteger(count) || count < 16 || count > 255)
    throw notUnderstood('--block-bytes is a number from 16 to 255')
  return count
}

/** Opens the card and an LPA on it, works with it, and closes both. */
export async function withLpa(
  values: Values<typeof LPA_OPTIONS>,
  work: (lpa: Lpa) => Promise<void>,
  imei?: string,
): Promise<void> {
  const aids = aidsOf(values.aid)
  const blockBytes = blockBytesOf(values['block-bytes'])
  const device = deviceInfo(imei)
  const { card, pki, close } = await openCard(values)
  try {
    const lpa = createLpa({
      card,
      ...serverOptions(values, pki),
      device,
      ...(aids.length ? { aids: [...aids, ISDR_AID] } : {}),
      ...(blockBytes ? { blockBytes } : {}),
    })
    try {
      await work(lpa)
    } finally {
      lpa.close()
    }
  } finally {
    await close()
  }
}
