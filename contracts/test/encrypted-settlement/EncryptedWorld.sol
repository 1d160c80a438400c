// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {CarrierRegistry} from "../../src/CarrierRegistry.sol";
import {EncryptedSettlement} from "../../src/experimental/EncryptedSettlement.sol";
import {IEncryptedSettlement} from "../../src/experimental/IEncryptedSettlement.sol";
import {IntentTerms} from "../../src/interfaces/DataTypes.sol";
import {EncryptedFixture} from "./EncryptedFixture.sol";

/// @notice Four intents of one book with the amounts of the fixture, a real registry, and everybody's signatures, hashed
/// from the type strings and not by the contract under test.
abstract contract EncryptedWorld is Test {
    address internal constant ESCROW = address(0xE5C20);
    uint256 internal constant EPOCH_SECONDS = 1 days;
    uint32 internal constant LEAST = 3;
    uint64 internal constant CEILING = 30_000_000;

    uint256 internal payerKey = uint256(keccak256("payer"));
    uint256 internal deviceKey = uint256(keccak256("device"));
    uint256 internal usageKey = uint256(keccak256("usage"));
    uint256 internal witnessKey = uint256(keccak256("witness"));

    CarrierRegistry internal carriers;
    EncryptedSettlement internal settlement;
    uint32 internal book = EncryptedFixture.BOOK;
    uint32 internal epoch = EncryptedFixture.EPOCH;

    IEncryptedSettlement.Point internal key;
    IEncryptedSettlement.Ciphertext[] internal amounts;
    uint64 internal total;
    IEncryptedSettlement.DecryptionProof internal proof;

    function setUp() public virtual {
        vm.chainId(31337);
        vm.warp(EncryptedFixture.EPOCH * EPOCH_SECONDS + 1 hours);
        IEncryptedSettlement.Ciphertext[] memory all;
        (key, all, total, proof) = abi.decode(
            EncryptedFixture.data(),
            (
                IEncryptedSettlement.Point,
                IEncryptedSettlement.Ciphertext[],
                uint64,
                IEncryptedSettlement.DecryptionProof
            )
        );
        for (uint256 i = 0; i < all.length; ++i) {
            amounts.push(all[i]);
        }
        carriers = CarrierRegistry(
            deployCode("CarrierRegistry.sol", abi.encode(uint48(48 hours), address(this), address(this)))
        );
        uint32 carrier = carriers.registerCarrier(address(this), address(1), "about");
        assertEq(carriers.openBook(carrier), book);
        uint48 now_ = uint48(block.timestamp);
        carriers.addKey(carrier, 2, vm.addr(usageKey), now_, now_ + 365 days);
        deployCodeTo("EncryptedSettlement.sol", _arguments(key), EncryptedFixture.SETTLEMENT);
        settlement = EncryptedSettlement(EncryptedFixture.SETTLEMENT);
    }

    function _arguments(IEncryptedSettlement.Point memory under) internal view returns (bytes memory) {
        return abi.encode(ESCROW, address(carriers), vm.addr(witnessKey), EPOCH_SECONDS, LEAST, under);
    }

    function _terms(uint256 which) internal view returns (IntentTerms memory terms) {
        terms.payer = vm.addr(payerKey);
        terms.maxDeposit = CEILING;
        terms.salt = which;
    }

    function _id(uint256 which) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "IntentTerms(address payer,bytes32 booksHash,bytes32 planCommit,uint64 pricePerGB,uint64 activationFee,uint64 includedBytes,uint64 blockBytes,uint64 maxDeposit,uint40 provisionBy,uint40 deadline,uint32 flags,uint64 unsignedCredit,uint256 salt)"
        );
        return keccak256(abi.encode(typeHash, _terms(which)));
    }

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("GeSIM"),
                keccak256("1"),
                block.chainid,
                ESCROW
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function _sign(uint256 signer, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signer, digest);
        return abi.encodePacked(r, s, v);
    }

    function _keyHash() internal view returns (bytes32) {
        return keccak256(abi.encodePacked(key.x, key.y));
    }

    function _enrolment(uint256 which, uint64 ceiling) internal view returns (bytes memory) {
        bytes32 typeHash =
            keccak256("Enrolment(bytes32 key,bytes32 intentId,uint32 book,address device,uint64 ceiling)");
        return _sign(
            payerKey,
            _digest(keccak256(abi.encode(typeHash, _keyHash(), _id(which), book, vm.addr(deviceKey), ceiling)))
        );
    }

    function _enrol(uint256 which) internal {
        settlement.enrol(_terms(which), book, vm.addr(deviceKey), CEILING, _enrolment(which, CEILING));
    }

    function _record(uint256 which) internal view returns (IEncryptedSettlement.EncryptedRecord memory) {
        return IEncryptedSettlement.EncryptedRecord(_id(which), book, epoch, 1, CEILING, amounts[which]);
    }

    function _cosign(IEncryptedSettlement.EncryptedRecord memory record)
        internal
        view
        returns (IEncryptedSettlement.CoSignatures memory)
    {
        bytes32 typeHash = keccak256(
            "EncryptedRecord(bytes32 key,bytes32 intentId,uint32 book,uint32 epoch,uint32 seq,uint64 ceiling,bytes32 ciphertext)"
        );
        bytes32 digest = _digest(
            keccak256(
                abi.encode(
                    typeHash,
                    _keyHash(),
                    record.intentId,
                    record.book,
                    record.epoch,
                    record.seq,
                    record.ceiling,
                    keccak256(abi.encode(record.amount))
                )
            )
        );
        return IEncryptedSettlement.CoSignatures(
            vm.addr(usageKey), _sign(usageKey, digest), _sign(deviceKey, digest), _sign(witnessKey, digest)
        );
    }

    function _commit(IEncryptedSettlement.EncryptedRecord memory record) internal {
        settlement.commit(record, _cosign(record));
    }

    function _commitAll() internal {
        for (uint256 i = 0; i < amounts.length; ++i) {
            _enrol(i);
            _commit(_record(i));
        }
    }

    function _afterTheEpoch() internal {
        vm.warp((epoch + 1) * EPOCH_SECONDS);
    }
}
