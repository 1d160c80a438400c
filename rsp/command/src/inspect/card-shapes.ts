import {
  AUTHENTICATE_ERRORS,
  BPP_COMMANDS,
  CANCEL_ERRORS,
  CANCEL_REASONS,
  DEFAULT_DP_RESULTS,
  DELETE_RESULTS,
  DISABLE_RESULTS,
  DOWNLOAD_ERRORS,
  ENABLE_RESULTS,
  INSTALL_ERRORS,
  LIST_ERRORS,
  LOAD_CRL_ERRORS,
  NICKNAME_RESULTS,
  PROFILES_INFO_ERRORS,
  RESET_RESULTS,
  RETRIEVE_ERRORS,
} from '@gesim/sgp22'
import { type Tlv, tagName } from '@gesim/tlv'
import {
  EUICC_INFO1,
  EUICC_INFO2,
  METADATA,
  NOTIFICATION_METADATA,
  OPERATOR,
  PROFILE_INFO,
  SIMA_RESPONSE,
} from './profile-shapes.ts'
import {
  bits,
  CERTIFICATE,
  eid,
  events,
  flag,
  group,
  type Inside,
  iccid,
  leaf,
  named,
  oid,
  point,
  profileClass,
  rules,
  type Shape,
  SIGNATURE,
  swapped,
  TRANSACTION,
  text,
  uint,
  version,
} from './shape.ts'

const CAPABILITIES = [
  'gsmSupportedRelease',
  'utranSupportedRelease',
  'cdma2000onexSupportedRelease',
  'cdma2000hrpdSupportedRelease',
  'cdma2000ehrpdSupportedRelease',
  'eutranEpcSupportedRelease',
  'contactlessSupportedRelease',
  'rspCrlSupportedVersion',
  'nrEpcSupportedRelease',
  'nr5gcSupportedRelease',
  'eutran5gcSupportedRelease',
]

const CONTEXT = group('ctxParamsForCommonAuthentication', {
  '80': leaf('matchingId', text),
  A1: group('deviceInfo', {
    '80': leaf('tac', swapped),
    A1: group(
      'deviceCapabilities',
      Object.fromEntries(CAPABILITIES.map((name, i) => [tagName(0x80 + i), leaf(name, version)])),
    ),
    '82': leaf('imei', swapped),
  }),
})

export const SERVER_SIGNED1 = group('serverSigned1', {
  '80': TRANSACTION,
  '81': leaf('euiccChallenge'),
  '83': leaf('serverAddress', text),
  '84': leaf('serverChallenge'),
})

export const EUICC_SIGNED1 = group('euiccSigned1', {
  '80': TRANSACTION,
  '83': leaf('serverAddress', text),
  '84': leaf('serverChallenge'),
  BF22: EUICC_INFO2,
  A0: CONTEXT,
})

export const SMDP_SIGNED2 = group('smdpSigned2', {
  '80': TRANSACTION,
  '01': leaf('ccRequiredFlag', flag),
  '5F49': leaf('bppEuiccOtpk', point),
})

export const EUICC_SIGNED2 = group('euiccSigned2', {
  '80': TRANSACTION,
  '5F49': leaf('euiccOtpk', point),
  '04': leaf('hashCc'),
})

export const CANCEL_SIGNED = group('euiccCancelSessionSigned', {
  '80': TRANSACTION,
  '81': leaf('smdpOid', oid),
  '82': leaf('reason', named(CANCEL_REASONS)),
})

export const OTHER_NOTIFICATION = group('OtherSignedNotification', {
  BF2F: NOTIFICATION_METADATA,
  '5F37': SIGNATURE('euiccNotificationSignature'),
  '30': [CERTIFICATE('euiccCertificate'), CERTIFICATE('eumCertificate')],
})

/** The tags right inside an element; none when its content is damaged. */
export function tagsIn(element: Tlv): number[] {
  try {
    return element.children().map(({ tag }) => tag)
  } catch {
    return []
  }
}

const error = (name: string, table: Readonly<Record<number, string>>) =>
  group(name, { '80': TRANSACTION, '02': leaf('errorCode', named(table)) })

const AUTHENTICATE_SERVER = group(
  'AuthenticateServer',
  (element): Inside =>
    tagsIn(element).includes(0x30)
      ? {
          '30': [SERVER_SIGNED1, CERTIFICATE('serverCertificate')],
          '5F37': SIGNATURE('serverSignature1'),
          '04': leaf('euiccCiPKIdToBeUsed'),
          A0: CONTEXT,
        }
      : {
          A0: group('authenticateResponseOk', {
            '30': [EUICC_SIGNED1, CERTIFICATE('euiccCertificate'), CERTIFICATE('eumCertificate')],
            '5F37': SIGNATURE('euiccSignature1'),
          }),
          A1: error('authenticateResponseError', AUTHENTICATE_ERRORS),
        },
)

const PREPARE_DOWNLOAD = group('PrepareDownload', {
  '30': [SMDP_SIGNED2, CERTIFICATE('smdpCertificate')],
  '5F37': SIGNATURE('smdpSignature2'),
  '04': leaf('hashCc'),
  A0: group('downloadResponseOk', { '30': EUICC_SIGNED2, '5F37': SIGNATURE('euiccSignature2') }),
  A1: error('downloadResponseError', DOWNLOAD_ERRORS),
})

