export { tlvFailures } from './failures.ts'
export type { TlvHeader, TlvLimits } from './read.ts'
export { checkTree, readHeader, readTlv, readTlvs, Tlv, TlvCursor, tagName } from './read.ts'
export { readBigUint, readBits, readBoolean, readBytes, readOid, readText, readUint } from './values.ts'
export type { TlvPart } from './write.ts'
export {
  bitsNode,
  header,
  headerBytes,
  lengthToBytes,
  node,
  oidNode,
  oidToBytes,
  tagToBytes,
  textNode,
  uintNode,
  writeHeader,
} from './write.ts'
