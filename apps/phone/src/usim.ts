import { concatBytes, refuse } from '@gesim/base'
import { type SoftwareCard, writeCommand } from '@gesim/euicc'

/** How the USIM answered a challenge of the network. */
export type UsimAnswer =
  | { readonly res: Uint8Array; readonly ck: Uint8Array; readonly ik: Uint8Array }
  | { readonly auts: Uint8Array }
  | { readonly reject: 'mac' }

/** First bytes of every USIM's AID (TS 101 220, annex E). */
const USIM_AID = Uint8Array.of(0xa0, 0, 0, 0, 0x87, 0x10, 0x02)
const EF_IMSI = Uint8Array.of(0x6f, 0x07)

async function send(card: SoftwareCard, ...values: Parameters<typeof writeCommand>) {
  let answer = await card.transmit(writeCommand(...values))
  let data = answer.subarray(0, -2)
  while (answer.at(-2) === 0x61) {
    answer = await card.transmit(writeCommand(0, 0xc0, 0, 0, undefined, answer.at(-1)))
    data = concatBytes(data, answer.subarray(0, -2))
  }
  return { data, sw: answer.at(-2)! * 256 + answer.at(-1)! }
}

function requireOk(step: string, sw: number): void {
  if (sw !== 0x9000) throw refuse('phone.card-refused', { step, sw: sw.toString(16) })
}

async function selectUsim(card: SoftwareCard): Promise<void> {
  const { sw } = await send(card, 0, 0xa4, 0x04, 0x0c, USIM_AID)
  requireOk('select USIM', sw)
}

/** The identity with which the phone attaches. Throws `phone.card-refused`. */
export async function readImsi(card: SoftwareCard): Promise<string> {
  await selectUsim(card)
  requireOk('select EF.IMSI', (await send(card, 0, 0xa4, 0, 0x0c, EF_IMSI)).sw)
  const { data, sw } = await send(card, 0, 0xb0, 0, 0, undefined, 9)
  requireOk('read EF.IMSI', sw)
  let digits = ''
  for (const byte of data.subarray(1, 1 + data[0]!))
    digits += `${(byte & 15).toString(16)}${(byte >> 4).toString(16)}`
  return digits.slice(1).replace(/f+$/, '')
}

/** AUTHENTICATE in the 3G context (TS 31.102, 7.1.2.1). Throws `phone.card-refused`. */
export async function answerChallenge(
  card: SoftwareCard,
  rand: Uint8Array,
  autn: Uint8Array,
): Promise<UsimAnswer> {
  await selectUsim(card)
  const challenge = concatBytes(Uint8Array.of(16), rand, Uint8Array.of(16), autn)
  const { data, sw } = await send(card, 0, 0x88, 0, 0x81, challenge, 0)
  if (sw === 0x9862) return { reject: 'mac' }
  requireOk('authenticate', sw)
  const parts: Uint8Array[] = []
  for (let at = 1; at < data.length; at += 1 + data[at]!)
    parts.push(data.subarray(at + 1, at + 1 + data[at]!))
  const [first, ck, ik] = parts
  if (data[0] === 0xdc && first) return { auts: first }
  if (data[0] !== 0xdb || !first || !ck || !ik) throw refuse('phone.card-refused', { step: 'authenticate' })
  return { res: first, ck, ik }
}
