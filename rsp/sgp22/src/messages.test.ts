import { fromHex, isFailure, toHex } from '@gesim/base'
import { node, readTlv } from '@gesim/tlv'
import { describe, expect, it } from 'vitest'
import * as sgp22 from './index.ts'

const filled = (length: number, value = 7) => new Uint8Array(length).fill(value)
const transactionId = filled(16)
const signature = filled(64, 9)
const certificate = fromHex('3003020101')
const iccid = sgp22.parseIccid('8988300000000000017')
const info1 = { svn: '2.5.0', verificationKeyIds: [filled(20)], signingKeyIds: [filled(20), filled(20, 8)] }
const info2 = {
  ...info1,
  profileVersion: '2.3.1',
  firmwareVersion: '1.2.3',
  extCardResource: { installedApplications: 2, freeNonVolatileBytes: 123_456, freeVolatileBytes: 0 },
  uiccCapability: fromHex('047f36c0'),
  ts102241Version: '9.2.0',
  globalPlatformVersion: '2.3.0',
  rspCapability: fromHex('0298'),
  category: 2,
  forbiddenProfilePolicyRules: fromHex('0640'),
  protectionProfileVersion: '1.0.0',
  sasAccreditationNumber: 'GI-BA-UP-0419',
}
const device = { tac: filled(4), capabilities: { gsm: '2.0.0', nr5gc: '15.0.0' }, imei: filled(8) }
const context = { matchingId: 'A-1', device }
const notification = { seqNumber: 300, event: 'install' as const, address: 'smdp.example.com', iccid }
const metadata: sgp22.ProfileMetadata = {
  iccid,
  serviceProviderName: 'Aurora',
  profileName: 'Ünterwegs',
  iconType: 1,
  icon: filled(100),
  profileClass: 'test',
  notifications: [{ events: ['install', 'delete'], address: 'smdp.example.com' }],
  owner: { mccMnc: fromHex('00f110'), gid1: filled(2) },
  policyRules: ['ppr1', 'ppr2'],
}
const serverSigned1 = {
  transactionId,
  euiccChallenge: filled(16),
  serverAddress: 'smdp.example.com',
  serverChallenge: filled(16),
}
const euiccSigned1 = sgp22.writeEuiccSigned1({
  transactionId,
  serverAddress: 'smdp.example.com',
  serverChallenge: filled(16),
  euiccInfo2: sgp22.writeEuiccInfo2(info2),
  context,
})
const channel = {
  remoteOpId: 1,
  transactionId,
  keyType: 0x88,
  keyLength: 16,
  hostId: fromHex('88370a'),
  smdpOtpk: filled(65, 4),
  smdpSignature: signature,
}
const installation = {
  transactionId,
  notification,
  smdpOid: '2.999.10',
  result: {
    success: true as const,
    aid: filled(16),
    simaResponse: fromHex('3007a00530038001 00'.replace(' ', '')),
  },
}

