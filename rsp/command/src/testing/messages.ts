import { fromHex } from '@gesim/base'
import * as sgp22 from '@gesim/sgp22'

export const TX: Uint8Array = fromHex('00112233445566778899aabbccddeeff')
export const ICCID = sgp22.parseIccid('8988211000000000015')
const SIGNATURE = new Uint8Array(64).fill(0x5a)
const EID = sgp22.parseEid('89049032123451234512345678901235')
const AID = fromHex('a0000005591010ffffffff8900001000')

const point = () => Uint8Array.of(4, ...new Uint8Array(64).fill(7))
const serverSigned1 = () =>
  sgp22.writeServerSigned1({
    transactionId: TX,
    euiccChallenge: TX,
    serverAddress: 'smdp.example.com',
    serverChallenge: TX,
  })
const info = {
  svn: '2.5.0',
  verificationKeyIds: [TX],
  signingKeyIds: [TX],
  profileVersion: '2.3.1',
  firmwareVersion: '1.0.0',
  extCardResource: { installedApplications: 1, freeNonVolatileBytes: 100_000, freeVolatileBytes: 2000 },
  uiccCapability: fromHex('0378'),
  rspCapability: fromHex('0350'),
  protectionProfileVersion: '0.0.1',
  sasAccreditationNumber: 'TEST',
}
const context = {
  matchingId: 'A-1',
  device: { tac: fromHex('35290611'), capabilities: { gsm: '5.0.0' }, imei: fromHex('53921160000000f1') },
}
export const notification = {
  seqNumber: 7,
  event: 'enable' as const,
  address: 'smdp.example.com',
  iccid: ICCID,
}
const installed = (result: sgp22.FinalResult) =>
  sgp22.writeProfileInstallationResult(
    sgp22.writeProfileInstallationResultData({
      transactionId: TX,
      notification: { ...notification, event: 'install' },
      smdpOid: '2.999.10',
      result,
    }),
    SIGNATURE,
  )

