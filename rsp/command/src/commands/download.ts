import { isFailure, refuse, unreachable } from '@gesim/base'
import {
  type CancelReason,
  type Consent,
  type Downloaded,
  type Lpa,
  type Preview,
  type Progress,
  readActivationCode,
} from '@gesim/lpa'
import { type ActivationCode, CANCEL_REASONS } from '@gesim/sgp22'
import { LPA_OPTIONS, withLpa } from '../card.ts'
import { command, notUnderstood, type Values } from '../command.ts'
import { interruptible } from '../interruption.ts'
import { milliseconds } from '../servers.ts'
import type { Terminal } from '../terminal.ts'

const REASONS: readonly string[] = Object.values(CANCEL_REASONS)

const OPTIONS = {
  'confirmation-code': {
    type: 'string',
    value: 'CODE',
    means: 'the code that the operator gave beside the activation code',
  },
  yes: { type: 'boolean', means: 'install without asking' },
  answer: {
    type: 'string',
    value: 'ANSWER',
    means: `answer to the preview: yes, no, later, or a reason of SGP.22 (${REASONS.join(', ')})`,
  },
  'ask-seconds': {
    type: 'string',
    value: 'SECONDS',
    means: 'how long the answer may take; then the server is told "timeout"',
  },
  smdp: {
    type: 'string',
    value: 'HOST',
    means: 'server, in place of an activation code; the order is found by the EID',
  },
  'matching-id': { type: 'string', value: 'ID', means: 'matching identifier, with --smdp' },
  discover: {
    type: 'boolean',
    means: 'ask a discovery server (SM-DS), and install all that waits for this card',
  },
  smds: { type: 'string', value: 'HOST', means: 'discovery server; default the one that the card names' },
  enable: { type: 'boolean', means: 'enable the profile afterwards' },
  imei: { type: 'string', value: 'DIGITS', means: 'IMEI of the phone, for servers that want to know it' },
  ...LPA_OPTIONS,
} as const

type DownloadValues = Values<typeof OPTIONS>

/** Shows what is offered. */
function showPreview(terminal: Terminal, { metadata, confirmationCodeRequired }: Preview): void {
  const { iccid, serviceProviderName, profileName, profileClass, policyRules, icon } = metadata
  terminal.step('preview', {
    name: terminal.json ? profileName : JSON.stringify(profileName),
    provider: terminal.json ? serviceProviderName : JSON.stringify(serviceProviderName),
    iccid,
    class: profileClass,
    rules: policyRules?.join(','),
    icon: icon && `${icon.length} bytes`,
    ...(confirmationCodeRequired ? { confirmationCode: 'needed' } : {}),
  })
}

function answerOf(text: string): Consent {
  if (text === 'yes' || text === 'no' || text === 'later') return text
  if (REASONS.includes(text)) return text as CancelReason
  throw notUnderstood(`--answer is yes, no, later or one of ${REASONS.join(', ')}`)
}

async function askPerson(terminal: Terminal): Promise<Consent> {
  for (;;) {
    const answer = (await terminal.ask('Install this profile? [y]es, [n]o, [l]ater: '))?.toLowerCase()
    if (answer === undefined) return 'later'
    const found = (['yes', 'no', 'later'] as const).find((one) => answer && one.startsWith(answer))
    if (found) return found
  }
}

/** How the preview is answered: as told, by the person at the keyboard, or yes where nobody can be asked. */
function consentOf(values: DownloadValues, terminal: Terminal): (() => Promise<Consent>) | undefined {
  if (values.answer !== undefined) {
    const answer = answerOf(values.answer)
    return async () => answer
  }
  return values.yes || !terminal.interactive ? undefined : () => askPerson(terminal)
}

/** Tells each step; of the pieces of a package every tenth part. */
function teller(terminal: Terminal): (progress: Progress) => void {
  let told = 0
  return (progress) => {
    if (progress.step === 'preview') return showPreview(terminal, progress.preview)
    if (progress.step === 'authenticate')
      return terminal.step('authenticate', { server: progress.smdpAddress })
    if (progress.step === 'installed') return terminal.step('installed', { iccid: progress.iccid })
    if (progress.step === 'notify') return terminal.step('notify', { accepted: progress.accepted })
    if (progress.step !== 'install') return terminal.step(progress.step)
    const percent = Math.floor((progress.loadedBytes / progress.totalBytes) * 100)
    if (percent < told && percent < 100) return
    told = Math.floor(percent / 10) * 10 + 10
    terminal.step('install', { percent: Math.min(percent, 100), bytes: progress.loadedBytes })
  }
}

