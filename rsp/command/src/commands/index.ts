import type { Command } from '../command.ts'

/** A command that is loaded when it is asked for: the servers bring a database's client with them. */
export interface Entry {
  readonly name: string
  /** Half a line for the list of commands. */
  readonly summary: string
  readonly load: () => Promise<Command>
}

const card = () => import('./card.ts')
const download = () => import('./download.ts')

/** Every command, in the order in which a newcomer meets them. */
export const COMMANDS: readonly Entry[] = [
  {
    name: 'serve',
    summary: 'run an SM-DP+, and an SM-DS with it',
    load: async () => (await import('./serve.ts')).serve,
  },
  {
    name: 'order',
    summary: 'order a profile at an SM-DP+, as an operator does (ES2+)',
    load: async () => (await import('./order.ts')).order,
  },
  {
    name: 'download',
    summary: 'install a profile on a card, as a phone does (LPA)',
    load: async () => (await download()).download,
  },
  {
    name: 'discover',
    summary: 'ask a discovery server (SM-DS) what waits for a card',
    load: async () => (await download()).discover,
  },
  { name: 'profiles', summary: 'list the profiles of a card', load: async () => (await card()).profiles },
  { name: 'enable', summary: 'enable a profile of a card', load: async () => (await card()).enable },
  {
    name: 'disable',
    summary: 'disable the profile that is enabled',
    load: async () => (await card()).disable,
  },
  {
    name: 'delete',
    summary: 'delete a disabled profile from a card',
    load: async () => (await card()).remove,
  },
  {
    name: 'nickname',
    summary: 'give a profile a name of your own',
    load: async () => (await card()).nickname,
  },
  { name: 'reset', summary: 'delete all profiles of a card', load: async () => (await card()).reset },
  {
    name: 'notifications',
    summary: 'list and send what a card has to tell to servers',
    load: async () => (await card()).notifications,
  },
  {
    name: 'card',
    summary: 'show what a card says of itself, or set its default SM-DP+',
    load: async () => (await card()).card,
  },
  {
    name: 'inspect',
    summary: 'read any message, certificate, list or profile package, with names',
    load: async () => (await import('./inspect.ts')).inspect,
  },
  {
    name: 'pki',
    summary: 'make a test PKI in the layout of SGP.26, or show what a directory holds',
    load: async () => (await import('./pki.ts')).pki,
  },
  {
    name: 'profile',
    summary: 'write a USIM profile package, or personalise one',
    load: async () => (await import('./profile.ts')).profile,
  },
]
