import { type Address, type Hex, hashTypedData, type TypedDataDefinition, type TypedDataDomain } from 'viem'

/** The EIP-712 domain of a USDC contract: its own `name` and `version`, which differ between chains. */
export interface UsdcDomain extends TypedDataDomain {
  readonly name: string
  readonly version: string
  readonly chainId: number
  readonly verifyingContract: Address
}

/** A payment into the escrow that its payer allows ahead: once, for this intent, until a second. */
export interface PaymentAhead {
  readonly payer: Address
  readonly escrow: Address
  readonly amountMicros: bigint
  /** USDC takes it before this second (EIP-3009, `validBefore`). */
  readonly validBefore: number
  /** The authorization's nonce, which the escrow demands to be the id of the intent that it pays for. */
  readonly intentId: Hex
}

/** It may be used from the moment it is signed. */
export const VALID_AFTER = 0n

const RECEIVE = {
  ReceiveWithAuthorization: [
    { name: 'from', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'validAfter', type: 'uint256' },
    { name: 'validBefore', type: 'uint256' },
    { name: 'nonce', type: 'bytes32' },
  ],
} as const

const CANCEL = {
  CancelAuthorization: [
    { name: 'authorizer', type: 'address' },
    { name: 'nonce', type: 'bytes32' },
  ],
} as const

/** What the payer signs to allow it (EIP-3009, `ReceiveWithAuthorization`): no one but the escrow can collect it. */
export function paymentAheadTypedData(domain: UsdcDomain, payment: PaymentAhead): TypedDataDefinition {
  return {
    domain,
    types: RECEIVE,
    primaryType: 'ReceiveWithAuthorization',
    message: {
      from: payment.payer,
      to: payment.escrow,
      value: payment.amountMicros,
      validAfter: VALID_AFTER,
      validBefore: BigInt(payment.validBefore),
      nonce: payment.intentId,
    },
  }
}

/** What the payer signs to make it void (EIP-3009, `CancelAuthorization`). */
export function cancelAheadTypedData(domain: UsdcDomain, payer: Address, intentId: Hex): TypedDataDefinition {
  return {
    domain,
    types: CANCEL,
    primaryType: 'CancelAuthorization',
    message: { authorizer: payer, nonce: intentId },
  }
}

/** The digest that `isValidSignature` of the payer (ERC-1271) is asked about. */
export function paymentAheadDigest(domain: UsdcDomain, payment: PaymentAhead): Hex {
  return hashTypedData(paymentAheadTypedData(domain, payment))
}
