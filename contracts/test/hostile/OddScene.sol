// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    BookRecord,
    CloseConsent,
    CloseOrder,
    IntentTerms,
    LeafProof,
    NodeProof,
    UsageVoucher
} from "../../src/interfaces/DataTypes.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {OddWorld} from "./OddWorld.sol";

/// @notice A moment at which every step of the escrow would go through: intents of one traveller in every state, a root
/// that is beyond challenge, a claim due in two books, fees to sweep, a balance.
abstract contract OddScene is OddWorld {
    /// @notice The state-changing functions of the escrow, and those of its partners that move its money. What follows
    /// `Settle` has no turn of its own.
    enum Step {
        CreateIntent,
        FundIntent,
        CreateAndFund,
        CreateFromBalance,
        Refund,
        Activate,
        Claim,
        CloseInstant,
        CloseBatch,
        RefundFinal,
        RefundConfirmed,
        Rollover,
        RequestExit,
        CounterExit,
        CancelExit,
        FinalizeExit,
        Replenish,
        WithdrawBalance,
        SweepFees,
        Multicall,
        RedeemVoucher,
        Settle,
        TrimExit,
        ReleaseToCarrier
    }

    uint64 internal constant BALANCE = 14e6;
    uint64 internal constant STEP = 2e6;

    address internal traveller;
    uint256 internal travellerKey;
    uint32 internal epoch;
    mapping(Step step => IntentTerms) internal termsFor;
    uint256 private _salt = 1_000;

    /// @dev Who travels: an account with a key, or a contract that approves any signature.
    function _traveller() internal virtual returns (address, uint256) {
        return (alice, aliceKey);
    }

    function setUp() public virtual override {
        super.setUp();
        (traveller, travellerKey) = _traveller();
        Step[9] memory inBookA = [
            Step.CloseInstant,
            Step.CloseBatch,
            Step.RefundFinal,
            Step.RefundConfirmed,
            Step.Rollover,
            Step.RequestExit,
            Step.CancelExit,
            Step.FinalizeExit,
            Step.RedeemVoucher
        ];
        for (uint256 i = 0; i < inBookA.length; ++i) {
            (termsFor[inBookA[i]],) = _opened(traveller, travellerKey, BOOK_A, i);
        }
        (IntentTerms memory toBalance, bytes32 balanced) = _opened(traveller, travellerKey, BOOK_A, 98);
        (, bytes32 inBookB) = _opened(bob, bobKey, BOOK_B, 99);
        vm.prank(traveller);
        escrow.requestExit(termsFor[Step.FinalizeExit], 1e6, new LeafProof[](0));
        _setLeaf(inBookB, 4e6, 1, 0);
        uint32 before = _postNext(3);
        skip(FAST);
        escrow.claim(before, BOOK_B, tree.nodeProof(BOOK_B));
        _setLeaf(inBookB, 8e6, 2, 0);
        _setLeaf(balanced, 6e6, 1, FINAL);
        for (uint256 i = 0; i < inBookA.length; ++i) {
            if (i < 5) _setLeaf(escrow.intentIdOf(termsFor[inBookA[i]]), 6e6, 1, FINAL);
        }
        epoch = _postNext(3);
        skip(EXIT + COUNTER / 2);
        LeafProof memory leaf = _leafProofs(balanced)[0];
        vm.prank(traveller);
        escrow.refundFinal(toBalance, epoch, leaf, true);
        // A young exit, which evidence can still prolong.
        LeafProof[] memory leaves = _leafProofs(escrow.intentIdOf(termsFor[Step.CancelExit]));
        vm.prank(traveller);
        escrow.requestExit(termsFor[Step.CancelExit], 1e6, leaves);
        Step[3] memory held = [Step.FundIntent, Step.Refund, Step.Activate];
        for (uint256 i = 0; i < held.length; ++i) {
            termsFor[held[i]] = _held(traveller, 200 + i);
        }
        vm.prank(traveller);
        odd.approve(address(escrow), type(uint256).max);
        assertEq(escrow.balanceOf(traveller), BALANCE);
        _assertSolvent("before");
    }

    /// @dev The call of a step, to be made by the traveller.
    function _call(Step step) internal returns (address target, bytes memory data) {
        target = address(escrow);
        IntentTerms memory terms = termsFor[step];
        if (step == Step.CreateIntent) return (target, abi.encodeCall(escrow.createIntent, (_fresh())));
        if (step == Step.FundIntent) return (target, abi.encodeCall(escrow.fundIntent, (terms, STEP)));
        if (step == Step.CreateAndFund) {
            terms = _fresh();
            bytes4 selector = bytes4(
                keccak256(
                    "createAndFund((address,bytes32,bytes32,uint64,uint64,uint64,uint64,uint64,uint40,uint40,uint32,uint64,uint256),uint64,(uint256,uint256,bytes))"
                )
            );
            data = abi.encodeWithSelector(selector, terms, STEP, _authorization(terms, STEP, travellerKey));
            return (target, data);
        }
        if (step == Step.CreateFromBalance) {
            return (target, abi.encodeCall(escrow.createFromBalance, (_fresh(), STEP)));
        }
        if (step == Step.Refund) return (target, abi.encodeCall(escrow.refund, (terms)));
        if (step == Step.Activate) return (target, _encode(_activation(terms, BOOK_A, travellerKey)));
        if (step == Step.Claim) {
            return (target, abi.encodeCall(escrow.claim, (epoch, BOOK_A, tree.nodeProof(BOOK_A))));
        }
        if (step == Step.Replenish) return (target, abi.encodeCall(escrow.replenish, (BOOK_A, STEP)));
        if (step == Step.WithdrawBalance) {
            return (target, abi.encodeCall(escrow.withdrawBalance, (STEP, traveller)));
        }
        if (step == Step.SweepFees) return (target, abi.encodeCall(escrow.sweepFees, (_books())));
        if (step == Step.Multicall) {
            bytes[] memory calls = new bytes[](1);
            calls[0] = abi.encodeCall(escrow.withdrawBalance, (STEP, traveller));
            return (target, abi.encodeCall(Multicall.multicall, (calls)));
        }
        if (step == Step.Settle) {
            NodeProof[] memory nodes = new NodeProof[](2);
            (nodes[0], nodes[1]) = (tree.nodeProof(BOOK_A), tree.nodeProof(BOOK_B));
            return (address(settlement), abi.encodeCall(settlement.settle, (epoch, _books(), nodes)));
        }
        if (step == Step.ReleaseToCarrier) {
            bytes32 id = escrow.intentIdOf(termsFor[Step.RedeemVoucher]);
            return (target, abi.encodeCall(escrow.releaseToCarrier, (id, 0, STEP)));
        }
        return _endCall(step, terms);
    }

    /// @dev The steps that end an intent, or begin to.
    function _endCall(Step step, IntentTerms memory terms) private returns (address target, bytes memory data) {
        target = address(escrow);
        if (step == Step.CounterExit || step == Step.TrimExit) terms = termsFor[Step.CancelExit];
        bytes32 id = escrow.intentIdOf(terms);
        LeafProof[] memory leaves = _leafProofs(id);
        if (step == Step.CloseInstant || step == Step.CloseBatch) return (target, _closeCall(step, terms, id, leaves));
        if (step == Step.RefundFinal) {
            return (target, abi.encodeCall(escrow.refundFinal, (terms, epoch, leaves[0], false)));
        }
        if (step == Step.RefundConfirmed) {
            data = abi.encodeCall(escrow.refundConfirmed, (terms, epoch, leaves[0], epoch, leaves[0]));
            return (target, data);
        }
        if (step == Step.Rollover) {
            return (target, abi.encodeCall(escrow.rollover, (terms, epoch, leaves[0], _fresh(), STEP)));
        }
        if (step == Step.RequestExit) return (target, abi.encodeCall(escrow.requestExit, (terms, 1e6, leaves)));
        if (step == Step.CancelExit) return (target, abi.encodeCall(escrow.cancelExit, (terms)));
        if (step == Step.FinalizeExit) return (target, abi.encodeCall(escrow.finalizeExit, (terms, leaves)));
        if (step == Step.TrimExit) return (target, abi.encodeCall(escrow.trimExit, (terms, leaves[0])));
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(id, 3e6, 1);
        if (step == Step.CounterExit) {
            data = abi.encodeCall(escrow.counterExit, (terms, voucher, signature, _binding(travellerKey)));
            return (target, data);
        }
        data = abi.encodeCall(payOnUsage.redeemVoucher, (terms, voucher, signature, _binding(travellerKey), leaves));
        return (address(payOnUsage), data);
    }

    function _closeCall(Step step, IntentTerms memory terms, bytes32 id, LeafProof[] memory leaves)
        private
        view
        returns (bytes memory)
    {
        CloseConsent memory consent = CloseConsent(id, 7e6, 1, uint40(block.timestamp + 1 hours));
        bytes memory signature = _sign(usageKey, _digestOf(consent));
        address key = vm.addr(usageKey);
        if (step == Step.CloseInstant) {
            return abi.encodeCall(escrow.closeInstant, (terms, consent, key, signature, "", leaves, false));
        }
        CloseOrder[] memory orders = new CloseOrder[](1);
        orders[0] = CloseOrder(terms, consent, key, signature, "", leaves);
        return abi.encodeCall(escrow.closeBatch, (orders, false));
    }

    function _fresh() private returns (IntentTerms memory terms) {
        terms = _terms(traveller);
        terms.salt = _salt++;
        ids.push(escrow.intentIdOf(terms));
    }

    /// @dev A fingerprint of what the escrow keeps of all that the steps touch.
    function _records() internal view returns (bytes32 print) {
        for (uint256 i = 0; i < ids.length; ++i) {
            print = keccak256(abi.encode(print, escrow.intentOf(ids[i]), escrow.exitOf(ids[i])));
        }
        print = keccak256(abi.encode(print, escrow.balanceOf(traveller), odd.balanceOf(address(escrow))));
        for (uint32 book = BOOK_A; book <= BOOK_B; ++book) {
            BookRecord memory bucket = escrow.bookOf(book);
            print = keccak256(abi.encode(print, bucket, escrow.feesOf(book), escrow.outflowOf(book)));
        }
    }
}
