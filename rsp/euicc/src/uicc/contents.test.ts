import { fromHex } from '@gesim/base'
import { beforeEach, describe, expect, it } from 'vitest'
import { filesInUsim, installed, profileWith, Terminal } from '../testing/terminal.ts'

const READ_BINARY = 0xb0
const READ_RECORD = 0xb2
const SEARCH = 0xa2
const UPDATE_RECORD = 0xdc
const INCREASE = 0x32
const RETRIEVE = 0xcb
const SET = 0xdb

// An EF.ARR beside that of the profile: PIN reads and updates, INCREASE and DEACTIVATE, ACTIVATE are free.
const ARR_RECORD = '800103A40683010195010884013290008001189000'
const files = filesInUsim(
  {
    fcp: { fileDescriptor: fromHex('42210004'), fileId: 0x6f30, fileSize: 16, shortId: 0x1c },
    content: '0a0b0c0d0a0b0c0e0b0b0c0d0c0c0c0c',
  },
  {
    fcp: { fileDescriptor: fromHex('46210003'), fileId: 0x6f31, fileSize: 9 },
    content: '000005000004000003',
  },
  { fcp: { fileDescriptor: fromHex('7921'), fileId: 0x6f32, fileSize: 600 }, content: '800201025f370103' },
  {
    fcp: {
      fileDescriptor: fromHex('4221001b'),
      fileId: 0x6f16,
      fileSize: 27,
      securityAttributes: fromHex('6f0602'),
    },
    content: ARR_RECORD,
  },
  {
    fcp: {
      fileDescriptor: fromHex('46210003'),
      fileId: 0x6f34,
      fileSize: 9,
      securityAttributes: fromHex('6f1601'),
    },
    content: '000001',
  },
  {
    fcp: {
      fileDescriptor: fromHex('4121'),
      fileId: 0x6f35,
      fileSize: 4,
      securityAttributes: fromHex('6f1601'),
    },
    content: '01020304',
  },
  {
    fcp: {
      fileDescriptor: fromHex('4121'),
      fileId: 0x6f36,
      fileSize: 4,
      lifeCycle: fromHex('04'),
      securityAttributes: fromHex('6f1601'),
      proprietary: { specialFileInformation: fromHex('40'), others: [] },
    },
    content: '01020304',
  },
)

let terminal: Terminal
beforeEach(() => {
  terminal = new Terminal(installed(profileWith({}, files)))
  terminal.selectUsim()
})

describe('a transparent file', () => {
  it('is read in the length asked for, or the length that fits is named', () => {
    terminal.select('6f35')
    expect(terminal.send(READ_BINARY, 0, 0)).toBe('01020304')
    expect(terminal.send(READ_BINARY, 0, 0, '', 0)).toBe('01020304')
    expect(terminal.send(READ_BINARY, 0, 1, '', 2)).toBe('0203')
    expect(terminal.send(READ_BINARY, 0, 1, '', 4)).toBe('6c03')
    expect(terminal.send(READ_BINARY, 0, 4, '', 1)).toBe('6b00')
    expect(terminal.send(READ_BINARY, 0x7f, 0xff, '', 1)).toBe('6b00')
    expect(terminal.send(READ_RECORD, 1, 4)).toBe('6981')
    terminal.select('6f30')
    expect(terminal.send(READ_BINARY, 0, 0)).toBe('6981')
    terminal.select('7fff')
    expect(terminal.send(READ_BINARY, 0, 0)).toBe('6986')
    expect(terminal.send(READ_BINARY, 0x9b, 0)).toBe('6a82')
  })
})

