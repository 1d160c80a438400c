// The eUICC in this process: it opens and installs a bound profile package.
import { fromHex } from '@gesim/base'
import type { Pki } from '@gesim/crypto'
import { createCard, ISDR_AID, type SoftwareCard, writeCommand } from '@gesim/euicc'
import {
  draftElement,
  type FileManagementElement,
  readPackage,
  writePackage,
  writeUsimProfile,
} from '@gesim/saip'
import {
  cutBoundProfilePackage,
  GET_EUICC_CHALLENGE,
  GET_EUICC_INFO1,
  type Iccid,
  readEuiccChallenge,
  readProfileInstallationResult,
  writeAuthenticateServerRequest,
  writePrepareDownloadRequest,
} from '@gesim/sgp22'
import { openService, type Service, SMDP_ADDRESS } from '@gesim/smdp/bench'
import { cpuSecondsOf, type Row, row } from './row.ts'
import { bareAgreement, bareProtection, bareSign, bareVerify } from './rsp-anchors.ts'
import { inTurn, repeated } from './rsp-rounds.ts'
import { freshIccid, PROFILE_BYTES } from './rsp-world.ts'

const BLOCK_BYTES = 255

/** A USIM profile with as many files of its operator as make it 12 kB. */
function profileOf(iccid: Iccid): Uint8Array {
  const plain = writeUsimProfile({
    iccid,
    imsi: `00101${iccid.slice(-10)}`,
    ki: new Uint8Array(16).fill(1),
    opc: new Uint8Array(16).fill(2),
    serviceProviderName: 'GeSIM',
  })
  const { elements } = readPackage(plain)
  const contents = Array.from({ length: (PROFILE_BYTES - plain.length) >> 8 }, (_, i) =>
    new Uint8Array(232).fill(i),
  )
  const files = draftElement<FileManagementElement>({
    kind: 'genericFileManagement',
    pe: { mandated: true, identification: 90 },
    commands: contents.map((content, i) => [
      { do: 'path', path: new Uint8Array() },
      {
        do: 'create',
        fcp: {
          fileDescriptor: fromHex('4121'),
          fileId: 0x6f00 + i,
          securityAttributes: fromHex('2f0602'),
          fileSize: content.length,
          shortId: 0,
          others: [],
        },
      },
      { do: 'fill', content },
    ]),
  })
  return writePackage({ elements: [...elements.slice(0, -1), files, ...elements.slice(-1)] })
}

/** The commands that carry one request. */
function commandsOf(request: Uint8Array): Uint8Array[] {
  const count = Math.max(1, Math.ceil(request.length / BLOCK_BYTES))
  return Array.from({ length: count }, (_, i) => {
    const block = request.subarray(i * BLOCK_BYTES, (i + 1) * BLOCK_BYTES)
    return writeCommand(0x80, 0xe2, i + 1 === count ? 0x91 : 0x11, i, block)
  })
}

async function transmit(card: SoftwareCard, commands: readonly Uint8Array[]): Promise<Uint8Array> {
  let answer: Uint8Array = new Uint8Array()
  for (const command of commands) {
    answer = await card.transmit(command)
    if (answer.at(-2) !== 0x90) throw new Error(`status word ${answer.at(-2)} ${answer.at(-1)}`)
  }
  return answer.subarray(0, -2)
}

const ask = (card: SoftwareCard, request: Uint8Array) => transmit(card, commandsOf(request))

/** Everything until the package is there; gives the commands that load it. */
async function prepareInstall(service: Service, card: SoftwareCard, iccid: Iccid): Promise<Uint8Array[]> {
  const { handlers } = service
  await service.order(profileOf(iccid), iccid)
  const opened = await handlers.initiateAuthentication({
    euiccChallenge: readEuiccChallenge(await ask(card, GET_EUICC_CHALLENGE)),
    euiccInfo1: await ask(card, GET_EUICC_INFO1),
    smdpAddress: SMDP_ADDRESS,
  })
  const { transactionId } = opened
  const authenticateServerResponse = await ask(
    card,
    writeAuthenticateServerRequest({
      serverSigned1: opened.serverSigned1,
      serverSignature1: opened.serverSignature1,
      euiccCiPkId: opened.euiccCiPKIdToBeUsed,
      serverCertificate: opened.serverCertificate,
      context: { matchingId: iccid, device: { tac: fromHex('35290611'), capabilities: {} } },
    }),
  )
  const client = await handlers.authenticateClient({ transactionId, authenticateServerResponse })
  const prepareDownloadResponse = await ask(card, writePrepareDownloadRequest(client))
  const bound = await handlers.getBoundProfilePackage({ transactionId, prepareDownloadResponse })
  return cutBoundProfilePackage(bound.boundProfilePackage).flatMap(commandsOf)
}

/** Installs profiles on a fresh card; only the loading counts. Gives processor seconds. */
async function installMany(pki: Pki, service: Service, count: number): Promise<number> {
  const card = createCard({ pki, replies: 'direct', curves: ['nist'] })
  await card.transmit(writeCommand(0x00, 0xa4, 0x04, 0x00, ISDR_AID))
  let seconds = 0
  for (let i = 0; i < count; i++) {
    const commands = await prepareInstall(service, card, freshIccid())
    let result: Uint8Array = new Uint8Array()
    seconds += await cpuSecondsOf(async () => {
      result = await transmit(card, commands)
    })
    if (!readProfileInstallationResult(result).data.result.success) throw new Error('not installed')
  }
  return seconds
}

export async function installRow(pki: Pki): Promise<Row> {
  const service = openService(pki)
  const profile = new Uint8Array(PROFILE_BYTES)
  const rates = await inTurn(
    (count) => installMany(pki, service, count),
    repeated(() => {
      // The opening of the package is checked, its result signed.
      bareVerify()
      bareAgreement()
      bareProtection(profile)
      bareSign()
    }),
    { count: 10 },
  )
  const against = '1 check, 1 agreement, AES over 12 kB twice, 1 signature'
  return row('rsp.install', rates.ours, rates.anchor, 'per s and core', against)
}