/** Every message: bytes, and what reads them. */
const MESSAGES: Record<string, [Uint8Array, (bytes: Uint8Array) => unknown]> = {
  EUICCInfo1: [sgp22.writeEuiccInfo1(info1), sgp22.readEuiccInfo1],
  EUICCInfo2: [sgp22.writeEuiccInfo2(info2), sgp22.readEuiccInfo2],
  ServerSigned1: [sgp22.writeServerSigned1(serverSigned1), sgp22.readServerSigned1],
  CtxParams1: [sgp22.writeContextParams(context), sgp22.readContextParams],
  EuiccSigned1: [euiccSigned1, sgp22.readEuiccSigned1],
  AuthenticateServerRequest: [
    sgp22.writeAuthenticateServerRequest({
      serverSigned1: sgp22.writeServerSigned1(serverSigned1),
      serverSignature1: signature,
      euiccCiPkId: filled(20),
      serverCertificate: certificate,
      context,
    }),
    sgp22.readAuthenticateServerRequest,
  ],
  AuthenticateServerResponse: [
    sgp22.writeAuthenticateServerResponse({
      ok: {
        euiccSigned1,
        euiccSignature1: signature,
        euiccCertificate: certificate,
        eumCertificate: certificate,
      },
    }),
    sgp22.readAuthenticateServerResponse,
  ],
  AuthenticateResponseError: [
    sgp22.writeAuthenticateServerResponse({ transactionId, error: 6 }),
    sgp22.readAuthenticateServerResponse,
  ],
  PrepareDownloadRequest: [
    sgp22.writePrepareDownloadRequest({
      smdpSigned2: sgp22.writeSmdpSigned2({
        transactionId,
        confirmationCodeRequired: true,
        bppEuiccOtpk: filled(65, 4),
      }),
      smdpSignature2: signature,
      hashCc: filled(32),
      smdpCertificate: certificate,
    }),
    sgp22.readPrepareDownloadRequest,
  ],
  PrepareDownloadResponse: [
    sgp22.writePrepareDownloadResponse({
      ok: {
        euiccSigned2: sgp22.writeEuiccSigned2({
          transactionId,
          euiccOtpk: filled(65, 4),
          hashCc: filled(32),
        }),
        euiccSignature2: signature,
      },
    }),
    sgp22.readPrepareDownloadResponse,
  ],
  CancelSessionRequest: [
    sgp22.writeCancelSessionRequest({ transactionId, reason: 1 }),
    sgp22.readCancelSessionRequest,
  ],
  CancelSessionResponse: [
    sgp22.writeCancelSessionResponse({
      ok: {
        signed: sgp22.writeEuiccCancelSessionSigned({ transactionId, smdpOid: '2.999.10', reason: 1 }),
        signature,
      },
    }),
    sgp22.readCancelSessionResponse,
  ],
  InitialiseSecureChannel: [sgp22.writeInitialiseSecureChannel(channel), sgp22.readInitialiseSecureChannel],
  ConfigureISDP: [sgp22.writeConfigureIsdp({ dpOid: '2.999.10' }), sgp22.readConfigureIsdp],
  StoreMetadata: [
    sgp22.writeStoreMetadata(metadata),
    (bytes) => sgp22.readStoreMetadata(readTlv(bytes, 0xbf25)),
  ],
  ReplaceSessionKeys: [
    sgp22.writeReplaceSessionKeys({ initialMcv: filled(16), ppkEnc: filled(16), ppkCmac: filled(16) }),
    sgp22.readReplaceSessionKeys,
  ],
  NotificationMetadata: [sgp22.writeNotificationMetadata(notification), sgp22.readNotificationMetadata],
  ProfileInstallationResult: [
    sgp22.writeProfileInstallationResult(sgp22.writeProfileInstallationResultData(installation), signature),
    sgp22.readPendingNotification,
  ],
  OtherSignedNotification: [
    sgp22.writeOtherSignedNotification({
      notification: sgp22.writeNotificationMetadata({ ...notification, event: 'delete' }),
      signature,
      euiccCertificate: certificate,
      eumCertificate: certificate,
    }),
    sgp22.readPendingNotification,
  ],
  ProfilesInfoResponse: [
    sgp22.writeProfilesInfoResponse({
      ok: [sgp22.writeProfileInfo({ ...metadata, aid: filled(16), enabled: true, nickname: 'x' })],
    }),
    sgp22.readProfilesInfoResponse,
  ],
  EuiccConfiguredAddresses: [
    sgp22.writeConfiguredAddresses({ defaultSmdpAddress: 'a.example', rootSmdsAddress: 'b.example' }),
    sgp22.readConfiguredAddresses,
  ],
  RulesAuthorisationTable: [
    sgp22.writeRatResponse([{ rules: ['ppr1'], operators: [{ mccMnc: fromHex('eeeeee') }], flags: [0] }]),
    sgp22.readRatResponse,
  ],
}

const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return isFailure(error) ? error.code : String(error)
  }
  return 'accepted'
}

