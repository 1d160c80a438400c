import { toHex } from '@gesim/base'
import type { Lpa } from '@gesim/lpa'
import type { ResetOption } from '@gesim/sgp22'
import { LPA_OPTIONS, withLpa } from '../card.ts'
import { type Command, command, notUnderstood, type Values } from '../command.ts'
import type { Terminal } from '../terminal.ts'
import { sendAndTell } from './download.ts'

const QUIET = {
  'no-notify': { type: 'boolean', means: 'leave the notifications on the card; they are sent later' },
  ...LPA_OPTIONS,
} as const

/** A change of one profile, after which the servers are told. */
async function change(
  values: Values<typeof QUIET>,
  terminal: Terminal,
  done: string,
  iccid: string,
  work: (lpa: Lpa) => Promise<void>,
): Promise<void> {
  await withLpa(values, async (lpa) => {
    await work(lpa)
    terminal.result(`${done} ${iccid}`, { [done.toLowerCase()]: iccid })
    if (!values['no-notify']) await sendAndTell(lpa, terminal)
  })
}

function oneIccid(name: string, positionals: readonly string[]): string {
  const [iccid, ...more] = positionals
  if (iccid === undefined || more.length) throw notUnderstood(`${name} takes the ICCID of one profile`)
  return iccid
}

export const profiles = command({
  name: 'profiles',
  usage: ['profiles [options]'],
  options: LPA_OPTIONS,
  examples: [['gesim-rsp profiles', 'of the card in software']],
  async run(values, positionals, terminal) {
    if (positionals.length) throw notUnderstood('profiles takes options only')
    await withLpa(values, async (lpa) => {
      const list = await lpa.profiles()
      for (const one of list) {
        const {
          iccid = '',
          enabled = false,
          nickname,
          profileName,
          serviceProviderName,
          profileClass,
          aid,
        } = one
        const state = enabled ? 'enabled' : 'disabled'
        const named = `"${profileName ?? ''}" of ${serviceProviderName ?? ''}${nickname ? ` (${nickname})` : ''}`
        terminal.result(`${iccid}  ${state.padEnd(8)}  ${profileClass ?? 'operational'}  ${named}`, {
          iccid,
          state,
          profileClass,
          profileName,
          serviceProviderName,
          nickname,
          aid: aid && toHex(aid).toUpperCase(),
        })
      }
      if (list.length === 0) terminal.note('No profile is on the card.')
    })
  },
})

const switchCommand = (name: 'enable' | 'disable', done: string, about: string): Command =>
  command({
    name,
    usage: [`${name} ICCID [options]`],
    about: [about],
    options: {
      'no-refresh': { type: 'boolean', means: 'do not let the card refresh the phone; restart it yourself' },
      ...QUIET,
    },
    examples: [[`gesim-rsp ${name} 8988211000000000015`, 'on the card in software']],
    async run(values, positionals, terminal) {
      const iccid = oneIccid(name, positionals)
      const options = { refresh: !values['no-refresh'] }
      await change(values, terminal, done, iccid, (lpa) => lpa[name](iccid, options))
    },
  })

export const enable = switchCommand(
  'enable',
  'Enabled',
  'The profile that is enabled is disabled by the card. A busy card is asked again for a while; a reader that loses the card for the refresh is connected again.',
)
export const disable = switchCommand('disable', 'Disabled', 'No profile is enabled afterwards.')

export const remove = command({
  name: 'delete',
  usage: ['delete ICCID [options]'],
  options: QUIET,
  examples: [['gesim-rsp delete 8988211000000000015', 'on the card in software']],
  async run(values, positionals, terminal) {
    const iccid = oneIccid('delete', positionals)
    await change(values, terminal, 'Deleted', iccid, (lpa) => lpa.delete(iccid))
  },
})

export const nickname = command({
  name: 'nickname',
  usage: ['nickname ICCID NAME [options]', "nickname ICCID ''    takes the name away"],
  options: LPA_OPTIONS,
  examples: [["gesim-rsp nickname 8988211000000000015 'Holiday'", 'on the card in software']],
  async run(values, [iccid, name, ...more], terminal) {
    if (iccid === undefined || name === undefined || more.length)
      throw notUnderstood('nickname takes an ICCID and a name')
    await withLpa(values, async (lpa) => {
      await lpa.setNickname(iccid, name)
      terminal.result(`Named ${iccid} "${name}"`, { named: iccid, nickname: name })
    })
  },
})

