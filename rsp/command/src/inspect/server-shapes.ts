import { type Tlv, tagName } from '@gesim/tlv'
import {
  CANCEL_SIGNED,
  CARD_FUNCTIONS,
  EUICC_SIGNED1,
  EUICC_SIGNED2,
  OTHER_NOTIFICATION,
  PENDING,
  SERVER_SIGNED1,
  SMDP_SIGNED2,
  tagsIn,
} from './card-shapes.ts'
import { EUICC_INFO1, EUICC_RESPONSE, METADATA } from './profile-shapes.ts'
import {
  CERTIFICATE,
  group,
  type Inside,
  leaf,
  named,
  oid,
  point,
  type Shape,
  SIGNATURE,
  TRANSACTION,
  text,
  uint,
} from './shape.ts'

const METADATA_COMMAND = group('StoreMetadata', METADATA)

const CHANNEL = group('InitialiseSecureChannel', {
  '82': leaf('remoteOpId', named({ 1: 'installBoundProfilePackage' })),
  '80': TRANSACTION,
  A6: group('controlRefTemplate', {
    '80': leaf('keyType', named({ 136: 'AES' })),
    '81': leaf('keyLen'),
    '84': leaf('hostId'),
  }),
  '5F49': leaf('smdpOtpk', point),
  '5F37': SIGNATURE('smdpSign'),
})

const SEALED = (name: string): Shape => ({
  name,
  shows: ({ length, value }) => {
    const mac = value.subarray(-8)
    return `${Math.max(0, length - 8)} bytes, MAC ${[...mac]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('')
      .toUpperCase()}`
  },
})

/** Lists of segments, which a phone also hands to a card one by one. */
const LISTS: Readonly<Record<string, Shape>> = {
  A0: group('firstSequenceOf87 (ConfigureISDP)', { '87': SEALED('encrypted segment') }),
  A1: { name: 'sequenceOf88 (StoreMetadata)', inside: { '88': SEALED('segment') }, as: 'bound-metadata' },
  A2: group('secondSequenceOf87 (ReplaceSessionKeys)', { '87': SEALED('encrypted segment') }),
  A3: group('sequenceOf86 (profile elements)', { '86': SEALED('encrypted segment') }),
}

const PACKAGE = group('BoundProfilePackage', { BF23: CHANNEL, ...LISTS })

/** Error numbers of the ASN.1 binding of ES9+ (SGP.22 section 6.6). */
const INITIATE_ERRORS = { 1: 'invalidDpAddress', 2: 'euiccVersionNotSupportedByDp', 3: 'ciPKNotSupported' }
const CLIENT_ERRORS = {
  1: 'eumCertificateInvalid',
  2: 'eumCertificateExpired',
  3: 'euiccCertificateInvalid',
  4: 'euiccCertificateExpired',
  5: 'euiccSignatureInvalid',
  6: 'matchingIdRefused',
  7: 'eidMismatch',
  8: 'noEligibleProfile',
  9: 'ciPKUnknown',
  10: 'invalidTransactionId',
  11: 'insufficientMemory',
  127: 'undefinedError',
}
const PACKAGE_ERRORS = {
  1: 'euiccSignatureInvalid',
  2: 'confirmationCodeMissing',
  3: 'confirmationCodeRefused',
  4: 'confirmationCodeRetriesExceeded',
  5: 'bppRebindingRefused',
  6: 'downloadOrderExpired',
  95: 'invalidTransactionId',
  127: 'undefinedError',
}
const CANCEL_ANSWER_ERRORS = { 1: 'invalidTransactionId', 2: 'euiccSignatureInvalid', 127: 'undefinedError' }

/** A request has its members right inside, a response `A0` or `81`. */
const served = (
  name: string,
  request: Inside,
  response: Inside,
  errors: Readonly<Record<number, string>>,
): Shape =>
  group(name, (element) => {
    const [first] = tagsIn(element)
    const isResponse = first === 0xa0 || (first === 0x81 && tagsIn(element).length === 1)
    return isResponse ? { A0: group('ok', response), '81': leaf('error', named(errors)) } : request
  })

const SERVER_FUNCTIONS: Readonly<Record<string, Shape>> = {
  BF39: served(
    'InitiateAuthentication',
    { '81': leaf('euiccChallenge'), '83': leaf('smdpAddress', text), BF20: EUICC_INFO1 },
    {
      '80': TRANSACTION,
      '30': [SERVER_SIGNED1, CERTIFICATE('serverCertificate')],
      '5F37': SIGNATURE('serverSignature1'),
      '04': leaf('euiccCiPKIdToBeUsed'),
    },
    INITIATE_ERRORS,
  ),
  BF3B: served(
    'AuthenticateClient',
    { '80': TRANSACTION, BF38: CARD_FUNCTIONS.BF38! },
    {
      '80': TRANSACTION,
      BF25: METADATA_COMMAND,
      '30': [SMDP_SIGNED2, CERTIFICATE('smdpCertificate')],
      '5F37': SIGNATURE('smdpSignature2'),
    },
    CLIENT_ERRORS,
  ),
  BF3A: served(
    'GetBoundProfilePackage',
    { '80': TRANSACTION, BF21: CARD_FUNCTIONS.BF21! },
    { '80': TRANSACTION, BF36: PACKAGE },
    PACKAGE_ERRORS,
  ),
  BF3D: group('HandleNotification', { ...PENDING, A0: group('pendingNotification', PENDING) }),
}