describe('every message', () => {
  for (const [name, [bytes, read]] of Object.entries(MESSAGES)) {
    it(`${name} is refused when it is cut, at any byte`, () => {
      expect(codeOf(() => read(bytes))).toBe('accepted')
      for (let length = 0; length < bytes.length; length++)
        expect(codeOf(() => read(bytes.subarray(0, length)))).toBe('tlv.truncated')
    })

    it(`${name} ends in a failure of ours, or is read, whatever bit changes`, () => {
      for (let bit = 0; bit < bytes.length * 8; bit += 3) {
        const changed = Uint8Array.from(bytes)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        expect(codeOf(() => read(changed))).toMatch(/^(accepted|tlv\.[a-z-]+|sgp22\.not-iccid)$/)
      }
    })
  }

  it('is read as it was written', () => {
    expect(sgp22.readEuiccInfo2(sgp22.writeEuiccInfo2(info2))).toMatchObject(info2)
    expect(sgp22.readServerSigned1(sgp22.writeServerSigned1(serverSigned1))).toMatchObject(serverSigned1)
    expect(sgp22.readContextParams(sgp22.writeContextParams(context))).toEqual(context)
    expect(sgp22.readStoreMetadata(readTlv(sgp22.writeStoreMetadata(metadata)))).toEqual(metadata)
    expect(sgp22.readInitialiseSecureChannel(sgp22.writeInitialiseSecureChannel(channel))).toMatchObject(
      channel,
    )
    const pir = sgp22.readProfileInstallationResult(MESSAGES.ProfileInstallationResult![0])
    expect(pir.data).toMatchObject(installation)
    expect(sgp22.readAuthenticateServerResponse(MESSAGES.AuthenticateResponseError![0])).toEqual({
      transactionId,
      error: 6,
    })
    const { ok } = sgp22.readProfilesInfoResponse(MESSAGES.ProfilesInfoResponse![0])
    expect(ok).toEqual([
      {
        iccid,
        aid: filled(16),
        enabled: true,
        nickname: 'x',
        serviceProviderName: 'Aurora',
        profileName: 'Ünterwegs',
        iconType: 1,
        profileClass: 'test',
      },
    ])
  })

  it('keeps the received bytes under a signature, also those of unknown elements at the end', () => {
    const known = sgp22.writeEuiccSigned2({ transactionId, euiccOtpk: filled(65, 4) })
    const extended = node(0x30, readTlv(known).value, fromHex('9f01020102'))
    const response = node(0xbf21, node(0xa0, extended, sgp22.writeSignature(signature)))
    const { ok } = sgp22.readPrepareDownloadResponse(response)
    expect(toHex(ok!.euiccSigned2.raw)).toBe(toHex(extended))
  })
})

describe('a bound profile package', () => {
  const segment = (tag: number, size: number) => node(tag, filled(size))
  const bound = sgp22.writeBoundProfilePackage({
    initialiseSecureChannel: sgp22.writeInitialiseSecureChannel(channel),
    firstSequence87: [segment(0x87, 24)],
    sequence88: [segment(0x88, 200), segment(0x88, 30)],
    sequence86: [segment(0x86, 1016), segment(0x86, 1016), segment(0x86, 40)],
  })

  it('is cut into the commands of a phone, which joined are the package again', () => {
    const pieces = sgp22.cutBoundProfilePackage(bound)
    expect(toHex(Uint8Array.from(Buffer.concat(pieces)))).toBe(toHex(bound))
    expect(pieces.map((piece) => piece.length > 6)).toEqual([
      true,
      true,
      false,
      true,
      true,
      false,
      true,
      true,
      true,
    ])
  })

  it('is refused when it is cut or holds segments of another kind', () => {
    for (let length = 0; length < bound.length; length += 13)
      expect(codeOf(() => sgp22.readBoundProfilePackage(bound.subarray(0, length)))).toBe('tlv.truncated')
    const mixed = Uint8Array.from(bound)
    mixed[mixed.length - 42] = 0x87
    expect(codeOf(() => sgp22.readBoundProfilePackage(mixed))).toBe('tlv.unexpected-tag')
  })
})

