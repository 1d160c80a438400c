import { bytesEqual, fromHex, isFailure, toHex } from '@gesim/base'
import { type RevocationList, readRevocationList, verifyRevocationList } from '@gesim/crypto'
import { readLoadCrlRequest, writeLoadCrlResponse } from '@gesim/sgp22'
import { readBigUint, readOid, readTlv, type Tlv } from '@gesim/tlv'
import { type Isdr, revocationsOf } from './isdr.ts'

/** Errors of LoadCRL. */
const ERROR = { signature: 1, format: 2, memory: 3, key: 4, fresher: 5, baseMissing: 6 } as const
const MAX_LISTS = 16
const DELTA_INDICATOR = '2.5.29.27'

/** The number of the base list that a delta list adds to; `undefined` for a list that is whole (RFC 5280, 5.2.4). */
function baseOf({ tbs }: RevocationList): bigint | undefined {
  const extensions = readTlv(tbs).find(0xa0)?.children()[0]?.children() ?? []
  for (const extension of extensions) {
    const [oid, ...rest] = extension.children()
    if (!oid || readOid(oid) !== DELTA_INDICATOR) continue
    return readBigUint(readTlv(rest.at(-1)!.value))
  }
  return undefined
}

/** The parts of a list that were not loaded yet. */
function missingParts(isdr: Isdr, list: RevocationList): number[] {
  const { part } = list
  if (!part) return []
  const loaded = revocationsOf(isdr).filter(
    ({ issuerRaw, number }) => bytesEqual(issuerRaw, list.issuerRaw) && number === list.number,
  )
  const numbers = Array.from({ length: part.of }, (_, i) => i + 1)
  return numbers.filter((number) => !loaded.some((other) => other.part?.number === number))
}

/** LoadCRL (SGP.22, 5.7.12): a list of revoked server certificates, newer than the one before. */
export function loadCrl(isdr: Isdr, element: Tlv): Uint8Array {
  const der = readLoadCrlRequest(element)
  const answer = (error: number) => writeLoadCrlResponse({ error })
  let list: RevocationList
  let base: bigint | undefined
  try {
    list = readRevocationList(der)
    base = baseOf(list)
  } catch (error) {
    if (!isFailure(error)) throw error
    return answer(ERROR.format)
  }
  try {
    const at = isdr.lenient ? list.thisUpdateMs : isdr.clock.nowMs()
    verifyRevocationList(list, isdr.credentials.issuers, at)
  } catch (error) {
    if (!isFailure(error)) throw error
    return answer(error.code === 'crypto.issuer-unknown' ? ERROR.key : ERROR.signature)
  }
  // A list of a part of the issuer's certificates, or a part of the list, has its own line of numbers beside the others.
  const scopeOf = ({ scope, part }: RevocationList) => JSON.stringify([scope, part?.number])
  const ofIssuer = (other: RevocationList) =>
    bytesEqual(other.issuerRaw, list.issuerRaw) && scopeOf(other) === scopeOf(list)
  const numberOf = (other: RevocationList) => other.number ?? 0n
  const known = revocationsOf(isdr).filter(ofIssuer)
  if (base !== undefined) {
    const bases = known.filter((other) => baseOf(other) === undefined)
    if (!bases.some((other) => numberOf(other) >= base)) return answer(ERROR.baseMissing)
  }
  // A whole list is compared with whole ones; a delta with everything that is newer than its base.
  const rivals = base === undefined ? known.filter((other) => baseOf(other) === undefined) : known
  if (rivals.some((other) => numberOf(other) >= numberOf(list))) return answer(ERROR.fresher)
  const kept = isdr.memory.state.revocations.filter((hex) => {
    const other = readRevocationList(fromHex(hex))
    // A delta lies beside its base and replaces the delta before; a whole list replaces both.
    return !ofIssuer(other) || (base !== undefined && baseOf(other) === undefined)
  })
  if (kept.length >= MAX_LISTS) return answer(ERROR.memory)
  isdr.memory.update({ revocations: [...kept, toHex(der)] })
  isdr.memory.save()
  return writeLoadCrlResponse({ ok: missingParts(isdr, list) })
}
