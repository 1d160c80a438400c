// Binds the phone's key to the purchase, as the web app does silently: the payer's PairingConsent.
import { nowSeconds } from '@gesim/base'
import { domainOf, typedDataOf } from '@gesim/proofs'
import { type Intent, intentsRoutes } from '@gesim/wire'
import { type Connection, lower, type Traveller } from './connect.ts'

const DAY_SECONDS = 86_400

/** Signs and sends the consent once a device has asked to be paired. Returns whether it is bound now. */
export async function bindDevice(
  connection: Connection,
  traveller: Traveller,
  intent: Intent,
): Promise<boolean> {
  const { api, network, addresses } = connection
  const params = { id: intent.intentId }
  const { device, bound } = await api.call(intentsRoutes.pairing, { params })
  if (bound || !device) return bound
  // As long as the purchase can live, and a day for its last voucher.
  const validUntil = Math.max(intent.deadline, nowSeconds()) + DAY_SECONDS
  const typedData = typedDataOf('PairingConsent', domainOf(network.chainId, addresses.escrow), {
    payer: traveller.account.address,
    device,
    validUntil,
  })
  const payerSignature = await traveller.account.signTypedData(typedData as never)
  await api.call(intentsRoutes.pairingConsent, {
    params,
    body: { device: lower(device), validUntil, payerSignature },
  })
  return true
}
