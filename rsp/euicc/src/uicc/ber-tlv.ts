import { concatBytes, isFailure } from '@gesim/base'
import { node, readHeader, tagToBytes } from '@gesim/tlv'
import { type Command, ok, type Response, StatusWord, SW } from '../apdu.ts'
import { ACCESS } from './access.ts'
import type { CardFile } from './files.ts'
import { currentFile, need, needActive, type Position, selectShort, type TerminalState } from './position.ts'

/** P2, bits 8 and 7: the first block of an object, or the next one. */
const FIRST = 0x80
const NEXT = 0x00
/** The list of the tags that are there. */
const TAG_LIST = 0x5c

interface DataObject {
  readonly tag: number
  readonly raw: Uint8Array
}

/** The objects of a file, up to the octets that nobody wrote. */
function objectsOf({ body: { content } }: CardFile): DataObject[] {
  const objects: DataObject[] = []
  for (let at = 0; at < content.length && content[at] !== 0xff && content[at] !== 0; ) {
    const header = headerOf(content, at)
    if (!header || at + header.headerLength + header.length > content.length) break
    const end = at + header.headerLength + header.length
    objects.push({ tag: header.tag, raw: content.slice(at, end) })
    at = end
  }
  return objects
}

function headerOf(bytes: Uint8Array, at = 0) {
  try {
    return readHeader(bytes, at)
  } catch (error) {
    if (!isFailure(error)) throw error
    return undefined
  }
}

function target(position: Position, command: Command): CardFile {
  if (command.p1 !== 0) throw new StatusWord(SW.wrongP1P2)
  const shortId = command.p2 & 0x1f
  const file = shortId ? selectShort(position, shortId) : currentFile(position)
  if (file.structure !== 'ber-tlv') throw new StatusWord(SW.wrongStructure)
  needActive(file)
  return file
}

/** The tag that a command names, alone or before its length. */
function tagAtStart(data: Uint8Array): number {
  const [first = 0, second = 0] = data
  if (data.length === 0) throw new StatusWord(SW.wrongLength)
  return (first & 0x1f) === 0x1f ? first * 256 + second : first
}

/** RETRIEVE DATA (TS 102 221, 11.3.1): one object, block by block; 62F1 while there is more. */
export function retrieveData(state: TerminalState, position: Position, command: Command): Response {
  const block = command.p2 & 0xe0
  let rest: Uint8Array
  let file: CardFile
  if (block === FIRST) {
    file = target(position, command)
    need(state, position, file, ACCESS.read)
    const tag = tagAtStart(command.data)
    const objects = objectsOf(file)
    const found =
      tag === TAG_LIST
        ? node(TAG_LIST, ...objects.map((object) => tagToBytes(object.tag)))
        : objects.find((object) => object.tag === tag)?.raw
    if (!found) throw new StatusWord(SW.dataNotFound)
    rest = found
  } else {
    const { transfer } = position
    if (block !== NEXT || !transfer || transfer.writing) throw new StatusWord(SW.conditions)
    ;({ rest, file } = transfer)
  }
  const most = Math.min(command.le ?? 256, 256)
  const data = rest.subarray(0, most)
  const left = rest.subarray(most)
  position.transfer = left.length ? { file, rest: left, length: 0, writing: false } : undefined
  return left.length ? { data, sw: SW.moreAvailable } : ok(data)
}

/** SET DATA (TS 102 221, 11.3.2): writes one object, block by block; a tag without a length deletes it. */
export function setData(state: TerminalState, position: Position, command: Command): Response {
  const block = command.p2 & 0xe0
  const { data } = command
  let file: CardFile
  let whole: Uint8Array
  let length: number
  if (block === FIRST) {
    file = target(position, command)
    need(state, position, file, ACCESS.update)
    const tag = tagAtStart(data)
    if (data.length === tagToBytes(tag).length) {
      if (!objectsOf(file).some((object) => object.tag === tag)) throw new StatusWord(SW.dataNotFound)
      return replace(state, file, tag)
    }
    const header = headerOf(data)
    if (!header) throw new StatusWord(SW.wrongData)
    whole = data
    length = header.headerLength + header.length
  } else {
    const { transfer } = position
    if (block !== NEXT || !transfer?.writing) throw new StatusWord(SW.conditions)
    ;({ file, length } = transfer)
    whole = concatBytes(transfer.rest, data)
  }
  position.transfer = undefined
  if (length > file.body.content.length) throw new StatusWord(SW.noMemory)
  if (whole.length > length) throw new StatusWord(SW.wrongData)
  if (whole.length < length) {
    position.transfer = { file, rest: whole.slice(), length, writing: true }
    return { data: new Uint8Array(), sw: SW.moreExpected }
  }
  return replace(state, file, tagAtStart(whole), whole)
}

/** Puts an object in the place of the one with the same tag. Throws 6A84 when it has no room. */
function replace(state: TerminalState, file: CardFile, tag: number, fresh?: Uint8Array): Response {
  const others = objectsOf(file).filter((object) => object.tag !== tag)
  const written = concatBytes(...others.map(({ raw }) => raw), fresh ?? new Uint8Array())
  const content = new Uint8Array(file.body.content.length).fill(0xff)
  if (written.length > content.length) throw new StatusWord(SW.noMemory)
  content.set(written)
  file.body.content = content
  state.changed()
  return ok()
}
