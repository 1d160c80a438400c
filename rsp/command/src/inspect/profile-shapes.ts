import { PE_STATUS } from '@gesim/sgp22'
import { readTlvs, type Tlv, tagName } from '@gesim/tlv'
import {
  bits,
  events,
  group,
  hex,
  type Inside,
  iccid,
  leaf,
  named,
  oid,
  operator,
  profileClass,
  rules,
  type Shape,
  text,
  uint,
  version,
} from './shape.ts'

export const OPERATOR: Inside = {
  '80': leaf('mccMnc', operator),
  '81': leaf('gid1'),
  '82': leaf('gid2'),
}

const CONFIGURATION: Inside = {
  '30': group('notificationConfiguration', {
    '80': leaf('profileManagementOperation', events),
    '81': leaf('notificationAddress', text),
  }),
}

const ICON_TYPE = named({ 0: 'jpg', 1: 'png' })

/** The elements that StoreMetadata, UpdateMetadata and ProfileInfo share. */
export const METADATA: Inside = {
  '5A': leaf('iccid', iccid),
  '90': leaf('profileNickname', text),
  '91': leaf('serviceProviderName', text),
  '92': leaf('profileName', text),
  '93': leaf('iconType', ICON_TYPE),
  '94': leaf('icon', (element) => `${element.length} bytes ${hex(element).slice(0, 32)}…`),
  '95': leaf('profileClass', profileClass),
  B6: group('notificationConfigurationInfo', CONFIGURATION),
  B7: group('profileOwner', OPERATOR),
  B8: group('dpProprietaryData', { '80': leaf('dpOid', oid) }),
  '99': leaf('profilePolicyRules', rules),
  BF22: group('serviceSpecificDataStoredInEuicc', {}),
  BF23: group('serviceSpecificDataNotStoredInEuicc', {}),
  // Android's, not of SGP.22.
  BF76: group('carrierPrivilegeRules', {}),
}

export const PROFILE_INFO = group('ProfileInfo', {
  ...METADATA,
  '4F': leaf('isdpAid'),
  '9F70': leaf('profileState', named({ 0: 'disabled', 1: 'enabled' })),
})

export const NOTIFICATION_METADATA = group('NotificationMetadata', {
  '80': leaf('seqNumber', uint),
  '81': leaf('profileManagementOperation', events),
  '0C': leaf('notificationAddress', text),
  '5A': leaf('iccid', iccid),
})

/** `EUICCResponse` of the interpreter of profile packages. */
export const EUICC_RESPONSE = group('EUICCResponse', {
  A0: group('peStatus', {
    '30': group('PEStatus', {
      '80': leaf('status', named(PE_STATUS)),
      '81': leaf('identificationNumber', uint),
      '82': leaf('additionalInformation', uint),
      '83': leaf('offset', uint),
    }),
  }),
  '81': leaf('profileInstallationAborted', () => 'true'),
  '82': leaf('statusMessage', text),
})

export const SIMA_RESPONSE: Shape = { name: 'simaResponse', nested: { '30': EUICC_RESPONSE } }

/** ETSI TS 102 226: elements inside octets of a primitive tag. */
function cardResource(element: Tlv): string {
  const names: Readonly<Record<string, string>> = {
    '81': 'installed applications',
    '82': 'free non-volatile bytes',
    '83': 'free volatile bytes',
  }
  return readTlvs(element.value)
    .map(
      ({ tag, value }) =>
        `${names[tagName(tag)] ?? tagName(tag)} ${value.reduce((sum, byte) => sum * 256 + byte, 0)}`,
    )
    .join(', ')
}

const UICC_CAPABILITY = [
  'contactlessSupport',
  'usimSupport',
  'isimSupport',
  'csimSupport',
  'akaMilenage',
  'akaCave',
  'akaTuak128',
  'akaTuak256',
  'rfu1',
  'rfu2',
  'gbaAuthenUsim',
  'gbaAuthenISim',
  'mbmsAuthenUsim',
  'eapClient',
  'javacard',
  'multos',
  'multipleUsimSupport',
  'multipleIsimSupport',
  'multipleCsimSupport',
  'berTlvFileSupport',
  'dfLinkSupport',
  'catTp',
  'getIdentity',
  'profile-a-x25519',
  'profile-b-p256',
  'suciCalculatorApi',
  'dns-resolution',
  'scp11ac',
  'scp11c-authorization-mechanism',
  's16mode',
  'eaka',
  'iotminimal',
]

const RSP_CAPABILITY = [
  'additionalProfile',
  'crlSupport',
  'rpmSupport',
  'testProfileSupport',
  'deviceInfoExtensibilitySupport',
  'serviceSpecificDataSupport',
]

const KEY_IDS = (name: string) => group(name, { '04': leaf('subjectKeyIdentifier') })

export const EUICC_INFO1 = group('EUICCInfo1', {
  '82': leaf('svn', version),
  A9: KEY_IDS('euiccCiPKIdListForVerification'),
  AA: KEY_IDS('euiccCiPKIdListForSigning'),
})

export const EUICC_INFO2 = group('EUICCInfo2', {
  '81': leaf('profileVersion', version),
  '82': leaf('svn', version),
  '83': leaf('euiccFirmwareVer', version),
  '84': leaf('extCardResource', cardResource),
  '85': leaf('uiccCapability', bits(UICC_CAPABILITY)),
  '86': leaf('ts102241Version', version),
  '87': leaf('globalplatformVersion', version),
  '88': leaf('rspCapability', bits(RSP_CAPABILITY)),
  A9: KEY_IDS('euiccCiPKIdListForVerification'),
  AA: KEY_IDS('euiccCiPKIdListForSigning'),
  '8B': leaf(
    'euiccCategory',
    named({ 0: 'other', 1: 'basicEuicc', 2: 'mediumEuicc', 3: 'contactlessEuicc' }),
  ),
  '99': leaf('forbiddenProfilePolicyRules', rules),
  '04': leaf('ppVersion', version),
  '0C': leaf('sasAcreditationNumber', text),
  AC: group('certificationDataObject', {
    '80': leaf('platformLabel', text),
    '81': leaf('discoveryBaseURL', text),
  }),
  '8D': leaf('treProperties', bits(['isDiscrete', 'isIntegrated', 'usesRemoteMemory'])),
  '8E': leaf('treProductReference', text),
  AF: group('additionalEuiccProfilePackageVersions', { '04': leaf('version', version) }),
})
