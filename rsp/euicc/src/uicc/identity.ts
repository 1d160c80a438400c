import { concatBytes } from '@gesim/base'
import { imsiFromFile } from '@gesim/saip'
import { node, readTlvs, type Tlv } from '@gesim/tlv'
import { conceal, PROTECTION_SCHEMES, type ProtectionScheme } from '../aka/suci.ts'
import { type Command, ok, type Response, StatusWord, SW } from '../apdu.ts'
import { hasService, isInside } from './challenge.ts'
import { walk } from './files.ts'
import type { Application } from './naa.ts'
import { applicationPinShown, type Position, type TerminalState } from './position.ts'

/** Service of EF.UST: the USIM, not the phone, calculates the SUCI. */
const SUCI_BY_USIM = 125
const EF_IMSI = [0x6f07]
const EF_AD = [0x6fad]
const EF_ROUTING_INDICATOR = [0x5fc0, 0x4f0a]
const EF_SUCI_CALC_INFO_USIM = [0x5fd0, 0x4f01]

interface CalculationInfo {
  /** Schemes with the number of their key in the list, the preferred first; key 0 is none. */
  readonly schemes: readonly { readonly scheme: ProtectionScheme; readonly key: number }[]
  readonly keys: readonly { readonly identifier: number; readonly key: Uint8Array }[]
}

/** EF.SUCI_Calc_Info (TS 31.102, 4.4.11.8): A0 the schemes by priority, A1 the keys of the home network. */
function readCalculationInfo(content: Uint8Array): CalculationInfo {
  const elements: Tlv[] = []
  try {
    let length = content.length
    while (length > 0 && content[length - 1] === 0xff) length--
    elements.push(...readTlvs(content.subarray(0, length)))
  } catch {
    return { schemes: [], keys: [] }
  }
  const list = elements.find(({ tag }) => tag === 0xa0)?.value ?? new Uint8Array()
  const schemes: { scheme: ProtectionScheme; key: number }[] = []
  for (let at = 0; at + 1 < list.length; at += 2) {
    const scheme = PROTECTION_SCHEMES[list[at]!]
    if (scheme) schemes.push({ scheme, key: list[at + 1]! })
  }
  const parts = elements.find(({ tag }) => tag === 0xa1)?.children() ?? []
  const keys: { identifier: number; key: Uint8Array }[] = []
  for (let i = 0; i + 1 < parts.length; i += 2)
    keys.push({ identifier: parts[i]!.value[0] ?? 0, key: parts[i + 1]!.value })
  return { schemes, keys }
}

/** MCC, MNC and the rest of an IMSI, as octets of TS 24.501, 9.11.3.4. */
function identityParts(imsi: string, mncDigits: number): { network: Uint8Array; msin: Uint8Array } {
  const [mcc, mnc, rest] = [imsi.slice(0, 3), imsi.slice(3, 3 + mncDigits), imsi.slice(3 + mncDigits)]
  const octets = (digits: string) =>
    Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
      Number.parseInt(`${digits[2 * i + 1]}${digits[2 * i]}`, 16),
    )
  return {
    network: octets(`${mcc}${mnc[2] ?? 'f'}${mnc.slice(0, 2)}`),
    msin: octets(rest.length % 2 ? `${rest}f` : rest),
  }
}

function suciOf({ adf }: Application, random: TerminalState['random']): Uint8Array {
  const contentOf = (path: readonly number[]) => walk(adf, path)?.body.content
  const info = readCalculationInfo(contentOf(EF_SUCI_CALC_INFO_USIM) ?? new Uint8Array())
  const imsi = contentOf(EF_IMSI)
  const choice = info.schemes[0] ?? { scheme: 'null' as const, key: 0 }
  const home = info.keys[choice.key - 1]
  if (!imsi || (choice.scheme !== 'null' && !home)) throw new StatusWord(SW.conditions)
  const mncDigits = (contentOf(EF_AD)?.[3] ?? 2) === 3 ? 3 : 2
  const { network, msin } = identityParts(imsiFromFile(imsi), mncDigits)
  const routing = contentOf(EF_ROUTING_INDICATOR)?.subarray(0, 2) ?? Uint8Array.of(0xf0, 0xff)
  const output = conceal(choice.scheme, msin, home?.key ?? new Uint8Array(), random(32))
  const scheme = PROTECTION_SCHEMES.indexOf(choice.scheme)
  const identifier = choice.scheme === 'null' ? 0 : home!.identifier
  // Type of identity SUCI, format IMSI.
  return concatBytes(Uint8Array.of(0x01), network, routing, Uint8Array.of(scheme, identifier), output)
}

/** GET IDENTITY in the SUCI context (TS 31.102, 7.5). */
export function getIdentity(state: TerminalState, position: Position, command: Command): Response {
  const { application } = position
  if (command.p1 !== 0 || (command.p2 & 0x7f) !== 1) throw new StatusWord(SW.wrongP1P2)
  if (!application || !isInside(position.directory, application.adf)) throw new StatusWord(SW.conditions)
  if (!hasService(application, SUCI_BY_USIM)) throw new StatusWord(SW.conditions)
  if (!applicationPinShown(state, application)) throw new StatusWord(SW.securityStatus)
  return ok(node(0xa1, suciOf(application, state.random)))
}