const CANCEL_SESSION = group('CancelSession', (element) => ({
  '80': TRANSACTION,
  '81': tagsIn(element).includes(0x80)
    ? leaf('reason', named(CANCEL_REASONS))
    : leaf('cancelSessionResponseError', named(CANCEL_ERRORS)),
  A0: group('cancelSessionResponseOk', {
    '30': CANCEL_SIGNED,
    '5F37': SIGNATURE('euiccCancelSessionSignature'),
  }),
}))

const PROFILE_ID: Inside = { '5A': leaf('iccid', iccid), '4F': leaf('isdpAid') }

const switched = (name: string, table: Readonly<Record<number, string>>) =>
  group(name, {
    A0: group('profileIdentifier', PROFILE_ID),
    '81': leaf('refreshFlag', flag),
    '80': leaf('result', named(table)),
  })

const SEARCH: Inside = { '80': leaf('seqNumber', uint), '81': leaf('profileManagementOperation', events) }

/** A request and a response share a tag: what is one byte long is the number of a result. */
const oneByte = (element: Tlv, tag: number) => {
  try {
    return element.find(tag)?.length === 1
  } catch {
    return false
  }
}

const RESULT_DATA = group('profileInstallationResultData', {
  '80': TRANSACTION,
  BF2F: NOTIFICATION_METADATA,
  '06': leaf('smdpOid', oid),
  A2: group('finalResult', {
    A0: group('successResult', { '4F': leaf('aid'), '04': SIMA_RESPONSE }),
    A1: group('errorResult', {
      '80': leaf('bppCommandId', named(BPP_COMMANDS)),
      '81': leaf('errorReason', named(INSTALL_ERRORS)),
      '82': SIMA_RESPONSE,
    }),
  }),
})

export const INSTALLATION_RESULT = group('ProfileInstallationResult', {
  BF27: RESULT_DATA,
  '5F37': SIGNATURE('euiccSignPIR'),
})

export const PENDING: Inside = { BF37: INSTALLATION_RESULT, '30': OTHER_NOTIFICATION }

/** The functions between phone and card, by their tag. */
export const CARD_FUNCTIONS: Readonly<Record<string, Shape>> = {
  BF20: EUICC_INFO1,
  BF21: PREPARE_DOWNLOAD,
  BF22: EUICC_INFO2,
  BF27: RESULT_DATA,
  BF28: group('ListNotification', (element) => ({
    A0: group('notificationMetadataList', { BF2F: NOTIFICATION_METADATA }),
    '81': oneByte(element, 0x81)
      ? leaf('error', named(LIST_ERRORS))
      : leaf('profileManagementOperation', events),
  })),
  BF29: group('SetNickname', {
    '5A': leaf('iccid', iccid),
    '90': leaf('profileNickname', text),
    '80': leaf('result', named(NICKNAME_RESULTS)),
  }),
  BF2A: group('UpdateMetadata', METADATA),
  BF2B: group('RetrieveNotificationsList', {
    A0: group('notifications', { ...SEARCH, ...PENDING }),
    '81': leaf('error', named(RETRIEVE_ERRORS)),
  }),
  BF2D: group('GetProfilesInfo', {
    A0: group('profiles', { ...PROFILE_ID, '95': leaf('profileClass', profileClass), E3: PROFILE_INFO }),
    '5C': leaf('tagList'),
    '81': leaf('error', named(PROFILES_INFO_ERRORS)),
  }),
  BF2E: group('GetEuiccChallenge', { '80': leaf('euiccChallenge') }),
  BF2F: NOTIFICATION_METADATA,
  BF30: group('NotificationSent', { '80': leaf('seqNumber, or the result', uint) }),
  BF31: switched('EnableProfile', ENABLE_RESULTS),
  BF32: switched('DisableProfile', DISABLE_RESULTS),
  BF33: group('DeleteProfile', { ...PROFILE_ID, '80': leaf('result', named(DELETE_RESULTS)) }),
  BF34: group('eUICCMemoryReset', {
    '82': leaf(
      'resetOptions',
      bits(['deleteOperationalProfiles', 'deleteFieldLoadedTestProfiles', 'resetDefaultSmdpAddress']),
    ),
    '80': leaf('result', named(RESET_RESULTS)),
  }),
  BF35: group('LoadCRL', (element) => ({
    A0:
      tagsIn(element)[0] === 0xa0 && tagsIn(element.children()[0]!)[0] === 0x30
        ? group('crl', {})
        : group('loadCRLResponseOk', { A0: group('missingParts', { '02': leaf('number', uint) }) }),
    '81': leaf('error', named(LOAD_CRL_ERRORS)),
  })),
  BF37: INSTALLATION_RESULT,
  BF38: AUTHENTICATE_SERVER,
  BF3C: group('EuiccConfiguredAddresses', {
    '80': leaf('defaultDpAddress', text),
    '81': leaf('rootDsAddress', text),
  }),
  BF3E: group('GetEID', { '5C': leaf('tagList'), '5A': leaf('eid', eid) }),
  BF3F: group('SetDefaultDpAddress', (element) => ({
    '80': oneByte(element, 0x80) ? leaf('result', named(DEFAULT_DP_RESULTS)) : leaf('defaultDpAddress', text),
  })),
  BF41: CANCEL_SESSION,
  BF43: group('GetRAT', {
    A0: group('rat', {
      '30': group('profilePolicyAuthorisationRule', {
        '80': leaf('pprIds', rules),
        A1: group('allowedOperators', { '30': group('operatorId', OPERATOR) }),
        '82': leaf('pprFlags', bits(['consentRequired'])),
      }),
    }),
  }),
  E3: PROFILE_INFO,
}