describe('a file of records', () => {
  it('is read by number and step by step, to its ends', () => {
    terminal.select('6f30')
    expect(terminal.send(READ_RECORD, 0, 4)).toBe('6a83')
    expect(terminal.send(READ_RECORD, 1, 4, '', 4)).toBe('0a0b0c0d')
    expect(terminal.send(READ_RECORD, 1, 4, '', 3)).toBe('6c04')
    expect(terminal.send(READ_RECORD, 0, 2)).toBe('0a0b0c0d')
    expect(terminal.send(READ_RECORD, 0, 2)).toBe('0a0b0c0e')
    expect(terminal.send(READ_RECORD, 0, 4)).toBe('0a0b0c0e')
    expect(terminal.send(READ_RECORD, 0, 3)).toBe('0a0b0c0d')
    expect(terminal.send(READ_RECORD, 0, 3)).toBe('6a83')
    terminal.select('6f30')
    expect(terminal.send(READ_RECORD, 0, 3)).toBe('0c0c0c0c')
    expect(terminal.send(READ_RECORD, 0, 2)).toBe('6a83')
    expect(terminal.send(READ_RECORD, 5, 4)).toBe('6a83')
    expect(terminal.send(READ_RECORD, 1, 5)).toBe('6a86')
  })

  it('is read by short identifier, and then is the current file', () => {
    expect(terminal.send(READ_RECORD, 2, (0x1c << 3) | 4)).toBe('0a0b0c0e')
    expect(terminal.send(READ_RECORD, 1, 4)).toBe('0a0b0c0d')
  })

  it('is searched forward, backward, from an offset and after a value', () => {
    terminal.select('6f30')
    expect(terminal.send(SEARCH, 1, 4, '0c0d')).toBe('0103')
    expect(terminal.send(SEARCH, 2, 4, '0c0d')).toBe('03')
    expect(terminal.send(SEARCH, 3, 5, '0c0d')).toBe('0301')
    expect(terminal.send(SEARCH, 1, 4, 'ee')).toBe('6282')
    expect(terminal.send(SEARCH, 1, 6, '040b')).toBe('6700')
    // Enhanced: forward from P1, beginning at the second octet of each record.
    expect(terminal.send(SEARCH, 1, 6, '04010b')).toBe('010203')
    expect(terminal.send(SEARCH, 1, 6, '04020b')).toBe('6282')
    // After the first 0A of each record.
    expect(terminal.send(SEARCH, 1, 6, '0c0a0b')).toBe('0102')
    expect(terminal.send(SEARCH, 4, 6, '05000b')).toBe('030201')
    expect(terminal.send(SEARCH, 1, 6, '00000b')).toBe('6a80')
    expect(terminal.send(SEARCH, 1, 4)).toBe('6700')
    // A search makes what it found the current record.
    terminal.send(SEARCH, 2, 4, '0c0d')
    expect(terminal.send(READ_RECORD, 0, 4)).toBe('0b0b0c0d')
  })
})

describe('a cyclic file', () => {
  it('holds the newest first; the oldest gives way', () => {
    terminal.select('6f31')
    expect(terminal.send(READ_RECORD, 1, 4)).toBe('000005')
    expect(terminal.send(UPDATE_RECORD, 0, 4, '000009')).toBe('6a86')
    expect(terminal.send(UPDATE_RECORD, 0, 3, '0009')).toBe('6700')
    expect(terminal.send(UPDATE_RECORD, 0, 3, '000009')).toBe('')
    expect([1, 2, 3].map((n) => terminal.send(READ_RECORD, n, 4))).toEqual(['000009', '000005', '000004'])
    expect(terminal.send(READ_RECORD, 0, 2)).toBe('000005')
    expect(terminal.send(READ_RECORD, 0, 2)).toBe('000004')
    expect(terminal.send(READ_RECORD, 0, 2)).toBe('000009')
  })

  it('is increased where its rule allows the instruction, up to its end', () => {
    terminal.select('6f31')
    expect(terminal.send(INCREASE, 0, 0, '000001')).toBe('6982')
    terminal.select('6f34')
    expect(terminal.send(INCREASE, 0, 0, '02')).toBe('00000302')
    expect(terminal.send(INCREASE, 0, 0, '0000ff')).toBe('0001020000ff')
    expect(terminal.send(READ_RECORD, 2, 4)).toBe('000003')
    expect(terminal.send(INCREASE, 0, 0, 'ffffff')).toBe('9850')
    expect(terminal.send(INCREASE, 0, 0, '00000001')).toBe('6700')
    expect(terminal.send(INCREASE, 0, 1, '01')).toBe('6a86')
    expect(terminal.send(INCREASE, 0x94, 0, '01')).toBe('00010301')
    terminal.select('6f30')
    expect(terminal.send(INCREASE, 0, 0, '01')).toBe('6981')
  })
})