describe('the control commands of a card', () => {
  it('are read as they were written', () => {
    expect(sgp22.readSwitchRequest(sgp22.writeSwitchRequest('enable', { iccid }, true), 'enable')).toEqual({
      id: { iccid },
      refresh: true,
    })
    expect(sgp22.readDeleteRequest(sgp22.writeDeleteRequest({ aid: filled(16) }))).toEqual({
      aid: filled(16),
    })
    expect(sgp22.readNicknameRequest(sgp22.writeNicknameRequest(iccid, ''))).toEqual({ iccid, nickname: '' })
    expect(sgp22.readMemoryResetRequest(sgp22.writeMemoryResetRequest(['resetDefaultSmdpAddress']))).toEqual([
      'resetDefaultSmdpAddress',
    ])
    const search = { id: { iccid }, tags: [0x5a, 0x9f70] }
    expect(sgp22.readProfilesInfoRequest(sgp22.writeProfilesInfoRequest(search))).toEqual(search)
    expect(sgp22.readProfilesInfoRequest(sgp22.writeProfilesInfoRequest({ profileClass: 'test' }))).toEqual({
      profileClass: 'test',
    })
    for (const wanted of [{ seqNumber: 7 }, { events: ['enable' as const, 'delete' as const] }, {}])
      expect(sgp22.readRetrieveNotificationsRequest(sgp22.writeRetrieveNotificationsRequest(wanted))).toEqual(
        wanted,
      )
    // With the zero that DER wants before a first bit of 1, and without it.
    for (const [hex, seqNumber] of [
      ['80020080', 128],
      ['800180', 128],
      ['80028000', 32_768],
    ] as const) {
      const [bytes, length] = [fromHex(hex), hex.length / 2]
      expect(sgp22.readNotificationSentRequest(Uint8Array.of(0xbf, 0x30, length, ...bytes))).toBe(seqNumber)
      const search = Uint8Array.of(0xbf, 0x2b, length + 2, 0xa0, length, ...bytes)
      expect(sgp22.readRetrieveNotificationsRequest(search)).toEqual({ seqNumber })
    }
    expect(() => sgp22.readNotificationSentRequest(fromHex('bf30068004ffffffff'))).toThrow('tlv.bad-value')
    expect(sgp22.readResult(sgp22.writeResult(0xbf31, 5), 0xbf31)).toBe(5)
    expect(toHex(sgp22.writeSwitchRequest('disable', { iccid }, false))).toBe(
      'bf3211a00c5a0a988803000000000010f7810100',
    )
    expect(toHex(sgp22.GET_EID)).toBe('bf3e035c015a')
  })

  it('number the point of a download as a number or in quotes, as clients in the field do', () => {
    const { request } = sgp22.ES2PLUS.handleDownloadProgressInfo
    const read = (notificationPointId: unknown) =>
      sgp22.readBody(request, {
        iccid: '8988300000000000017F',
        profileType: 'data',
        timestamp: '2026-01-01T00:00:00Z',
        notificationPointId,
        notificationPointStatus: { status: 'Executed-Success' },
      }).notificationPointId
    expect([read(4), read('4')]).toEqual([4, 4])
    for (const bad of ['', '-1', '1.5', 'four', '4 ', -1, 1.5])
      expect(() => read(bad)).toThrow('sgp22.bad-member')
  })

  it('count the characters of a name, not its bytes', () => {
    const store = (serviceProviderName: string, profileName: string) =>
      sgp22.readStoreMetadata(
        readTlv(
          sgp22.writeStoreMetadata({ iccid, serviceProviderName, profileName, profileClass: 'operational' }),
        ),
      )
    const [provider, name] = ['電'.repeat(32), '😀'.repeat(64)]
    expect(store(provider, name)).toMatchObject({ serviceProviderName: provider, profileName: name })
    expect(sgp22.readNicknameRequest(sgp22.writeNicknameRequest(iccid, name)).nickname).toBe(name)
    expect(() => store(`${provider}x`, '')).toThrow('tlv.bad-value')
    expect(() => store('', `${name}x`)).toThrow('tlv.bad-value')
  })

  it('let a phone say of itself what it has: an old long TAC, an IMEI of any length, more than is known', () => {
    const read = (hex: string) => sgp22.readContextParams(fromHex(hex))
    expect(read('a010a10e80083529061100000000a1008200').device.tac).toHaveLength(8)
    const short = read('a01d800158a115800435290611a10582030f0000820353926f8301018401ff')
    expect([short.matchingId, toHex(short.device.imei!)]).toEqual(['X', '53926f'])
  })

  it('load a revocation list as its content and give the list back', () => {
    const list = fromHex('3006020101020102')
    expect(toHex(sgp22.writeLoadCrlRequest(list))).toBe('bf3508a006020101020102')
    expect(sgp22.readLoadCrlRequest(sgp22.writeLoadCrlRequest(list))).toEqual(list)
    expect(sgp22.readLoadCrlResponse(sgp22.writeLoadCrlResponse({ ok: [7] }))).toEqual({ ok: [7] })
    expect(sgp22.readLoadCrlResponse(sgp22.writeLoadCrlResponse({ error: 5 }))).toEqual({ error: 5 })
  })
})
