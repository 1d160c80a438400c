import { type Static, Type } from 'typebox'
import { IntentState } from './intents.ts'
import { route } from './route.ts'
import { ActivationConsent, ProvisioningReceipt, Terms, UsageVoucher } from './terms.ts'
import { Hash, HexBytes, IntentId, Micros, Octets, Seconds, Uint32 } from './words.ts'

/** Letters and digits that nobody confuses: no 0, O, 1, I, L. */
export const PAIRING_ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'

/** The purchase as its paired device sees it. */
export const DeviceIntent = Type.Object({
  intentId: IntentId,
  state: IntentState,
  terms: Terms,
  book: Type.Optional(Uint32),
  fundedMicros: Micros,
  /** Whether the payer has bound the device key; until then its signatures count for nothing. */
  bound: Type.Boolean(),
  validUntil: Type.Optional(Seconds),
  receiptDigest: Type.Optional(Hash),
  receipt: Type.Optional(ProvisioningReceipt),
  /** The carrier has signed its receipt and waits for the device's ActivationConsent. */
  consentWanted: Type.Boolean(),
  radioUrl: Type.Optional(Type.String({ maxLength: 512 })),
  service: Type.Union([Type.Literal('off'), Type.Literal('on'), Type.Literal('ended')]),
  chainId: Type.Integer(),
  escrow: Type.String({ maxLength: 42 }),
})
export type DeviceIntent = Static<typeof DeviceIntent>

export const devicesRoutes = {
  pair: route({
    method: 'POST',
    path: '/v1/devices/pairings',
    summary: 'Exchanges a pairing code for a device token',
    caller: 'anyone',
    body: Type.Object(
      {
        code: Type.String({ pattern: `^[${PAIRING_ALPHABET}]{6}$`, maxLength: 6 }),
        /** ERC-7913 signer bytes: 20 bytes of an address, or verifier and key. */
        device: HexBytes,
      },
      { additionalProperties: false },
    ),
    answer: Type.Object({
      deviceToken: Type.String({ maxLength: 64 }),
      intentId: IntentId,
      expiresAt: Seconds,
    }),
    status: 201,
    perMinute: 20,
    refuses: ['intents.pairing-code-wrong', 'intents.device-wrong'],
  }),
  intent: route({
    method: 'GET',
    path: '/v1/devices/intents/:id',
    summary: 'The purchase that this device is paired with',
    caller: 'device',
    params: Type.Object({ id: IntentId }),
    answer: DeviceIntent,
    refuses: ['intents.device-token-wrong', 'intents.unknown'],
  }),
  activationConsent: route({
    method: 'POST',
    path: '/v1/devices/activation-consents',
    summary: 'The device agrees that the profile is installed and the service shall start',
    caller: 'device',
    body: ActivationConsent,
    answer: Type.Object({ accepted: Type.Literal(true) }),
    status: 202,
    refuses: ['provisioner.no-receipt', 'provisioner.consent-wrong'],
  }),
  voucher: route({
    method: 'POST',
    path: '/v1/devices/vouchers',
    summary: 'A signed, cumulative statement of what was used',
    caller: 'device',
    body: Type.Object({ voucher: UsageVoucher, signature: HexBytes }, { additionalProperties: false }),
    answer: Type.Object({
      accepted: Type.Literal(true),
      duplicate: Type.Boolean(),
      billableBytes: Octets,
      amountMicros: Micros,
      exhausted: Type.Boolean(),
    }),
    refuses: [
      'metering.signature-wrong',
      'metering.out-of-order',
      'metering.future',
      'metering.over-deposit',
    ],
  }),
} as const
