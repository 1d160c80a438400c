// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    ActivationConsent,
    CloseConsent,
    DeviceBinding,
    IntentTerms,
    ProvisioningReceipt,
    UsageVoucher
} from "../../src/interfaces/DataTypes.sol";
import {Journey} from "./Journey.sol";

/// @notice What carriers, travellers and devices sign, hashed from the type strings, not by the library under test.
abstract contract Statements is Journey {
    /// @notice The arguments of an activation that is right in every part.
    struct Activation {
        IntentTerms terms;
        uint32[] books;
        uint32 book;
        ProvisioningReceipt receipt;
        address carrierKey;
        bytes carrierSignature;
        ActivationConsent consent;
        bytes consentSignature;
        DeviceBinding binding;
    }

    function _typed(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("GeSIM"),
                keccak256("1"),
                block.chainid,
                address(escrow)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function _digestOf(ProvisioningReceipt memory receipt) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "ProvisioningReceipt(bytes32 intentId,uint32 book,bytes32 eidCommit,bytes32 iccidCommit,bytes32 profileHash,bytes32 evidence,uint40 installedAt)"
        );
        return _typed(keccak256(abi.encode(typeHash, receipt)));
    }

    function _digestOf(ActivationConsent memory consent) internal view returns (bytes32) {
        bytes32 typeHash =
            keccak256("ActivationConsent(bytes32 intentId,uint32 book,bytes32 receiptDigest,uint40 validUntil)");
        return _typed(keccak256(abi.encode(typeHash, consent)));
    }

    function _digestOf(UsageVoucher memory voucher) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "UsageVoucher(bytes32 intentId,uint64 cumBytes,uint64 cumAmount,uint32 seq,uint40 asOf,bytes32 sessionRoot)"
        );
        return _typed(keccak256(abi.encode(typeHash, voucher)));
    }

    function _digestOf(CloseConsent memory consent) internal view returns (bytes32) {
        bytes32 typeHash = keccak256("CloseConsent(bytes32 intentId,uint64 finalAmount,uint32 seq,uint40 validUntil)");
        return _typed(keccak256(abi.encode(typeHash, consent)));
    }

    function _pairingDigest(address payer, bytes memory device, uint40 validUntil) internal view returns (bytes32) {
        bytes32 typeHash = keccak256("PairingConsent(address payer,bytes device,uint40 validUntil)");
        return _typed(keccak256(abi.encode(typeHash, payer, keccak256(device), validUntil)));
    }

    function _binding(uint256 payerKey) internal view returns (DeviceBinding memory binding) {
        binding.device = abi.encodePacked(vm.addr(deviceKey));
        binding.validUntil = uint40(block.timestamp + 60 days);
        binding.payerSignature = _sign(payerKey, _pairingDigest(vm.addr(payerKey), binding.device, binding.validUntil));
    }

    function _nobody() internal pure returns (DeviceBinding memory binding) {
        return binding;
    }

    /// @dev With a device that consents, paired by the payer.
    function _activation(IntentTerms memory terms, uint32 book, uint256 payerKey)
        internal
        view
        returns (Activation memory a)
    {
        bytes32 intentId = escrow.intentIdOf(terms);
        a.terms = terms;
        a.books = _books();
        a.book = book;
        a.receipt = ProvisioningReceipt({
            intentId: intentId,
            book: book,
            eidCommit: keccak256("eid"),
            iccidCommit: keccak256("iccid"),
            profileHash: keccak256("profile"),
            evidence: keccak256("BF37"),
            installedAt: uint40(block.timestamp)
        });
        a.carrierKey = vm.addr(provisioningKey);
        bytes32 receiptDigest = _digestOf(a.receipt);
        a.carrierSignature = _sign(provisioningKey, receiptDigest);
        a.consent = ActivationConsent(intentId, book, receiptDigest, uint40(block.timestamp + 1 hours));
        a.binding = _binding(payerKey);
        a.consentSignature = _sign(deviceKey, _digestOf(a.consent));
    }

    function _activate(Activation memory a) internal {
        escrow.activate(
            a.terms,
            a.books,
            a.book,
            a.receipt,
            a.carrierKey,
            a.carrierSignature,
            a.consent,
            a.consentSignature,
            a.binding
        );
    }

    /// @dev An activation as the data of a call, for many in one.
    function _encode(Activation memory a) internal view returns (bytes memory) {
        return abi.encodeCall(
            escrow.activate,
            (
                a.terms,
                a.books,
                a.book,
                a.receipt,
                a.carrierKey,
                a.carrierSignature,
                a.consent,
                a.consentSignature,
                a.binding
            )
        );
    }

    /// @dev A funded and active intent.
    function _open(address payer, uint256 payerKey, uint64 amount, uint256 salt)
        internal
        returns (IntentTerms memory terms, bytes32 intentId)
    {
        terms = _terms(payer);
        terms.salt = salt;
        intentId = _fund(terms, amount);
        _activate(_activation(terms, BOOK_A, payerKey));
    }

    function _voucher(bytes32 intentId, uint64 amount, uint32 seq)
        internal
        view
        returns (UsageVoucher memory voucher, bytes memory signature)
    {
        voucher.intentId = intentId;
        voucher.cumBytes = amount > 1e6 ? (amount - 1e6) * 200 : 0;
        voucher.cumAmount = amount;
        voucher.seq = seq;
        voucher.asOf = uint40(block.timestamp);
        signature = _sign(deviceKey, _digestOf(voucher));
    }
}
