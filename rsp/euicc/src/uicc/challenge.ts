import { concatBytes } from '@gesim/base'
import { authenticate, gsmAnswer } from '../aka/authenticate.ts'
import { type Command, ok, type Response, StatusWord, SW } from '../apdu.ts'
import { type CardFile, walk } from './files.ts'
import type { Application } from './naa.ts'
import { applicationPinShown, type Position, type TerminalState } from './position.ts'

/** Services of EF.UST (TS 31.102, 4.2.8): GSM access, and the GSM security context alone. */
const SERVICE = { gsmAccess: 27, gsmSecurity: 38 } as const
const EF_UST = 0x6f38

/** Whether a USIM's table of services has this one; a USIM without the table has all. */
export function hasService({ kind, adf }: Application, service: number): boolean {
  if (kind !== 'usim') return false
  const table = walk(adf, [EF_UST])?.body.content
  return !table || ((table[(service - 1) >> 3] ?? 0) & (1 << ((service - 1) & 7))) !== 0
}

/** Whether a file is a directory or lies somewhere in it. */
export function isInside(file: CardFile, directory: CardFile): boolean {
  return file === directory || (file.parent !== undefined && isInside(file.parent, directory))
}

const withLength = (bytes: Uint8Array) => concatBytes(Uint8Array.of(bytes.length), bytes)

/** AUTHENTICATE (TS 31.102, 7.1.2; TS 31.103, 7.1.2): 3G context (81) and GSM context (80). */
export function runAuthenticate(state: TerminalState, position: Position, command: Command): Response {
  const { application } = position
  const authenticator = application?.authenticator
  if (!application || !authenticator || !isInside(position.directory, application.adf))
    throw new StatusWord(SW.conditions)
  if (command.p1 !== 0) throw new StatusWord(SW.wrongP1P2)
  if (!applicationPinShown(state, application)) throw new StatusWord(SW.securityStatus)
  const { data } = command
  const rand = data.subarray(1, 17)
  const { functions, sequence, delta } = authenticator
  if (command.p2 === 0x80) {
    if (data[0] !== 16 || data.length !== 17) throw new StatusWord(SW.wrongData)
    if (!hasService(application, SERVICE.gsmAccess) && !hasService(application, SERVICE.gsmSecurity))
      throw new StatusWord(SW.contextNotSupported)
    const { sres, kc } = gsmAnswer(functions.f2345(rand))
    return ok(concatBytes(withLength(sres), withLength(kc)))
  }
  if (command.p2 !== 0x81) throw new StatusWord(SW.wrongP1P2)
  const autn = data.subarray(18, 34)
  if (data[0] !== 16 || data[17] !== 16 || data.length !== 34) throw new StatusWord(SW.wrongData)
  const outcome = authenticate(functions, sequence, rand, autn, delta)
  if (outcome.result === 'mac-failure') throw new StatusWord(SW.authenticationMac)
  if (outcome.result === 'synchronise') return ok(concatBytes(Uint8Array.of(0xdc), withLength(outcome.auts)))
  state.changed()
  const { res, ck, ik } = outcome.answer
  // Kc comes along where the USIM knows GSM access.
  const gsm = hasService(application, SERVICE.gsmAccess) ? [gsmAnswer(outcome.answer).kc] : []
  return ok(concatBytes(Uint8Array.of(0xdb), ...[res, ck, ik, ...gsm].map(withLength)))
}