/** A message, and lines that must be among those shown. */
export const sampleMessages = (der: (role: string) => Uint8Array): [string, () => Uint8Array, string[]][] => [
  ['GetEID, asked', () => sgp22.GET_EID, ['BF3E GetEID', '5C tagList: 5A']],
  ['GetEID, answered', () => sgp22.writeEidResponse(EID), [`5A eid: ${EID}`]],
  ['EUICCInfo1', () => sgp22.writeEuiccInfo1(info), ['82 svn: 2.5.0', 'A9 euiccCiPKIdListForVerification']],
  [
    'EUICCInfo2',
    () => sgp22.writeEuiccInfo2(info),
    [
      '84 extCardResource: installed applications 1, free non-volatile bytes 100000, free volatile bytes 2000',
      '85 uiccCapability: usimSupport, isimSupport, csimSupport, akaMilenage',
      '88 rspCapability: crlSupport, testProfileSupport',
      '0C sasAcreditationNumber: "TEST"',
    ],
  ],
  [
    'AuthenticateServer, asked',
    () =>
      sgp22.writeAuthenticateServerRequest({
        serverSigned1: serverSigned1(),
        serverSignature1: SIGNATURE,
        euiccCiPkId: TX,
        serverCertificate: der('dp-auth'),
        context,
      }),
    [
      '30 serverSigned1',
      '83 serverAddress: "smdp.example.com"',
      '04 euiccCiPKIdToBeUsed',
      'role: CERT.DPauth: authentication of an SM-DP+',
      '80 matchingId: "A-1"',
      '82 imei: 352911060000001',
      '80 gsmSupportedRelease: 5.0.0',
    ],
  ],
  [
    'AuthenticateServer, answered',
    () =>
      sgp22.writeAuthenticateServerResponse({
        ok: {
          euiccSigned1: sgp22.writeEuiccSigned1({
            transactionId: TX,
            serverAddress: 'smdp.example.com',
            serverChallenge: TX,
            euiccInfo2: sgp22.writeEuiccInfo2(info),
            context,
          }),
          euiccSignature1: SIGNATURE,
          euiccCertificate: der('euicc'),
          eumCertificate: der('eum'),
        },
      }),
    [
      'A0 authenticateResponseOk',
      '30 euiccSigned1',
      'BF22 EUICCInfo2',
      '30 euiccCertificate',
      '30 eumCertificate',
      'permittedName: O=RSP Test EUM, serialNumber=89049032',
    ],
  ],
  [
    'AuthenticateServer, refused',
    () => sgp22.writeAuthenticateServerResponse({ error: 7, transactionId: TX }),
    ['A1 authenticateResponseError', '02 errorCode: ciPKUnknown (7)'],
  ],
  [
    'PrepareDownload, asked',
    () =>
      sgp22.writePrepareDownloadRequest({
        smdpSigned2: sgp22.writeSmdpSigned2({
          transactionId: TX,
          confirmationCodeRequired: true,
          bppEuiccOtpk: point(),
        }),
        smdpSignature2: SIGNATURE,
        hashCc: new Uint8Array(32),
        smdpCertificate: der('dp-pb'),
      }),
    ['01 ccRequiredFlag: true', '5F49 bppEuiccOtpk', '04 hashCc', '30 smdpCertificate'],
  ],
  [
    'PrepareDownload, answered',
    () =>
      sgp22.writePrepareDownloadResponse({
        ok: {
          euiccSigned2: sgp22.writeEuiccSigned2({ transactionId: TX, euiccOtpk: point() }),
          euiccSignature2: SIGNATURE,
        },
      }),
    ['A0 downloadResponseOk', '30 euiccSigned2', '5F49 euiccOtpk'],
  ],
  [
    'PrepareDownload, refused',
    () => sgp22.writePrepareDownloadResponse({ error: 2, transactionId: TX }),
    ['02 errorCode: invalidSignature (2)'],
  ],
  [
    'CancelSession, asked',
    () => sgp22.writeCancelSessionRequest({ transactionId: TX, reason: 1 }),
    ['81 reason: postponed (1)'],
  ],
  [
    'CancelSession, answered',
    () =>
      sgp22.writeCancelSessionResponse({
        ok: {
          signed: sgp22.writeEuiccCancelSessionSigned({ transactionId: TX, smdpOid: '2.999.10', reason: 4 }),
          signature: SIGNATURE,
        },
      }),
    ['30 euiccCancelSessionSigned', '81 smdpOid: 2.999.10', '82 reason: metadataMismatch (4)'],
  ],
  [
    'CancelSession, refused',
    () => sgp22.writeCancelSessionResponse({ error: 5 }),
    ['81 cancelSessionResponseError: invalidTransactionId (5)'],
  ],
  [
    'ListNotification, asked and answered',
    () =>
      Buffer.concat([
        sgp22.writeListNotificationRequest('enable'),
        sgp22.writeListNotificationResponse({ ok: [notification] }),
      ]),
    [
      '81 profileManagementOperation: enable',
      '80 seqNumber: 7',
      '0C notificationAddress: "smdp.example.com"',
      `5A iccid: ${ICCID}`,
    ],
  ],
  [
    'another notification',
    () =>
      sgp22.writeOtherSignedNotification({
        notification: sgp22.writeNotificationMetadata(notification),
        signature: SIGNATURE,
        euiccCertificate: der('euicc'),
        eumCertificate: der('eum'),
      }),
    ['30 OtherSignedNotification', '5F37 euiccNotificationSignature', '30 eumCertificate'],
  ],
  [
    'a good installation result',
    () =>
      installed({
        success: true,
        aid: AID,
        simaResponse: sgp22.writeEuiccResponse({ statuses: [{ status: 0 }] }),
      }),
    [
      'BF37 ProfileInstallationResult',
      'A0 successResult',
      '30 EUICCResponse',
      '80 status: ok (0)',
      '06 smdpOid: 2.999.10',
    ],
  ],
  [
    'a bad installation result, with element and offset',
    () =>
      installed({
        success: false,
        command: 5,
        reason: 12,
        simaResponse: sgp22.writeEuiccResponse({
          statuses: [{ status: 6, identification: 9, offset: 4711 }],
        }),
      }),
    [
      '80 bppCommandId: loadProfileElements (5)',
      '81 errorReason: installFailedDueToPEProcessingError (12)',
      '80 status: invalid-parameter (6)',
      '81 identificationNumber: 9',
      '83 offset: 4711',
    ],
  ],
  [
    'GetProfilesInfo, answered',
    () =>
      sgp22.writeProfilesInfoResponse({
        ok: [
          sgp22.writeProfileInfo({
            iccid: ICCID,
            aid: AID,
            enabled: true,
            nickname: 'Holiday',
            serviceProviderName: 'GeSIM',
            profileName: 'Data',
          }),
        ],
      }),
    ['E3 ProfileInfo', '9F70 profileState: enabled (1)', '90 profileNickname: "Holiday"'],
  ],
  [
    'EnableProfile, asked and answered',
    () =>
      Buffer.concat([sgp22.writeSwitchRequest('enable', { iccid: ICCID }, true), fromHex('bf3103800105')]),
    ['81 refreshFlag: true', '80 result: catBusy (5)'],
  ],
  [
    'eUICCMemoryReset',
    () => sgp22.writeMemoryResetRequest(['resetDefaultSmdpAddress']),
    ['82 resetOptions: resetDefaultSmdpAddress'],
  ],
  [
    'GetRAT, answered',
    () =>
      sgp22.writeRatResponse([
        {
          rules: ['ppr1'],
          operators: [{ mccMnc: fromHex('00f110') }, { mccMnc: fromHex('eeeeee') }],
          flags: [0],
        },
      ]),
    ['80 pprIds: ppr1', '80 mccMnc: MCC 001 MNC 01', '82 pprFlags: consentRequired'],
  ],
  [
    'StoreMetadata',
    () =>
      sgp22.writeStoreMetadata({
        iccid: ICCID,
        serviceProviderName: 'GeSIM',
        profileName: 'Data',
        notifications: [{ events: ['install', 'delete'], address: 'smdp.example.com' }],
        policyRules: ['ppr2'],
      }),
    ['80 profileManagementOperation: install, delete', '99 profilePolicyRules: ppr2'],
  ],
  [
    'ES9+ in ASN.1, asked',
    () =>
      sgp22.writeAsn1Request({
        function: 'initiateAuthentication',
        body: {
          euiccChallenge: TX,
          euiccInfo1: sgp22.writeEuiccInfo1(info),
          smdpAddress: 'smdp.example.com',
        },
      }),
    ['A2 RemoteProfileProvisioning (ASN.1 binding)', 'BF39 InitiateAuthentication', '81 euiccChallenge'],
  ],
  [
    'ES9+ in ASN.1, refused',
    () => sgp22.writeAsn1Response({ function: 'authenticateClient', error: 6 }),
    ['BF3B AuthenticateClient', '81 error: matchingIdRefused (6)'],
  ],
]
