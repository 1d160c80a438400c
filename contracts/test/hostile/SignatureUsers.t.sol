// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IIntentEscrowEvents as Say} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {IPayOnUsage} from "../../src/interfaces/IPayOnUsage.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {
    CloseConsent,
    Demand,
    EpochCommitment,
    Evidence,
    IntentState,
    IntentTerms,
    LeafProof,
    UsageVoucher
} from "../../src/interfaces/DataTypes.sol";
import {Quorum} from "../../src/libraries/Quorum.sol";
import {Demanding} from "../pay-on-usage/Demanding.sol";

/// @notice Wherever a signature is asked for, all other spellings of a good one are refused.
contract SignatureUsersTest is Demanding {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint256 private constant SPOILS = 12;

    /// @dev A signature of 65 bytes spoiled in one of twelve ways.
    function _spoil(bytes memory good, uint256 way) private pure returns (bytes memory) {
        (bytes32 r, uint256 s, uint8 v) = _parts(good);
        if (way == 0) return abi.encodePacked(r, ORDER - s, v ^ 7);
        if (way == 1) return abi.encodePacked(r, s, v - 27);
        if (way == 2) return abi.encodePacked(r, s, uint8(29));
        if (way == 3) return abi.encodePacked(r, s, v ^ 7);
        if (way == 4) return abi.encodePacked(r, s | (uint256(v - 27) << 255));
        if (way == 5) return "";
        if (way == 6) return abi.encodePacked(r, s);
        if (way == 7) return bytes.concat(good, hex"00");
        if (way == 8) return new bytes(65);
        if (way == 9) return abi.encodePacked(bytes32(0), s, v);
        if (way == 10) return abi.encodePacked(r, uint256(0), v);
        return bytes.concat(good, good);
    }

    function _parts(bytes memory good) private pure returns (bytes32 r, uint256 s, uint8 v) {
        assembly ("memory-safe") {
            r := mload(add(good, 32))
            s := mload(add(good, 64))
            v := byte(0, mload(add(good, 96)))
        }
    }

    function _held() private returns (IntentTerms memory terms) {
        terms = _terms(bob);
        terms.salt = 77;
        _fund(terms, 20e6);
    }

    function test_Activate_RevertWhen_TheCarriersSignatureIsSpoiled() external {
        Activation memory a = _activation(_held(), BOOK_A, bobKey);
        bytes32 digest = _digestOf(a.receipt);
        bytes memory good = a.carrierSignature;
        for (uint256 way = 0; way < SPOILS; ++way) {
            a.carrierSignature = _spoil(good, way);
            vm.expectRevert(
                abi.encodeWithSelector(Say.IntentEscrow_InvalidCarrierSignature.selector, a.carrierKey, digest)
            );
            _activate(a);
        }
        a.carrierSignature = good;
        _activate(a);
    }

    function test_Activate_RevertWhen_TheConsentIsSpoiled() external {
        Activation memory a = _activation(_held(), BOOK_A, bobKey);
        bytes32 digest = _digestOf(a.consent);
        bytes memory good = a.consentSignature;
        bytes memory error =
            abi.encodeWithSelector(Say.IntentEscrow_InvalidDeviceSignature.selector, a.binding.device, digest);
        for (uint256 way = 0; way < SPOILS; ++way) {
            a.consentSignature = _spoil(good, way);
            vm.expectRevert(error);
            _activate(a);
        }
        // The payer's own consent, without a device.
        a.binding = _nobody();
        good = _sign(bobKey, digest);
        error = abi.encodeWithSelector(Say.IntentEscrow_InvalidPayerSignature.selector, bob, digest);
        for (uint256 way = 0; way < SPOILS; ++way) {
            a.consentSignature = _spoil(good, way);
            vm.expectRevert(error);
            _activate(a);
        }
        a.consentSignature = good;
        _activate(a);
    }

    function test_Activate_RevertWhen_ThePairingIsSpoiled() external {
        Activation memory a = _activation(_held(), BOOK_A, bobKey);
        bytes memory good = a.binding.payerSignature;
        bytes memory error =
            abi.encodeWithSelector(Say.IntentEscrow_InvalidPayerSignature.selector, bob, _digestOf(a.consent));
        for (uint256 way = 0; way < SPOILS; ++way) {
            a.binding.payerSignature = _spoil(good, way);
            vm.expectRevert(error);
            _activate(a);
        }
        // Nobody is no device, whatever recovers to nobody.
        a.binding.device = abi.encodePacked(address(0));
        a.binding.payerSignature = _sign(bobKey, _pairingDigest(bob, a.binding.device, a.binding.validUntil));
        bytes32 digest = _digestOf(a.consent);
        for (uint256 way = 0; way < SPOILS; ++way) {
            a.consentSignature = _spoil(good, way);
            vm.expectRevert(
                abi.encodeWithSelector(Say.IntentEscrow_InvalidDeviceSignature.selector, a.binding.device, digest)
            );
            _activate(a);
        }
    }

    function test_RedeemVoucher_RevertWhen_TheSignatureIsSpoiled() external {
        (UsageVoucher memory voucher, bytes memory good) = _voucher(id, 3e6, 1);
        bytes memory error =
            abi.encodeWithSelector(IPayOnUsage.PayOnUsage_InvalidSignature.selector, _device(), _digestOf(voucher));
        for (uint256 way = 0; way < SPOILS; ++way) {
            bytes memory spoiled = _spoil(good, way);
            vm.expectRevert(error);
            payOnUsage.redeemVoucher(t, voucher, spoiled, _binding(aliceKey), new LeafProof[](0));
        }
        assertEq(payOnUsage.redeemVoucher(t, voucher, good, _binding(aliceKey), new LeafProof[](0)), 3e6);
    }

    function test_CloseInstant_RevertWhen_ASignatureIsSpoiled() external {
        CloseConsent memory consent = CloseConsent(id, 4e6, 1, uint40(block.timestamp + 1 hours));
        bytes32 digest = _digestOf(consent);
        (bytes memory byCarrier, bytes memory byPayer) = (_sign(usageKey, digest), _sign(aliceKey, digest));
        address key = vm.addr(usageKey);
        LeafProof[] memory none = new LeafProof[](0);
        for (uint256 way = 0; way < SPOILS; ++way) {
            bytes memory spoiled = _spoil(byCarrier, way);
            vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_InvalidCarrierSignature.selector, key, digest));
            escrow.closeInstant(t, consent, key, spoiled, byPayer, none, false);
            spoiled = _spoil(byPayer, way);
            vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_InvalidPayerSignature.selector, alice, digest));
            escrow.closeInstant(t, consent, key, byCarrier, spoiled, none, false);
        }
        // Nor does one side's word stand for the other's.
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_InvalidPayerSignature.selector, alice, digest));
        escrow.closeInstant(t, consent, key, byCarrier, byCarrier, none, false);
        assertEq(escrow.closeInstant(t, consent, key, byCarrier, byPayer, none, false), 16e6);
        assertEq(uint8(_stateOf(id)), uint8(IntentState.Closed));
    }

    function test_AnswerEvidence_RevertWhen_ASignatureIsSpoiled() external {
        (Evidence memory e, LeafProof memory leaf) = _records(5e8, 5e8, 3.5e6, 3.5e6);
        uint32 epoch = _postLeaf(leaf, 3);
        leaf = _ours();
        vm.prank(bob);
        Demand memory demand = payOnUsage.challengeEvidence(epoch, t, leaf, _device());
        bytes32 digest = _digestOf(e.voucher);
        bytes memory good = e.deviceSignature;
        for (uint256 way = 0; way < SPOILS; ++way) {
            e.deviceSignature = _spoil(good, way);
            // Parity and r still recover somebody: a stranger.
            address stranger = _recovered(digest, e.deviceSignature);
            vm.expectRevert(abi.encodeWithSelector(IPayOnUsage.PayOnUsage_InvalidSignature.selector, stranger, digest));
            payOnUsage.answerEvidence(demand, t, leaf, e);
        }
        e.deviceSignature = good;
        digest = _digestOfReceipt(e.receipt);
        good = e.carrierSignature;
        for (uint256 way = 0; way < SPOILS; ++way) {
            e.carrierSignature = _spoil(good, way);
            vm.expectRevert(
                abi.encodeWithSelector(IPayOnUsage.PayOnUsage_InvalidSignature.selector, e.carrierKey, digest)
            );
            payOnUsage.answerEvidence(demand, t, leaf, e);
        }
        // Nobody's key and a signature of nobody are no carrier's.
        (e.carrierKey, e.carrierSignature) = (address(0), new bytes(65));
        vm.expectRevert(abi.encodeWithSelector(IPayOnUsage.PayOnUsage_InvalidSignature.selector, address(0), digest));
        payOnUsage.answerEvidence(demand, t, leaf, e);
        (e.carrierKey, e.carrierSignature) = (vm.addr(usageKey), good);
        payOnUsage.answerEvidence(demand, t, leaf, e);
        assertEq(payOnUsage.owedTo(address(this)), 5e6);
    }

    function _recovered(bytes32 digest, bytes memory signature) private pure returns (address recovered) {
        (recovered,,) = ECDSA.tryRecover(digest, signature);
        assertNotEq(recovered, address(1));
    }

    function test_PostEpoch_RevertWhen_SignaturesAreSpoiled() external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        bytes32 digest = settlement.digestOf(c);
        bytes memory one = _compact(committeeKeys[0], digest);
        bytes memory two = _compact(committeeKeys[1], digest);
        _postReverts(c, "", abi.encodeWithSelector(ISettlement.Settlement_Unsigned.selector));
        bytes memory long = _sign(committeeKeys[0], digest);
        _postReverts(c, long, abi.encodeWithSelector(Quorum.Quorum_Malformed.selector, 65));
        _postReverts(c, bytes.concat(one, hex"1b"), abi.encodeWithSelector(Quorum.Quorum_Malformed.selector, 65));
        bytes memory short = new bytes(63);
        _postReverts(c, short, abi.encodeWithSelector(Quorum.Quorum_Malformed.selector, 63));
        // Nobody is no member.
        _postReverts(c, new bytes(64), abi.encodeWithSelector(Quorum.Quorum_NotInTurn.selector, 0, address(0)));
        _postReverts(
            c, bytes.concat(one, one), abi.encodeWithSelector(Quorum.Quorum_NotInTurn.selector, 1, committee[0])
        );
        _postReverts(
            c, bytes.concat(two, one), abi.encodeWithSelector(Quorum.Quorum_NotInTurn.selector, 1, committee[0])
        );
        // The other s, with its parity: the bit above it is lost or taken, and what recovers is no member.
        (bytes32 r, uint256 s, uint8 v) = _parts(long);
        bytes memory high = abi.encodePacked(r, (ORDER - s) | (uint256(28 - v) << 255));
        vm.expectPartialRevert(Quorum.Quorum_NotInTurn.selector);
        settlement.postEpoch(c, high, _deltas());
        bytes memory parity = abi.encodePacked(r, s | (uint256(28 - v) << 255));
        address stranger = ECDSA.recover(digest, v ^ 7, r, bytes32(s));
        _postReverts(c, parity, abi.encodeWithSelector(Quorum.Quorum_NotInTurn.selector, 0, stranger));
        assertEq(settlement.latest(), 0);
        settlement.postEpoch(c, bytes.concat(one, two), _deltas());
        assertEq(settlement.epochOf(c.epoch).weight, 6_667);
    }

    function _postReverts(EpochCommitment memory c, bytes memory signatures, bytes memory error) private {
        vm.expectRevert(error);
        settlement.postEpoch(c, signatures, _deltas());
    }

    /// A single attestor signs in 65 bytes, as everybody else does.
    function test_PostAlone_RevertWhen_TheSignatureIsSpoiled() external {
        skip(3 * EPOCH);
        EpochCommitment memory c = _commitment(_nextCutoff());
        bytes32 digest = settlement.digestOf(c);
        bytes memory good = _sign(committeeKeys[0], digest);
        for (uint256 way = 0; way < SPOILS; ++way) {
            bytes memory spoiled = _spoil(good, way);
            (address recovered, ECDSA.RecoverError problem, bytes32 argument) = ECDSA.tryRecover(digest, spoiled);
            bytes memory error = abi.encodeWithSelector(ISettlement.Settlement_NoBond.selector, recovered, 0, STAKE);
            if (problem == ECDSA.RecoverError.InvalidSignature) {
                error = abi.encodeWithSelector(ECDSA.ECDSAInvalidSignature.selector);
            } else if (problem == ECDSA.RecoverError.InvalidSignatureLength) {
                error = abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureLength.selector, uint256(argument));
            } else if (problem == ECDSA.RecoverError.InvalidSignatureS) {
                error = abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, argument);
            }
            vm.expectRevert(error);
            settlement.postAlone(c, spoiled, _deltas());
        }
        settlement.postAlone(c, good, _deltas());
        assertEq(settlement.latest(), c.epoch);
    }
}
