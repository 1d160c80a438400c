import { refuse, toBase64, utf8 } from '@gesim/base'
import { iccidOf, readPackage } from '@gesim/saip'
import {
  callFunction,
  type Eid,
  ES2PLUS,
  formatActivationCode,
  type Iccid,
  parseEid,
  parseIccid,
  parseMatchingId,
  post,
} from '@gesim/sgp22'
import { command, notUnderstood, type Values } from '../command.ts'
import { readBytes } from '../files.ts'
import { OPERATOR_OPTIONS, type OperatorCall, operatorCall } from '../operator.ts'
import type { Terminal } from '../terminal.ts'

const OPTIONS = {
  'profile-type': { type: 'string', value: 'TYPE', means: 'new, upload: any profile of this type' },
  iccid: { type: 'string', value: 'ICCID', means: 'new: this profile' },
  eid: { type: 'string', value: 'EID', means: 'the card that the order is for' },
  'matching-id': {
    type: 'string',
    value: 'ID',
    means: "matching identifier; '' for an order that is found by the EID. Default: the server chooses",
  },
  'confirmation-code': { type: 'string', value: 'CODE', means: 'a code that the user must give' },
  smds: { type: 'string', value: 'HOST', means: 'discovery server that shall know of the order' },
  'no-release': { type: 'boolean', means: 'new, confirm: do not release yet' },
  unavailable: { type: 'boolean', means: 'cancel: the profile shall not be ordered again' },
  name: {
    type: 'string',
    value: 'TEXT',
    means: 'upload: name of the profile on the screen; default its type',
  },
  provider: { type: 'string', value: 'TEXT', means: 'upload: name of the operator on the screen' },
  ...OPERATOR_OPTIONS,
} as const

type OrderValues = Values<typeof OPTIONS>

/** What the order says beside the profile. */
function detailsOf(values: OrderValues): { eid?: Eid; matchingId?: string } {
  const matchingId = values['matching-id']
  return {
    ...(values.eid ? { eid: parseEid(values.eid) } : {}),
    ...(matchingId === undefined ? {} : { matchingId: matchingId && parseMatchingId(matchingId) }),
  }
}

function oneIccid(action: string, rest: readonly string[]): Iccid {
  const [iccid, ...more] = rest
  if (iccid === undefined || more.length)
    throw notUnderstood(`order ${action} takes the ICCID of one profile`)
  return parseIccid(iccid)
}

async function confirm(
  { peer, header, smdpAddress }: OperatorCall,
  iccid: Iccid,
  values: OrderValues,
  terminal: Terminal,
) {
  const { eid, matchingId } = detailsOf(values)
  const confirmationCode = values['confirmation-code']
  const answer = await callFunction(
    peer,
    ES2PLUS.confirmOrder,
    {
      iccid,
      ...(eid ? { eid } : {}),
      ...(matchingId === undefined ? {} : { matchingId }),
      ...(confirmationCode ? { confirmationCode } : {}),
      ...(values.smds ? { smdsAddress: values.smds } : {}),
      releaseFlag: !values['no-release'],
    },
    header,
  )
  const activationCode = formatActivationCode({
    smdpAddress: answer.smdpAddress || smdpAddress,
    matchingId: answer.matchingId ?? matchingId ?? '',
    confirmationCodeRequired: confirmationCode !== undefined,
  })
  const state = values['no-release'] ? 'confirmed' : 'released'
  terminal.note(`Profile ${iccid} is ${state}. Activation code:`)
  terminal.result(activationCode, {
    iccid,
    state,
    activationCode,
    matchingId: answer.matchingId,
    eid: answer.eid,
  })
}

async function orderNew(
  call: OperatorCall,
  rest: readonly string[],
  values: OrderValues,
  terminal: Terminal,
) {
  if (rest.length) throw notUnderstood('order new takes options only: --profile-type or --iccid')
  const profileType = values['profile-type']
  if (!profileType && !values.iccid) throw notUnderstood('an order needs --profile-type or --iccid')
  const { eid } = detailsOf(values)
  const wanted = values.iccid ? { iccid: parseIccid(values.iccid) } : { profileType: profileType! }
  const body = { ...wanted, ...(eid ? { eid } : {}) }
  const { iccid } = await callFunction(call.peer, ES2PLUS.downloadOrder, body, call.header)
  await confirm(call, iccid, values, terminal)
}

