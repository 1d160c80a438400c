import { fromHex, type SettingsTable } from '@gesim/base'
import { PUSH_SERVICES, readServices } from './services.ts'

function scalar(text: string): Uint8Array | null {
  const bytes = fromHex(text)
  if (bytes.length !== 32) throw new TypeError('not 32 bytes')
  return bytes
}

function contact(text: string): string {
  if (!/^(?:mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/.test(text))
    throw new TypeError('not a mailto: or https: address')
  return text
}

const days = (text: string): number => {
  const value = Number(text)
  if (!(value > 0)) throw new TypeError('not a number of days')
  return value
}

export const webPushSettings = {
  key: {
    env: 'WEB_PUSH_KEY',
    means:
      'Key with which messages to browsers are signed (VAPID): a P-256 scalar, 32 bytes in hex. Without one no browser is told anything while no page is open. A new key ends all subscriptions.',
    default: null as Uint8Array | null,
    secret: true,
    parse: scalar,
  },
  contact: {
    env: 'WEB_PUSH_CONTACT',
    means: 'Where the operators of push services reach whoever runs this: a mailto: or https: address.',
    default: 'https://gesim.example/contact',
    parse: contact,
  },
  services: {
    env: 'WEB_PUSH_SERVICES',
    means:
      'Push services that messages are sent to: origins separated by spaces, `*.` at the head of a host for all below it. A browser that names another one is refused, so that nobody has this server call what they like.',
    default: PUSH_SERVICES as readonly string[],
    parse: readServices,
  },
  keepDays: {
    env: 'WEB_PUSH_KEEP_DAYS',
    means: 'How long a subscription that its browser does not renew is kept; an open page renews it.',
    unit: 'days',
    default: 90,
    parse: days,
  },
} as const satisfies SettingsTable
