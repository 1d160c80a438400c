import type {
  CommitmentJson,
  DeviceBinding,
  LeafProofJson,
  NodeProofJson,
  ReceiptBundle,
  ReceiptJson,
  UsageReceiptJson,
  VoucherJson,
} from '@gesim/proofs'
import { NO_DEVICE } from '@gesim/proofs'
import type { Hex, Receipt } from '../api/shapes.ts'

/** The parts of the API's answer, as their stages serve them. Nothing in them is believed. */
interface Provisioning {
  receipt?: ReceiptJson
  carrierKey?: Hex
  receiptSignature?: Hex
  receiptDigest?: Hex
  consent?: { receiptDigest: Hex; validUntil: number } | null
  consentSignature?: Hex | null
  binding?: DeviceBinding | null
}

interface Metering {
  device?: { voucher: VoucherJson; signature: Hex; binding?: DeviceBinding | null } | null
  carrier?: { receipt: UsageReceiptJson; key: Hex; signature: Hex } | null
}

interface Settlement {
  commitment?: CommitmentJson
  signatures?: { attestor: Hex; signature: Hex }[]
  leafProof?: LeafProofJson
  nodeProof?: NodeProofJson | null
  /** The signed pair behind the leaf of that epoch; metering's own may be newer. */
  voucher?: Metering['device']
  usageReceipt?: Metering['carrier']
}

/** Puts the parts of a receipt in the order in which `@gesim/proofs` checks them. */
export function bundleOf(receipt: Receipt): ReceiptBundle {
  const provisioning = (receipt.provisioning ?? {}) as Provisioning
  const metering = (receipt.metering ?? {}) as Metering
  const settlement = (receipt.settlement ?? {}) as Settlement
  const closed = settlement.commitment !== undefined && settlement.leafProof !== undefined
  const device = closed ? settlement.voucher : metering.device
  const carrier = closed ? settlement.usageReceipt : metering.carrier
  return {
    chainId: receipt.chainId,
    escrow: receipt.escrow as Hex,
    intentId: receipt.intentId,
    terms: receipt.terms,
    ...(receipt.agreement ? { agreement: receipt.agreement } : {}),
    ...(provisioning.receipt && provisioning.carrierKey && provisioning.receiptSignature
      ? {
          provisioning: {
            receipt: provisioning.receipt,
            carrierKey: provisioning.carrierKey,
            signature: provisioning.receiptSignature,
          },
        }
      : {}),
    ...(provisioning.consent && provisioning.consentSignature
      ? {
          consent: {
            receiptDigest: provisioning.consent.receiptDigest,
            validUntil: provisioning.consent.validUntil,
            signature: provisioning.consentSignature,
            binding: provisioning.binding ?? NO_DEVICE,
          },
        }
      : {}),
    ...(device
      ? {
          voucher: {
            voucher: device.voucher,
            signature: device.signature,
            binding: device.binding ?? NO_DEVICE,
          },
        }
      : {}),
    ...(carrier
      ? { usageReceipt: { receipt: carrier.receipt, key: carrier.key, signature: carrier.signature } }
      : {}),
    ...(settlement.commitment && settlement.leafProof
      ? {
          epoch: {
            commitment: settlement.commitment,
            signatures: settlement.signatures ?? [],
            leaf: settlement.leafProof,
            ...(settlement.nodeProof ? { node: settlement.nodeProof } : {}),
          },
        }
      : {}),
  }
}
