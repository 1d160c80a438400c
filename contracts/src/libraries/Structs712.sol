// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    ActivationConsent,
    CarrierUsageReceipt,
    CloseConsent,
    EpochCommitment,
    IntentTerms,
    ProvisioningReceipt,
    UsageVoucher
} from "../interfaces/DataTypes.sol";

/// @title EIP-712 struct hashes of what the contracts read
/// @dev `proofs/src/typed-data.ts` holds the same table; a test compares the digests. All fields but the device of a
/// PairingConsent are static, so a struct's ABI encoding behind its type hash is its EIP-712 encoding.
library Structs712 {
    bytes32 internal constant INTENT_TERMS = keccak256(
        "IntentTerms(address payer,bytes32 booksHash,bytes32 planCommit,uint64 pricePerGB,uint64 activationFee,uint64 includedBytes,uint64 blockBytes,uint64 maxDeposit,uint40 provisionBy,uint40 deadline,uint32 flags,uint64 unsignedCredit,uint256 salt)"
    );
    bytes32 internal constant PROVISIONING_RECEIPT = keccak256(
        "ProvisioningReceipt(bytes32 intentId,uint32 book,bytes32 eidCommit,bytes32 iccidCommit,bytes32 profileHash,bytes32 evidence,uint40 installedAt)"
    );
    bytes32 internal constant ACTIVATION_CONSENT =
        keccak256("ActivationConsent(bytes32 intentId,uint32 book,bytes32 receiptDigest,uint40 validUntil)");
    bytes32 internal constant PAIRING_CONSENT =
        keccak256("PairingConsent(address payer,bytes device,uint40 validUntil)");
    bytes32 internal constant USAGE_VOUCHER = keccak256(
        "UsageVoucher(bytes32 intentId,uint64 cumBytes,uint64 cumAmount,uint32 seq,uint40 asOf,bytes32 sessionRoot)"
    );
    bytes32 internal constant CARRIER_USAGE_RECEIPT = keccak256(
        "CarrierUsageReceipt(bytes32 intentId,uint64 cumBytes,uint64 cumAmount,uint32 seq,uint40 asOf,bytes32 cdrRoot)"
    );
    bytes32 internal constant CLOSE_CONSENT =
        keccak256("CloseConsent(bytes32 intentId,uint64 finalAmount,uint32 seq,uint40 validUntil)");
    bytes32 internal constant EPOCH_COMMITMENT = keccak256(
        "EpochCommitment(uint32 epoch,uint40 cutoff,bytes32 root,uint64 total,uint64 coSigned,bytes32 prevRoot,bytes32 dataHash,uint64 fromBlock,uint64 toBlock,bytes32 eventsRoot,uint32 policyVersion,uint32 committeeVersion)"
    );

    function hash(IntentTerms calldata terms) internal pure returns (bytes32) {
        uint256 at;
        assembly ("memory-safe") {
            at := terms
        }
        return _hash(INTENT_TERMS, at, 13);
    }

    function hash(ProvisioningReceipt calldata receipt) internal pure returns (bytes32) {
        uint256 at;
        assembly ("memory-safe") {
            at := receipt
        }
        return _hash(PROVISIONING_RECEIPT, at, 7);
    }

    function hash(ActivationConsent calldata consent) internal pure returns (bytes32) {
        uint256 at;
        assembly ("memory-safe") {
            at := consent
        }
        return _hash(ACTIVATION_CONSENT, at, 4);
    }

    function hash(UsageVoucher calldata voucher) internal pure returns (bytes32) {
        uint256 at;
        assembly ("memory-safe") {
            at := voucher
        }
        return _hash(USAGE_VOUCHER, at, 6);
    }

    function hash(CarrierUsageReceipt calldata receipt) internal pure returns (bytes32) {
        uint256 at;
        assembly ("memory-safe") {
            at := receipt
        }
        return _hash(CARRIER_USAGE_RECEIPT, at, 6);
    }

    function hash(CloseConsent calldata consent) internal pure returns (bytes32) {
        uint256 at;
        assembly ("memory-safe") {
            at := consent
        }
        return _hash(CLOSE_CONSENT, at, 4);
    }

    function hash(EpochCommitment calldata commitment) internal pure returns (bytes32) {
        uint256 at;
        assembly ("memory-safe") {
            at := commitment
        }
        return _hash(EPOCH_COMMITMENT, at, 12);
    }

    function hashPairing(address payer, bytes calldata device, uint40 validUntil) internal pure returns (bytes32) {
        return keccak256(abi.encode(PAIRING_CONSENT, payer, keccak256(device), validUntil));
    }

    /// @dev Hashes the words as they lie in calldata. A field that is read is checked by the compiler where it is read; a
    /// word with dirt above a field that nobody reads gives a hash that no signature and no honest terms have.
    function _hash(bytes32 typeHash, uint256 at, uint256 fields) private pure returns (bytes32 result) {
        assembly ("memory-safe") {
            let preimage := mload(0x40)
            mstore(preimage, typeHash)
            calldatacopy(add(preimage, 32), at, shl(5, fields))
            result := keccak256(preimage, shl(5, add(fields, 1)))
        }
    }
}