async function downloadOne(
  lpa: Lpa,
  activationCode: ActivationCode | undefined,
  values: DownloadValues,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Downloaded> {
  const consent = consentOf(values, terminal)
  const consentTimeoutMs = milliseconds('ask-seconds', values['ask-seconds'])
  const given = values['confirmation-code']
  const done = await lpa.download({
    ...(activationCode ? { activationCode } : {}),
    ...(consent ? { consent } : {}),
    ...(consentTimeoutMs ? { consentTimeoutMs } : {}),
    confirmationCode: async () =>
      given ?? (terminal.interactive ? terminal.ask('Confirmation code: ') : undefined),
    onProgress: teller(terminal),
    signal,
  })
  const { iccid, metadata, notified, smdpAddress } = done
  const { profileName: name, serviceProviderName: provider } = metadata
  terminal.result(`Installed ${iccid} "${name}" of ${provider}.`, {
    installed: iccid,
    name,
    provider,
    server: smdpAddress,
    notified,
  })
  if (!notified)
    terminal.note('The server did not take the result yet: `gesim-rsp notifications --send` tells it again.')
  if (values.enable && !signal.aborted) {
    await lpa.enable(iccid)
    terminal.step('enabled', { iccid })
    await lpa.sendNotifications()
  }
  return done
}

/** Installs everything that a discovery server knows; one that fails does not keep the others. */
async function downloadDiscovered(
  lpa: Lpa,
  values: DownloadValues,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const events = await lpa.discover(values.smds)
  if (events.length === 0) throw refuse('rsp.nothing-found', { smds: values.smds })
  let failure: unknown
  for (const { eventId, rspServerAddress } of events) {
    if (signal.aborted) break
    terminal.step('event', { event: eventId, server: rspServerAddress })
    const code = { smdpAddress: rspServerAddress, matchingId: eventId, confirmationCodeRequired: false }
    try {
      await downloadOne(lpa, code, values, terminal, signal)
    } catch (error) {
      if (!isFailure(error) || signal.aborted) throw error
      if (failure) await terminal.failure(failure)
      failure = error
    }
  }
  if (failure) throw failure
}

function codeOf(values: DownloadValues, argument: string | undefined): ActivationCode | undefined {
  if (argument !== undefined) return readActivationCode(argument)
  if (!values.smdp) return undefined
  const matchingId = values['matching-id'] ?? ''
  return readActivationCode(`LPA:1$${values.smdp}$${matchingId}`)
}

export const download = command({
  name: 'download',
  usage: [
    "download 'LPA:1$smdp.example.com$MATCHING-ID' [options]",
    'download --smdp HOST [--matching-id ID]     an order of this card at a server',
    'download --discover [--smds HOST]           what a discovery server knows for this card',
    'download                                    what waits at the default SM-DP+ of the card',
  ],
  about: [
    'Put the activation code in single quotes: a shell takes $ away otherwise. Without another card a card in software is used, whose state lies in a file. The server certificate must be trusted: the issuers of the card in software are, others are named with --ca.',
    'The profile is shown and the person at the keyboard is asked; where nobody can be asked the answer is yes. "later" and "timeout" leave the order open, other answers end it. Ctrl-C before the package is loaded is "later" to the server; a loading that began is finished.',
  ],
  options: OPTIONS,
  examples: [
    ["gesim-rsp download 'LPA:1$localhost:8443$04386-AGYFT-A74Y8-3F815'", 'from a server of gesim-rsp serve'],
    [
      "gesim-rsp download 'LPA:1$smdp.example.com$X$$1' --confirmation-code 4711 --map smdp.example.com=https://127.0.0.1:8443",
      'a server elsewhere, with a confirmation code',
    ],
    [
      "gesim-rsp download 'LPA:1$smdp.example.com$X' --reader any --ca ci.pem",
      'onto a test eUICC in a card reader',
    ],
  ],
  async run(values, [argument, ...more], terminal) {
    if (more.length) throw notUnderstood('download takes one activation code; put it in single quotes')
    const code = codeOf(values, argument)
    if (values.answer !== undefined) answerOf(values.answer)
    const tell = () => terminal.note('Ending the session in good order; Ctrl-C again stops at once.')
    await interruptible(tell, (signal) =>
      withLpa(
        values,
        async (lpa) => {
          if (values.discover) return downloadDiscovered(lpa, values, terminal, signal)
          await downloadOne(lpa, code, values, terminal, signal)
        },
        values.imei,
      ),
    )
  },
})

export const discover = command({
  name: 'discover',
  usage: ['discover [--smds HOST] [options]'],
  options: {
    smds: { type: 'string', value: 'HOST', means: 'discovery server; default the one that the card names' },
    ...LPA_OPTIONS,
  },
  examples: [['gesim-rsp discover --smds localhost:8444', 'events of the card in software']],
  async run(values, positionals, terminal) {
    if (positionals.length) throw notUnderstood('discover takes options only')
    await withLpa(values, async (lpa) => {
      const events = await lpa.discover(values.smds)
      for (const { eventId, rspServerAddress } of events)
        terminal.result(`${eventId}  at ${rspServerAddress}`, { eventId, rspServerAddress })
      if (events.length === 0) terminal.note('Nothing waits for this card.')
    })
  },
})

/** Sends what waits on the card, and says what became of it. Throws `rsp.kept-notifications`. */
export async function sendAndTell(lpa: Lpa, terminal: Terminal): Promise<void> {
  const { sent, kept } = await lpa.sendNotifications()
  for (const { seqNumber, event, address } of sent)
    terminal.result(`sent  ${seqNumber}  ${event}  to ${address}`, { sent: seqNumber, event, address })
  for (const { seqNumber, event, address, why } of kept)
    terminal.result(`kept  ${seqNumber}  ${event}  for ${address}: ${why}`, {
      kept: seqNumber,
      event,
      address,
      why,
    })
  if (kept.length) throw unreachable('rsp.kept-notifications', { kept: kept.length })
}
