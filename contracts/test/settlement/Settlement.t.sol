// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlement as Say} from "../../src/interfaces/ISettlement.sol";
import {EpochCommitment, IntentTerms, NodeProof} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

contract SettlementTest is Statements {
    IntentTerms private _t;
    bytes32 private _id;

    function setUp() public override {
        super.setUp();
        (_t, _id) = _open(alice, aliceKey, 20e6, 1);
        _setLeaf(_id, 2e6, 1, 0);
    }

    function test_Attest_RevertGiven_UnknownOrVoided() external {
        uint32 epoch = _nextCutoff();
        EpochCommitment memory c = _commitment(epoch);
        bytes memory signatures = _signatures(c, 3);
        vm.expectRevert(abi.encodeWithSelector(Say.Settlement_UnknownEpoch.selector, epoch));
        settlement.attest(c, signatures);
        _post(c, 1);
        vm.prank(address(payOnUsage));
        settlement.voidEpoch(epoch, "why");
        vm.expectRevert(abi.encodeWithSelector(Say.Settlement_EpochVoided.selector, epoch));
        settlement.attest(c, signatures);
    }

    function test_Attest_RevertWhen_AnotherRoot() external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        _post(c, 1);
        bytes32 root = c.root;
        c.root = "x";
        bytes memory signatures = _signatures(c, 3);
        vm.expectRevert(abi.encodeWithSelector(Say.Settlement_WrongRoot.selector, bytes32("x"), root));
        settlement.attest(c, signatures);
        c.root = root;
        c.cutoff += 1;
        vm.expectRevert(abi.encodeWithSelector(Say.Settlement_WrongCutoff.selector, c.cutoff, c.cutoff - 1));
        settlement.attest(c, signatures);
    }

    function test_Attest_RevertWhen_NoMoreWeight() external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        _post(c, 2);
        bytes memory signatures = _signatures(c, 1);
        vm.expectRevert(abi.encodeWithSelector(Say.Settlement_NoMoreWeight.selector, 3_334, 6_667));
        settlement.attest(c, signatures);
    }

    function test_Attest_StartsTheFastWindow() external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        _post(c, 1);
        skip(3 hours);
        assertFalse(settlement.isFinal(c.epoch, BOOK_A));
        bytes memory signatures = _signatures(c, 2);
        vm.expectEmit();
        emit Say.EpochAttested(c.epoch, 6_667, true);
        settlement.attest(c, signatures);
        skip(FAST - 1);
        assertFalse(settlement.isFinal(c.epoch, BOOK_A));
        skip(1);
        assertTrue(settlement.isFinal(c.epoch, BOOK_A));
    }

    function test_Settle_RevertWhen_ProofCount() external {
        uint32 epoch = _postNext(3);
        vm.expectRevert(abi.encodeWithSelector(Say.Settlement_ProofCount.selector, 0, 2));
        settlement.settle(epoch, _books(), new NodeProof[](0));
    }

    function test_Settle_RevertWhen_TooLittleGas() external {
        uint32 epoch = _postNext(3);
        skip(FAST);
        NodeProof[] memory nodes = _nodes();
        vm.expectPartialRevert(Say.Settlement_NotEnoughGas.selector);
        settlement.settle{gas: 260_000}(epoch, _books(), nodes);
    }

    function test_Settle_SkipsABookThatCannotBePaid() external {
        _chargeBookB();
        uint32 epoch = _postNext(3);
        skip(FAST);
        usdc.blacklist(payoutA);
        NodeProof[] memory nodes = _nodes();
        vm.expectEmit(true, true, false, false);
        emit Say.BookNotSettled(epoch, BOOK_A, "");
        assertEq(settlement.settle(epoch, _books(), nodes), 3e6);
        assertEq(usdc.balanceOf(payoutB), 2.97e6);
        usdc.unBlacklist(payoutA);
        assertEq(settlement.settle(epoch, _books(), nodes), 2e6);
    }

    function test_Settle_PaysSeveralBooks() external {
        _chargeBookB();
        uint32 epoch = _postNext(3);
        skip(FAST);
        assertEq(settlement.settle(epoch, _books(), _nodes()), 5e6);
        assertEq(usdc.balanceOf(payoutA), 1.98e6);
        assertEq(usdc.balanceOf(payoutB), 2.97e6);
    }

    function test_FreezeBook_RevertWhen_NotPayOnUsage() external {
        uint32 epoch = _postNext(3);
        vm.expectRevert(
            abi.encodeWithSelector(Say.Settlement_NotPayOnUsage.selector, address(this), address(payOnUsage))
        );
        settlement.freezeBook(BOOK_A, epoch, "why");
    }

    function test_FreezeBook_RevertGiven_SlowFinal() external {
        uint32 epoch = _postNext(3);
        skip(SLOW);
        vm.expectRevert(abi.encodeWithSelector(Say.Settlement_AlreadyFinal.selector, epoch));
        vm.prank(address(payOnUsage));
        settlement.freezeBook(BOOK_A, epoch, "why");
    }

    function test_FreezeBook_KeepsTheEarlier() external {
        uint32 earlier = _postNext(3);
        uint32 later = _postNext(3);
        vm.startPrank(address(payOnUsage));
        settlement.freezeBook(BOOK_A, earlier, "why");
        settlement.freezeBook(BOOK_A, later, "why");
        assertEq(settlement.frozenFrom(BOOK_A), earlier);
    }

    function test_FreezeBook_FromAnEarlierEpochStill() external {
        uint32 earlier = _postNext(3);
        uint32 later = _postNext(3);
        vm.startPrank(address(payOnUsage));
        settlement.freezeBook(BOOK_A, later, "why");
        settlement.freezeBook(BOOK_A, earlier, "why");
        assertEq(settlement.frozenFrom(BOOK_A), earlier);
        assertEq(escrow.leafEpochs(BOOK_A).length, 0);
    }

    function test_FreezeBook_StopsOneBook() external {
        uint32 epoch = _postNext(3);
        skip(FAST);
        vm.expectEmit();
        emit Say.BookFrozen(BOOK_A, epoch, "why");
        vm.prank(address(payOnUsage));
        settlement.freezeBook(BOOK_A, epoch, "why");
        assertFalse(settlement.isFinal(epoch, BOOK_A));
        assertTrue(settlement.isFinal(epoch, BOOK_B));
    }

    function test_FreezeBook_KeepsTheLastGoodRoot() external {
        uint32 good = _postNext(3);
        skip(SLOW);
        uint32 bad = _postNext(3);
        vm.prank(address(payOnUsage));
        settlement.freezeBook(BOOK_A, bad, "why");
        for (uint256 i = 0; i < 70; ++i) {
            _postNext(1);
        }
        assertEq(settlement.epochOf(good).epoch, 0);
        uint32[] memory epochs = escrow.leafEpochs(BOOK_A);
        assertEq(epochs.length, 1);
        assertEq(epochs[0], good);
        // And what was final before can still be claimed.
        assertEq(escrow.claim(good, BOOK_A, tree.nodeProof(BOOK_A)), 2e6);
    }

    function test_VoidEpoch_RevertWhen_NotPayOnUsage() external {
        uint32 epoch = _postNext(3);
        vm.expectRevert(
            abi.encodeWithSelector(Say.Settlement_NotPayOnUsage.selector, address(this), address(payOnUsage))
        );
        settlement.voidEpoch(epoch, "why");
    }

    function test_VoidEpoch_RevertGiven_SlowFinal() external {
        uint32 epoch = _postNext(3);
        skip(SLOW);
        vm.expectRevert(abi.encodeWithSelector(Say.Settlement_AlreadyFinal.selector, epoch));
        vm.prank(address(payOnUsage));
        settlement.voidEpoch(epoch, "why");
    }

    function test_VoidEpoch_TakesTheRootBack() external {
        uint32 good = _postNext(3);
        _setLeaf(_id, 9e6, 2, 0);
        uint32 bad = _postNext(3);
        vm.expectEmit();
        emit Say.EpochVoided(bad, "why");
        vm.prank(address(payOnUsage));
        settlement.voidEpoch(bad, "why");
        assertEq(settlement.latest(), good);
        skip(SLOW);
        assertFalse(settlement.isFinal(bad, BOOK_A));
        // The next epoch follows the good one, and may be lower than the bad one.
        _setLeaf(_id, 3e6, 2, 0);
        assertEq(settlement.latest(), good);
        uint32 next = _postNext(3);
        assertEq(settlement.latest(), next);
    }

    function test_VoidEpoch_OfARootWithoutQuorumLeavesItToAQuorum() external {
        uint32 epoch = _postNext(1);
        vm.prank(address(payOnUsage));
        settlement.voidEpoch(epoch, "why");
        _post(_commitment(epoch), 3);
        assertEq(settlement.latest(), epoch);
        skip(FAST);
        assertTrue(settlement.isFinal(epoch, BOOK_A));
    }

    function test_SpendFast_RevertWhen_NotEscrow() external {
        vm.expectRevert(abi.encodeWithSelector(Say.Settlement_NotEscrow.selector, address(this), address(escrow)));
        settlement.spendFast(1, 1);
    }

    function test_SpendFast_StopsAtTheBudget() external {
        uint32 epoch = _postNext(3);
        vm.startPrank(address(escrow));
        assertEq(settlement.spendFast(epoch, 14_000e6), 14_000e6);
        assertEq(settlement.spendFast(epoch, 2_000e6), 1_000e6);
        assertEq(settlement.spendFast(epoch, 1), 0);
    }

    function test_SpendFast_GrantsAgainAfterTheSlowWindow() external {
        uint32 epoch = _postNext(3);
        vm.startPrank(address(escrow));
        settlement.spendFast(epoch, 15_000e6);
        skip(SLOW);
        // Still counted: the window before the present one.
        assertEq(settlement.spendFast(epoch, 1), 0);
        skip(SLOW);
        assertEq(settlement.spendFast(epoch, 15_000e6), 15_000e6);
    }

    function _chargeBookB() private {
        IntentTerms memory terms = _terms(bob);
        bytes32 id = _fund(terms, 50e6);
        _activate(_activation(terms, BOOK_B, bobKey));
        _setLeaf(id, 3e6, 1, 0);
    }

    function _nodes() private view returns (NodeProof[] memory nodes) {
        nodes = new NodeProof[](2);
        (nodes[0], nodes[1]) = (tree.nodeProof(BOOK_A), tree.nodeProof(BOOK_B));
    }
}