describe('a file of data objects (TS 102 221, 11.3)', () => {
  it('gives its tags and its objects, in blocks', () => {
    terminal.select('6f32')
    expect(terminal.send(RETRIEVE, 0, 0x80, '5c')).toBe('5c03805f37')
    expect(terminal.send(RETRIEVE, 0, 0x80, '80')).toBe('80020102')
    expect(terminal.send(RETRIEVE, 0, 0x80, '5f37', 0)).toBe('5f370103')
    expect(terminal.send(RETRIEVE, 0, 0x80, '80', 3)).toBe('800201 62f1')
    expect(terminal.send(RETRIEVE, 0, 0x00)).toBe('02')
    expect(terminal.send(RETRIEVE, 0, 0x00)).toBe('6985')
    expect(terminal.send(RETRIEVE, 0, 0x80, '81')).toBe('6a88')
    expect(terminal.send(RETRIEVE, 0, 0x92, '80')).toBe('80020102')
    terminal.select('6f30')
    expect(terminal.send(RETRIEVE, 0, 0x80, '80')).toBe('6981')
  })

  it('takes new objects in blocks, replaces and deletes them, as far as there is room', () => {
    terminal.select('6f32')
    const long = `8181c8${'ab'.repeat(200)}`
    expect(terminal.send(SET, 0, 0x80, long.slice(0, 200))).toBe('63f1')
    expect(terminal.send(SET, 0, 0x00, long.slice(200))).toBe('')
    expect(terminal.send(RETRIEVE, 0, 0x80, '81')).toBe(long)
    expect(terminal.send(SET, 0, 0x80, '8001ff')).toBe('')
    expect(terminal.send(RETRIEVE, 0, 0x80, '5c')).toBe('5c045f378180')
    expect(terminal.send(SET, 0, 0x80, '81')).toBe('')
    expect(terminal.send(SET, 0, 0x80, '81')).toBe('6a88')
    expect(terminal.send(RETRIEVE, 0, 0x80, '80')).toBe('8001ff')
    expect(terminal.send(SET, 0, 0x80, `8282${'0259'}`)).toBe('6a84')
    expect(terminal.send(SET, 0, 0x80, '800101ff')).toBe('6a80')
    expect(terminal.send(SET, 0, 0x00, '00')).toBe('6985')
    expect(terminal.changes).toBe(3)
  })
})

describe('a deactivated file', () => {
  it('is closed until it is activated, and says so when selected', () => {
    expect(terminal.select('6f35')).toBe('')
    expect(terminal.send(0x04, 0, 0)).toBe('')
    expect(terminal.send(READ_BINARY, 0, 0)).toBe('6984')
    expect(terminal.send(0xa4, 0, 4, '6f35')).toMatch(/8a0104.* 6283$/)
    expect(terminal.send(0x44, 0, 0)).toBe('')
    expect(terminal.send(READ_BINARY, 0, 0)).toBe('01020304')
    expect(terminal.send(0xa4, 0, 4, '6f35')).toContain('8a0105')
    expect(terminal.send(0x04, 0, 0, '6f35')).toBe('')
    expect(terminal.send(0x04, 0, 0, '6fff')).toBe('6a82')
    terminal.select('6f30')
    expect(terminal.send(0x04, 0, 0)).toBe('6982')
  })

  it('that may be used nevertheless is read, as the package says', () => {
    expect(terminal.send(0xa4, 0, 4, '6f36')).toMatch(/a503c00140.*8a0104.* 6283$/)
    expect(terminal.send(READ_BINARY, 0, 0)).toBe('01020304')
  })
})

describe('random octets', () => {
  it('come in the number asked for', () => {
    const other = new Terminal(installed(profileWith({})), (length) => new Uint8Array(length).fill(7))
    expect(other.send(0x84, 0, 0, '', 4)).toBe('07070707')
    expect(other.send(0x84, 1, 0, '', 4)).toBe('6a86')
    expect(other.send(0x84, 0, 0)).toBe('6700')
  })
})