export const reset = command({
  name: 'reset',
  usage: ['reset --yes [--test-profiles] [--keep-profiles] [--default-smdp] [options]'],
  options: {
    yes: { type: 'boolean', means: 'it is really wanted' },
    'keep-profiles': { type: 'boolean', means: 'leave operational profiles' },
    'test-profiles': { type: 'boolean', means: 'delete test profiles that were downloaded' },
    'default-smdp': { type: 'boolean', means: 'forget the default SM-DP+ address' },
    ...QUIET,
  },
  examples: [['gesim-rsp reset --yes --default-smdp', 'profiles and default server of the card in software']],
  async run(values, positionals, terminal) {
    if (positionals.length) throw notUnderstood('reset takes options only')
    const options: ResetOption[] = [
      ...(values['keep-profiles'] ? [] : (['deleteOperationalProfiles'] as const)),
      ...(values['test-profiles'] ? (['deleteFieldLoadedTestProfiles'] as const) : []),
      ...(values['default-smdp'] ? (['resetDefaultSmdpAddress'] as const) : []),
    ]
    if (options.length === 0) throw notUnderstood('nothing is left to reset')
    if (!values.yes) throw notUnderstood(`reset deletes for good (${options.join(', ')}): say --yes`)
    await withLpa(values, async (lpa) => {
      await lpa.reset(options)
      terminal.result(`Reset: ${options.join(', ')}`, { reset: options })
      if (!values['no-notify']) await sendAndTell(lpa, terminal)
    })
  },
})

export const notifications = command({
  name: 'notifications',
  usage: ['notifications [--send | --send-until-accepted | --drop NUMBER] [options]'],
  about: [
    'A card signs what happened to a profile; the server of the profile must hear of it, in order. A notification leaves the card when its server took it; one that is not accepted holds back the later ones for that server.',
  ],
  options: {
    send: { type: 'boolean', means: 'send what waits, once' },
    'send-until-accepted': {
      type: 'boolean',
      means: 'send again, ever more slowly, until every server took it',
    },
    drop: {
      type: 'string',
      value: 'NUMBER',
      means: 'take one off the card unsent: its server is gone for good',
    },
    ...LPA_OPTIONS,
  },
  examples: [['gesim-rsp notifications --send', 'of the card in software']],
  async run(values, positionals, terminal) {
    if (positionals.length) throw notUnderstood('notifications takes options only')
    await withLpa(values, async (lpa) => {
      if (values.drop !== undefined) {
        if (!/^\d{1,9}$/.test(values.drop)) throw notUnderstood('--drop takes the number of a notification')
        await lpa.dropNotification(Number(values.drop))
        terminal.result(`Dropped ${values.drop}`, { dropped: Number(values.drop) })
        return
      }
      if (values.send) return sendAndTell(lpa, terminal)
      if (values['send-until-accepted'])
        return lpa.sendUntilAccepted({
          onDelivery: ({ sent, kept }) => terminal.step('delivery', { sent: sent.length, kept: kept.length }),
        })
      const list = await lpa.notifications()
      for (const one of list)
        terminal.result(
          `${one.seqNumber}  ${one.event}  for ${one.address}  ${one.iccid ?? ''}`.trimEnd(),
          one,
        )
      if (list.length === 0) terminal.note('Nothing waits.')
    })
  },
})

export const card = command({
  name: 'card',
  usage: ['card [--default-smdp HOST] [options]'],
  options: {
    'default-smdp': { type: 'string', value: 'HOST', means: "set the default SM-DP+; '' takes it away" },
    ...LPA_OPTIONS,
  },
  examples: [['gesim-rsp card', 'EID, versions, memory and addresses of the card in software']],
  async run(values, positionals, terminal) {
    if (positionals.length) throw notUnderstood('card takes options only')
    await withLpa(values, async (lpa) => {
      if (values['default-smdp'] !== undefined) await lpa.setDefaultSmdp(values['default-smdp'])
      const info = await lpa.info()
      const addresses = await lpa.addresses()
      const { extCardResource: memory } = info
      const ids = (list: readonly Uint8Array[]) => list.map((id) => toHex(id).toUpperCase())
      const facts = {
        eid: await lpa.eid(),
        svn: info.svn,
        profileVersion: info.profileVersion,
        firmwareVersion: info.firmwareVersion,
        freeBytes: memory.freeNonVolatileBytes,
        installedApplications: memory.installedApplications,
        issuersForVerification: ids(info.verificationKeyIds),
        issuersForSigning: ids(info.signingKeyIds),
        defaultSmdp: addresses.defaultSmdpAddress,
        rootSmds: addresses.rootSmdsAddress,
      }
      const lines = Object.entries(facts).map(
        ([name, value]) => `${name.padEnd(24)}${Array.isArray(value) ? value.join(', ') : value || 'none'}`,
      )
      terminal.result(lines.join('\n'), facts)
    })
  },
})
