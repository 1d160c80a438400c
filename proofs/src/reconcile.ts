import { maxBigint, minBigint } from '@gesim/base'

/** Version of this rule, as an epoch's commitment names it. */
export const POLICY_VERSION = 1

/** Differences up to 1 MB are noise, whatever the volume. */
export const TOLERANCE_BYTES = 1_000_000n

/** Above that, up to 2 % of the carrier's figure. */
export const TOLERANCE_PERCENT = 2n

export interface Reconciled {
  /** Bytes to charge. */
  readonly billableBytes: bigint
  /** Bytes of them that the device signed for. */
  readonly coSignedBytes: bigint
  /** Whether the two figures are further apart than the tolerance. */
  readonly disputed: boolean
}

/**
 * What two cumulative figures of the same intent amount to. Within the tolerance the carrier's counts. Above it the
 * device's counts, unless the terms are CARRIER_METERED: then the carrier's is charged, but only the device's part is
 * co-signed. A device that claims more than the carrier pays the carrier's figure. No voucher at all is 0 bytes.
 */
export function reconcile(deviceBytes: bigint, carrierBytes: bigint, carrierMetered: boolean): Reconciled {
  const coSignedBytes = minBigint(deviceBytes, carrierBytes)
  const tolerance = maxBigint(TOLERANCE_BYTES, (carrierBytes * TOLERANCE_PERCENT) / 100n)
  const difference = carrierBytes > deviceBytes ? carrierBytes - deviceBytes : deviceBytes - carrierBytes
  const disputed = difference > tolerance
  const carriersCounts = carrierMetered || deviceBytes >= carrierBytes || !disputed
  return { billableBytes: carriersCounts ? carrierBytes : deviceBytes, coSignedBytes, disputed }
}
