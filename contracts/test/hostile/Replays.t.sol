// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IntentEscrow} from "../../src/IntentEscrow.sol";
import {PayOnUsage} from "../../src/PayOnUsage.sol";
import {Settlement} from "../../src/Settlement.sol";
import {IIntentEscrowEvents as Say} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {IPayOnUsage} from "../../src/interfaces/IPayOnUsage.sol";
import {
    Auth3009Bytes,
    CloseConsent,
    EpochCommitment,
    IntentState,
    IntentTerms,
    LeafProof,
    UsageVoucher
} from "../../src/interfaces/DataTypes.sol";
import {Quorum} from "../../src/libraries/Quorum.sol";
import {Statements} from "../money/Statements.sol";

/// @notice What was signed for one escrow on one chain, shown on another chain and to an escrow beside it, where the same
/// intents exist in the same state: an intent's id says nothing of chain or escrow, so that only signatures can tell.
contract ReplaysTest is Statements {
    uint256 private constant ELSEWHERE = 8453;

    IntentTerms private _t;
    bytes32 private _id;

    /// @notice Three contracts that belong together.
    struct Money {
        IntentEscrow escrow;
        Settlement settlement;
        PayOnUsage payOnUsage;
    }

    Money private _first;
    Money private _second;

    function setUp() public override {
        super.setUp();
        _first = Money(escrow, settlement, payOnUsage);
        _deployMoney();
        _second = Money(escrow, settlement, payOnUsage);
        _use(_first);
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(i == 0 ? alice : bob);
            usdc.approve(address(_second.escrow), type(uint256).max);
        }
    }

    function _use(Money memory money) private {
        (escrow, settlement, payOnUsage) = (money.escrow, money.settlement, money.payOnUsage);
    }

    /// @dev The same intent in both escrows, open in both by what was signed for each.
    function _openInBoth() private {
        _use(_second);
        (, bytes32 other) = _open(alice, aliceKey, 20e6, 1);
        _use(_first);
        (_t, _id) = _open(alice, aliceKey, 20e6, 1);
        assertEq(other, _id, "one id in both");
    }

    function _heldInBoth() private {
        _t = _terms(alice);
        _use(_second);
        _fund(_t, 20e6);
        _use(_first);
        _id = _fund(_t, 20e6);
    }

    /// @dev Tries what was signed for the first escrow: on another chain, then at the escrow beside it. By a call from
    /// outside, so that both get the arguments as they are.
    function _elsewhereThenBeside(bytes memory attempt) private {
        uint256 state = vm.snapshotState();
        vm.chainId(ELSEWHERE);
        Address.functionCall(address(this), attempt);
        vm.revertToState(state);
        _use(_second);
        Address.functionCall(address(this), attempt);
        vm.revertToState(state);
    }

    function test_Replay_Activate() external {
        _heldInBoth();
        Activation memory a = _activation(_t, BOOK_A, aliceKey);
        _elsewhereThenBeside(abi.encodeCall(this.activateReverts, (a)));
        _activate(a);
        assertEq(uint8(_stateOf(_id)), uint8(IntentState.Open));
    }

    function activateReverts(Activation memory a) external {
        vm.expectRevert(
            abi.encodeWithSelector(
                Say.IntentEscrow_InvalidCarrierSignature.selector, a.carrierKey, _digestOf(a.receipt)
            )
        );
        _activate(a);
        // A carrier that signs everywhere does not make the traveller's consent good: it names the receipt's digest.
        bytes32 receiptDigest = _digestOf(a.receipt);
        bytes32 named = a.consent.receiptDigest;
        a.carrierSignature = _sign(provisioningKey, receiptDigest);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_ReceiptMismatch.selector, named, receiptDigest));
        _activate(a);
        // Nor the consent or the pairing that was signed for the other, were it to name this one.
        a.consent.receiptDigest = receiptDigest;
        bytes32 digest = _digestOf(a.consent);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_InvalidPayerSignature.selector, alice, digest));
        _activate(a);
        a.binding = _binding(aliceKey);
        vm.expectRevert(
            abi.encodeWithSelector(Say.IntentEscrow_InvalidDeviceSignature.selector, a.binding.device, digest)
        );
        _activate(a);
        // All that was wrong were the signatures.
        a.consentSignature = _sign(deviceKey, digest);
        _activate(a);
    }

    function test_Replay_RedeemVoucher() external {
        _openInBoth();
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(_id, 3e6, 1);
        _elsewhereThenBeside(abi.encodeCall(this.redeemReverts, (voucher, signature)));
        assertEq(payOnUsage.redeemVoucher(_t, voucher, signature, _binding(aliceKey), new LeafProof[](0)), 3e6);
    }

    function redeemReverts(UsageVoucher memory voucher, bytes memory signature) external {
        bytes memory error = abi.encodeWithSelector(
            IPayOnUsage.PayOnUsage_InvalidSignature.selector, vm.addr(deviceKey), _digestOf(voucher)
        );
        vm.expectRevert(error);
        payOnUsage.redeemVoucher(_t, voucher, signature, _binding(aliceKey), new LeafProof[](0));
        signature = _sign(deviceKey, _digestOf(voucher));
        assertEq(payOnUsage.redeemVoucher(_t, voucher, signature, _binding(aliceKey), new LeafProof[](0)), 3e6);
    }

    function test_Replay_CloseInstant() external {
        _openInBoth();
        CloseConsent memory consent = CloseConsent(_id, 4e6, 1, uint40(block.timestamp + 1 hours));
        bytes32 digest = _digestOf(consent);
        (bytes memory byCarrier, bytes memory byPayer) = (_sign(usageKey, digest), _sign(aliceKey, digest));
        _elsewhereThenBeside(abi.encodeCall(this.closeReverts, (consent, byCarrier, byPayer)));
        assertEq(_close(consent, byCarrier, byPayer), 16e6);
    }

    function _close(CloseConsent memory consent, bytes memory byCarrier, bytes memory byPayer)
        private
        returns (uint64)
    {
        return escrow.closeInstant(_t, consent, vm.addr(usageKey), byCarrier, byPayer, new LeafProof[](0), false);
    }

    function closeReverts(CloseConsent memory consent, bytes memory byCarrier, bytes memory byPayer) external {
        bytes32 digest = _digestOf(consent);
        bytes memory error =
            abi.encodeWithSelector(Say.IntentEscrow_InvalidCarrierSignature.selector, vm.addr(usageKey), digest);
        vm.expectRevert(error);
        _close(consent, byCarrier, byPayer);
        byCarrier = _sign(usageKey, digest);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_InvalidPayerSignature.selector, alice, digest));
        _close(consent, byCarrier, byPayer);
        assertEq(_close(consent, byCarrier, _sign(aliceKey, digest)), 16e6);
    }

    function test_Replay_CreateAndFund() external {
        _t = _terms(alice);
        Auth3009Bytes memory authorization = _authorization();
        _elsewhereThenBeside(abi.encodeCall(this.createReverts, (authorization)));
        uint256 wallet = usdc.balanceOf(alice);
        escrow.createAndFund(_t, 20e6, authorization);
        assertEq(wallet - usdc.balanceOf(alice), 20e6);
        // Once: the authorization is used up, and the id is taken.
        bytes32 id = escrow.intentIdOf(_t);
        vm.expectRevert(
            abi.encodeWithSelector(Say.IntentEscrow_WrongState.selector, id, IntentState.Held, IntentState.None)
        );
        escrow.createAndFund(_t, 20e6, authorization);
    }

    function createReverts(Auth3009Bytes memory authorization) external {
        uint256 wallet = usdc.balanceOf(alice);
        vm.expectRevert("FiatTokenV2: invalid signature");
        escrow.createAndFund(_t, 20e6, authorization);
        assertEq(uint8(_stateOf(escrow.intentIdOf(_t))), uint8(IntentState.None));
        assertEq(usdc.balanceOf(alice), wallet);
        escrow.createAndFund(_t, 20e6, _authorization());
        assertEq(wallet - usdc.balanceOf(alice), 20e6);
    }

    function _authorization() private view returns (Auth3009Bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                usdc.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(),
                alice,
                address(escrow),
                20e6,
                0,
                type(uint256).max,
                escrow.intentIdOf(_t)
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", usdc.DOMAIN_SEPARATOR(), structHash));
        return Auth3009Bytes(0, type(uint256).max, _sign(aliceKey, digest));
    }

    function test_Replay_PostEpoch() external {
        _openInBoth();
        _setLeaf(_id, 3e6, 1, 0);
        EpochCommitment memory c = _commitment(_nextCutoff());
        bytes memory signatures = _signatures(c, 3);
        bytes memory alone = _sign(committeeKeys[0], settlement.digestOf(c));
        _elsewhereThenBeside(abi.encodeCall(this.postReverts, (c, signatures, alone)));
        settlement.postEpoch(c, signatures, _deltas());
        assertEq(settlement.latest(), c.epoch);
    }

    function postReverts(EpochCommitment memory c, bytes memory signatures, bytes memory alone) external {
        bytes32 digest = settlement.digestOf(c);
        assertEq(digest, _digestOfCommitment(c), "by the type string");
        (bytes32 r, bytes32 vs) = abi.decode(signatures, (bytes32, bytes32));
        address stranger = ECDSA.recover(digest, r, vs);
        vm.expectRevert(abi.encodeWithSelector(Quorum.Quorum_NotInTurn.selector, 0, stranger));
        settlement.postEpoch(c, signatures, _deltas());
        // Of one that signed there nothing can be taken here, whatever is proven.
        assertNotEq(ECDSA.recover(digest, alone), committee[0]);
        settlement.postEpoch(c, _signatures(c, 3), _deltas());
        assertEq(settlement.latest(), c.epoch);
    }

    function _digestOfCommitment(EpochCommitment memory c) private view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "EpochCommitment(uint32 epoch,uint40 cutoff,bytes32 root,uint64 total,uint64 coSigned,bytes32 prevRoot,bytes32 dataHash,uint64 fromBlock,uint64 toBlock,bytes32 eventsRoot,uint32 policyVersion,uint32 committeeVersion)"
        );
        return _typed(keccak256(abi.encode(typeHash, c)));
    }

    /// A committee that signed one root here and another there has told nobody two things.
    function test_Replay_ProveEquivocation() external {
        _openInBoth();
        _setLeaf(_id, 3e6, 1, 0);
        EpochCommitment memory c = _commitment(_nextCutoff());
        bytes memory here = _sign(committeeKeys[0], settlement.digestOf(c));
        EpochCommitment memory d = _commitment(c.epoch);
        d.root = "another";
        bytes memory there = _sign(committeeKeys[0], _second.settlement.digestOf(d));
        bytes memory error = abi.encodeWithSelector(
            IPayOnUsage.PayOnUsage_InvalidSignature.selector, committee[0], settlement.digestOf(d)
        );
        vm.expectRevert(error);
        payOnUsage.proveEquivocation(committee[0], c, here, d, there);
        there = _sign(committeeKeys[0], settlement.digestOf(d));
        payOnUsage.proveEquivocation(committee[0], c, here, d, there);
        assertEq(attestors.stakeOf(committee[0]), 0);
    }
}