/** Inside the envelope of the ASN.1 binding cancelSession has the tag of the card's function, and its own errors. */
const CANCEL_SERVED = served(
  'CancelSession',
  {
    '80': TRANSACTION,
    A1: group('cancelSessionResponse', {
      A0: group('cancelSessionResponseOk', { '30': CANCEL_SIGNED, '5F37': SIGNATURE('signature') }),
    }),
    BF41: CARD_FUNCTIONS.BF41!,
  },
  {},
  CANCEL_ANSWER_ERRORS,
)

/** Every message that stands by itself, by its tag. */
export const MESSAGES: Inside = {
  ...CARD_FUNCTIONS,
  ...SERVER_FUNCTIONS,
  BF23: CHANNEL,
  BF24: group('ConfigureISDP', { B8: group('dpProprietaryData', { '80': leaf('dpOid', oid) }) }),
  BF25: METADATA_COMMAND,
  BF26: group('ReplaceSessionKeys', {
    '80': leaf('initialMacChainingValue'),
    '81': leaf('ppkEnc'),
    '82': leaf('ppkCmac'),
  }),
  BF36: PACKAGE,
  '86': SEALED('encrypted segment of profile elements'),
  '87': SEALED('encrypted segment'),
  '88': SEALED('segment with a MAC'),
  '5F37': SIGNATURE('signature'),
  '5F49': leaf('oneTimePublicKey', point),
}

const ENVELOPE = group('RemoteProfileProvisioning (ASN.1 binding)', {
  ...SERVER_FUNCTIONS,
  BF41: CANCEL_SERVED,
})

const SEQUENCES: readonly (readonly [readonly number[], Shape])[] = [
  [[0x80, 0x81, 0x83, 0x84], SERVER_SIGNED1],
  [[0x80, 0x83, 0x84, 0xbf22], EUICC_SIGNED1],
  [[0x80, 0x01], SMDP_SIGNED2],
  [[0x80, 0x5f49], EUICC_SIGNED2],
  [[0x80, 0x81, 0x82], CANCEL_SIGNED],
  [[0xbf2f, 0x5f37], OTHER_NOTIFICATION],
  [[0x30, 0x30, 0x03], CERTIFICATE('Certificate')],
]

/** What an element is that nothing around it explains. */
export function shapeOf(element: Tlv): Shape | undefined {
  const tags = tagsIn(element)
  if (element.tag === 0xa2 && tags.length === 1 && tags[0]! > 0xff) return ENVELOPE
  const isList = tags.length > 0 && tags.every((tag) => tag >= 0x86 && tag <= 0x88)
  const name = tagName(element.tag)
  if (isList && LISTS[name]) return LISTS[name]
  if (element.tag !== 0x30) return MESSAGES[name] as Shape | undefined
  const found = SEQUENCES.find(([wanted]) => wanted.every((tag, i) => tags[i] === tag))?.[1]
  if (found?.as === 'certificate') {
    const [first] = tagsIn(element.children()[0]!)
    // A certificate begins with its version, a revocation list with one that has no tag, or with its algorithm.
    return first === 0xa0 ? found : { name: 'CertificateList', as: 'revocation-list' }
  }
  const [status] = element.constructed && tags[0] === 0xa0 ? element.children() : []
  if (status && tagsIn(status).every((tag) => tag === 0x30)) return EUICC_RESPONSE
  return found
}

const UNIVERSAL: Readonly<Record<string, Shape>> = {
  '01': leaf('BOOLEAN'),
  '02': leaf('INTEGER', uint),
  '03': leaf('BIT STRING'),
  '04': leaf('OCTET STRING'),
  '05': leaf('NULL', () => ''),
  '06': leaf('OBJECT IDENTIFIER', oid),
  '0A': leaf('ENUMERATED', uint),
  '0C': leaf('UTF8String', text),
  '13': leaf('PrintableString', text),
  '16': leaf('IA5String', text),
  '17': leaf('UTCTime', text),
  '18': leaf('GeneralizedTime', text),
  '30': { name: 'SEQUENCE' },
  '31': { name: 'SET' },
}

/** The name of a type of ASN.1, for what no table knows. */
export function universalShape(tag: number): Shape {
  return UNIVERSAL[tagName(tag)] ?? { name: '' }
}