async function cancel({ peer, header }: OperatorCall, iccid: Iccid, values: OrderValues, terminal: Terminal) {
  const finalProfileStatusIndicator = values.unavailable ? 'Unavailable' : 'Available'
  await callFunction(
    peer,
    ES2PLUS.cancelOrder,
    { iccid, ...detailsOf(values), finalProfileStatusIndicator },
    header,
  )
  terminal.result(`Cancelled ${iccid}; the profile is ${finalProfileStatusIndicator.toLowerCase()}.`, {
    iccid,
    state: finalProfileStatusIndicator,
  })
}

/** Brings a profile by the operators' interface of our SM-DP+, which the GSMA leaves to contracts. */
async function upload(
  { peer }: OperatorCall,
  rest: readonly string[],
  values: OrderValues,
  terminal: Terminal,
) {
  const [file, ...more] = rest
  const profileType = values['profile-type']
  if (file === undefined || more.length || !profileType)
    throw notUnderstood('order upload takes a file and --profile-type')
  const bytes = readBytes(file)
  const iccid = iccidOf(readPackage(bytes))
  const body = {
    profileType,
    package: toBase64(bytes),
    metadata: {
      serviceProviderName: values.provider ?? 'GeSIM',
      profileName: values.name ?? profileType,
    },
  }
  const path = `/operator/v1/profiles/${iccid}`
  const answer = await post(peer, path, utf8(JSON.stringify(body)), 'application/json', 'PUT')
  if (answer.status !== 200 && answer.status !== 201) {
    const text = new TextDecoder().decode(answer.body)
    let said: { code?: unknown; message?: unknown; remedy?: unknown } = {}
    try {
      said = JSON.parse(text) as typeof said
    } catch {
      said = { message: text.slice(0, 200) }
    }
    throw refuse('rsp.upload-refused', {
      status: answer.status,
      code: said.code ? String(said.code) : undefined,
      message: said.message ? String(said.message) : undefined,
      remedy: said.remedy ? String(said.remedy) : undefined,
    })
  }
  terminal.result(`Uploaded ${iccid} as ${profileType}.`, { iccid, profileType })
}

export const order = command({
  name: 'order',
  usage: [
    'order [new] --profile-type TYPE [options]   order, confirm, release: prints an activation code',
    'order [new] --iccid ICCID [options]         the same for one profile',
    'order confirm ICCID [options]               confirm an order that another program began',
    'order release ICCID                         release what was confirmed with --no-release',
    'order cancel ICCID [--unavailable]          take an order back',
    'order upload FILE --profile-type TYPE       bring a profile package (our SM-DP+ only)',
  ],
  about: [
    'Speaks ES2+ over mutual TLS to any SM-DP+. Beside `gesim-rsp serve` nothing has to be named: the test operator of the same folder is used.',
  ],
  options: OPTIONS,
  examples: [
    ['gesim-rsp order --profile-type data', 'any profile of the type "data", at the server of this machine'],
    [
      'gesim-rsp order --iccid 8988211000000000015 --eid 89049032123451234512345678901235 --confirmation-code 4711',
      'one profile, for one card, with a confirmation code',
    ],
    [
      'gesim-rsp order --smdp https://smdp.example.com --cert me.pem --key me.key --ca ca.pem --profile-type X',
      'at another SM-DP+',
    ],
  ],
  async run(values, [action, ...rest], terminal) {
    if (action === undefined) return orderNew(operatorCall(values), [], values, terminal)
    if (action === 'new') return orderNew(operatorCall(values), rest, values, terminal)
    if (action === 'upload') return upload(operatorCall(values), rest, values, terminal)
    if (action === 'confirm') {
      const iccid = oneIccid(action, rest)
      return confirm(operatorCall(values), iccid, values, terminal)
    }
    if (action === 'release') {
      const iccid = oneIccid(action, rest)
      const { peer, header } = operatorCall(values)
      await callFunction(peer, ES2PLUS.releaseProfile, { iccid }, header)
      return terminal.result(`Released ${iccid}.`, { iccid, state: 'released' })
    }
    if (action === 'cancel') {
      const iccid = oneIccid(action, rest)
      return cancel(operatorCall(values), iccid, values, terminal)
    }
    throw notUnderstood(`order has no action ${action}: it is new, confirm, release, cancel or upload`)
  },
})
