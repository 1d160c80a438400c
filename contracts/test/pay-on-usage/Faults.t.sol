// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPayOnUsage as Say} from "../../src/interfaces/IPayOnUsage.sol";
import {IntentTerms, LeafProof, NodeProof} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";
import {TreeInMemory} from "../money/TreeInMemory.sol";

contract FaultsTest is Statements {
    IntentTerms private _t;
    bytes32 private _id;
    bytes private constant NO_FAULT = abi.encodePacked(bytes4(keccak256("PayOnUsage_NoFault()")));

    function setUp() public override {
        super.setUp();
        (_t, _id) = _open(alice, aliceKey, 20e6, 1);
    }

    function _postLeaf(uint64 amount, uint32 seq, uint32 flags) private returns (uint32 epoch) {
        _setLeaf(_id, amount, seq, flags);
        return _postNext(3);
    }

    function _ours() private view returns (LeafProof memory) {
        return tree.leafProof(BOOK_A, 0);
    }

    function test_ProveSumMismatch_RevertWhen_Right() external {
        uint32 epoch = _postLeaf(3e6, 1, 0);
        NodeProof memory node = tree.nodeProofAt(5, (uint256(BOOK_A) << 20) >> 5);
        bytes memory children = tree.childrenOf(5, (uint256(BOOK_A) << 20) >> 5);
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveSumMismatch(epoch, 5, uint32(BOOK_A << 20) >> 5, node, children);
    }

    function test_ProveSumMismatch_RevertWhen_AnotherPreimage() external {
        uint32 epoch = _postLeaf(3e6, 1, 0);
        NodeProof memory node = tree.nodeProofAt(20, BOOK_A);
        bytes memory children = tree.childrenOf(19, BOOK_A << 1);
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveSumMismatch(epoch, 20, BOOK_A, node, children);
    }

    function test_ProveSumMismatch_RevertWhen_NoSuchLevel() external {
        uint32 epoch = _postLeaf(3e6, 1, 0);
        NodeProof memory node;
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_InvalidPlace.selector, 33, 0));
        payOnUsage.proveSumMismatch(epoch, 33, 0, node, "");
    }

    function test_ProveSumMismatch_RevertWhen_NothingWasPosted() external {
        uint32 epoch = _postLeaf(3e6, 1, 0);
        NodeProof memory node;
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_UnknownEpoch.selector, epoch + 1));
        payOnUsage.proveSumMismatch(epoch + 1, 5, 0, node, "");
    }

    /// @dev Attestors may have signed the hash of anything: what is neither a leaf nor two nodes shows no sums.
    function test_ProveSumMismatch_RevertWhen_ThePreimageIsNoNode() external {
        _setLeaf(_id, 3e6, 1, 0);
        bytes memory odd = new bytes(95);
        uint256 place = uint256(BOOK_A) << 20;
        tree.setNode(0, place + 4, TreeInMemory.Node(keccak256(odd), 1e6, 0));
        tree.setNode(4, (place >> 4) + 2, TreeInMemory.Node(keccak256(odd), 1e6, 0));
        uint32 epoch = _postNext(3);
        NodeProof memory leaf = tree.nodeProofAt(0, place + 4);
        NodeProof memory node = tree.nodeProofAt(4, (place >> 4) + 2);
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveSumMismatch(epoch, 0, uint32(place + 4), leaf, odd);
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveSumMismatch(epoch, 4, uint32(place >> 4) + 2, node, odd);
    }

    function test_ProveSumMismatch_FreezesTheBook() external {
        _setLeaf(_id, 3e6, 1, 0);
        uint256 place = (uint256(BOOK_A) << 20) >> 4;
        TreeInMemory.Node memory node = tree.nodeAt(4, place);
        node.total += 9e6;
        tree.setNode(4, place, node);
        uint32 epoch = _postNext(3);
        NodeProof memory proof = tree.nodeProofAt(4, place);
        vm.expectEmit();
        emit Say.FaultProven(epoch, BOOK_A, payOnUsage.proveSumMismatch.selector, address(this));
        payOnUsage.proveSumMismatch(epoch, 4, uint32(place), proof, tree.childrenOf(4, place));
        assertEq(settlement.frozenFrom(BOOK_A), epoch);
        assertEq(payOnUsage.faultOf(epoch, tree.root().hash).bps, 2_000);
    }

    function test_ProveSumMismatch_OfALeaf() external {
        _setLeaf(_id, 3e6, 1, 0);
        uint256 place = uint256(BOOK_A) << 20;
        TreeInMemory.Node memory node = tree.nodeAt(0, place);
        node.coSigned = 0;
        tree.setNode(0, place, node);
        uint32 epoch = _postNext(3);
        LeafProof memory leaf = _leaf(3e6, 1, 0);
        bytes memory preimage = bytes.concat(
            keccak256("GeSIM leaf v1"),
            _id,
            abi.encodePacked(leaf.amount, leaf.coSigned, leaf.bytesUsed, leaf.seq, leaf.flags),
            leaf.evidence
        );
        payOnUsage.proveSumMismatch(epoch, 0, uint32(place), tree.nodeProofAt(0, place), preimage);
        assertEq(settlement.frozenFrom(BOOK_A), epoch);
    }

    function test_ProveSumMismatch_VoidsTheEpoch() external {
        uint32 good = _postLeaf(3e6, 1, 0);
        TreeInMemory.Node memory node = tree.nodeAt(32, 0);
        node.total += 1e6;
        tree.setNode(32, 0, node);
        uint32 bad = _postNext(3);
        NodeProof memory proof = tree.nodeProofAt(32, 0);
        payOnUsage.proveSumMismatch(bad, 32, 0, proof, tree.childrenOf(32, 0));
        assertEq(settlement.latest(), good);
    }

    function test_ProveOverEscrow_RevertWhen_Within() external {
        uint32 epoch = _postLeaf(20e6, 1, 0);
        LeafProof memory leaf = _ours();
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveOverEscrow(epoch, _id, leaf);
    }

    function test_ProveOverEscrow_RevertGiven_NoIntent() external {
        uint32 epoch = _postLeaf(20e6 + 1, 1, 0);
        LeafProof memory leaf = _ours();
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveOverEscrow(epoch, "x", leaf);
    }

    function test_ProveOverEscrow_FreezesTheBook() external {
        uint32 epoch = _postLeaf(20e6 + 1, 1, 0);
        payOnUsage.proveOverEscrow(epoch, _id, _ours());
        assertEq(settlement.frozenFrom(BOOK_A), epoch);
        assertEq(payOnUsage.faultOf(epoch, tree.root().hash).challenger, address(this));
        assertEq(payOnUsage.faultOf(epoch, tree.root().hash).bps, 1_000);
    }

    function test_ProveOverEscrow_TakesARootWithoutQuorumBack() external {
        uint32 good = _postLeaf(3e6, 1, 0);
        _setLeaf(_id, 20e6 + 1, 2, 0);
        uint32 bad = _postNext(1);
        payOnUsage.proveOverEscrow(bad, _id, _ours());
        assertEq(settlement.latest(), good);
        assertEq(settlement.frozenFrom(BOOK_A), 0);
        assertEq(payOnUsage.faultOf(bad, tree.root().hash).bps, 10_000);
    }

    function test_ProveOverEscrow_RevertGiven_Frozen() external {
        uint32 epoch = _postLeaf(20e6 + 1, 1, 0);
        LeafProof memory leaf = _ours();
        payOnUsage.proveOverEscrow(epoch, _id, leaf);
        epoch = _postNext(3);
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveOverEscrow(epoch, _id, leaf);
    }

    function test_ProveOverEscrow_UnlikeTheClose() external {
        uint32 epoch = _postLeaf(3e6, 1, FINAL);
        skip(FAST);
        vm.startPrank(alice);
        escrow.refundFinal(_t, epoch, _ours(), false);
        vm.stopPrank();
        epoch = _postLeaf(4e6, 2, FINAL);
        payOnUsage.proveOverEscrow(epoch, _id, _ours());
        assertEq(settlement.frozenFrom(BOOK_A), epoch);
    }

    function test_ProveOverEscrow_RevertWhen_LikeTheClose() external {
        uint32 epoch = _postLeaf(3e6, 1, FINAL);
        skip(FAST);
        vm.startPrank(alice);
        escrow.refundFinal(_t, epoch, _ours(), false);
        vm.stopPrank();
        epoch = _postNext(3);
        LeafProof memory leaf = _ours();
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveOverEscrow(epoch, _id, leaf);
    }

    function test_ProveOverEscrow_RevertGiven_ClosedLater() external {
        uint32 epoch = _postLeaf(1, 1, FINAL);
        skip(FAST);
        LeafProof memory leaf = _ours();
        // Charged the fee, above the leaf of a root that is older than the close.
        vm.startPrank(alice);
        escrow.refundFinal(_t, epoch, leaf, false);
        vm.stopPrank();
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveOverEscrow(epoch, _id, leaf);
    }

    function test_ProveRegression_RevertWhen_Order() external {
        uint32 epoch = _postLeaf(3e6, 1, 0);
        LeafProof memory leaf = _ours();
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_EpochOrder.selector, epoch, epoch));
        payOnUsage.proveRegression(_id, epoch, leaf, epoch, leaf);
    }

    function test_ProveRegression_RevertWhen_NothingFell() external {
        uint32 older = _postLeaf(3e6, 1, 0);
        LeafProof memory before = _ours();
        uint32 newer = _postLeaf(4e6, 2, FINAL);
        LeafProof memory later = _ours();
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveRegression(_id, older, before, newer, later);
    }

    function test_ProveRegression_FreezesTheBook() external {
        uint32 older = _postLeaf(3e6, 1, 0);
        LeafProof memory before = _ours();
        tree.set("x", BOOK_B, 0, _leaf(5e6, 1, 0));
        uint32 newer = _postLeaf(2e6, 2, 0);
        payOnUsage.proveRegression(_id, older, before, newer, _ours());
        assertEq(settlement.frozenFrom(BOOK_A), newer);
        assertEq(settlement.frozenFrom(BOOK_B), 0);
    }

    function test_ProveRegression_OfAFinalLeaf() external {
        uint32 older = _postLeaf(3e6, 1, FINAL);
        LeafProof memory before = _ours();
        uint32 newer = _postLeaf(4e6, 2, FINAL);
        payOnUsage.proveRegression(_id, older, before, newer, _ours());
        assertEq(settlement.frozenFrom(BOOK_A), newer);
    }

    function test_ProveRegression_RevertWhen_FinalBecameTheClose() external {
        uint32 older = _postLeaf(1, 1, FINAL);
        LeafProof memory before = _ours();
        skip(FAST);
        vm.startPrank(alice);
        escrow.refundFinal(_t, older, before, false);
        vm.stopPrank();
        uint32 newer = _postLeaf(1e6, 2, FINAL);
        LeafProof memory later = _ours();
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveRegression(_id, older, before, newer, later);
    }

    function test_ProveRegression_RevertGiven_OlderIsFrozen() external {
        uint32 older = _postLeaf(30e6, 1, 0);
        LeafProof memory before = _ours();
        payOnUsage.proveOverEscrow(older, _id, before);
        tree.set("x", BOOK_B, 0, _leaf(50e6, 1, 0));
        uint32 newer = _postLeaf(3e6, 2, 0);
        LeafProof memory later = _ours();
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_UnknownEpoch.selector, older));
        payOnUsage.proveRegression(_id, older, before, newer, later);
    }

    function test_ProveTariff_RevertWhen_ByTheTariff() external {
        uint32 epoch = _postLeaf(6e6, 1, 0);
        LeafProof memory leaf = _ours();
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveTariff(epoch, _t, leaf);
    }

    function test_ProveTariff_RevertWhen_WatermarkIsAsHigh() external {
        vm.prank(address(payOnUsage));
        escrow.releaseToCarrier(_id, 0, 9e6);
        LeafProof memory leaf = _leaf(9e6, 1, 0);
        leaf.bytesUsed = 1;
        tree.set(_id, BOOK_A, 0, leaf);
        uint32 epoch = _postNext(3);
        leaf = _ours();
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveTariff(epoch, _t, leaf);
    }

    function test_ProveTariff_FreezesTheBook() external {
        LeafProof memory leaf = _leaf(6e6, 1, 0);
        leaf.bytesUsed = 1e9 - 1_000;
        tree.set(_id, BOOK_A, 0, leaf);
        uint32 epoch = _postNext(3);
        payOnUsage.proveTariff(epoch, _t, _ours());
        assertEq(settlement.frozenFrom(BOOK_A), epoch);
    }

    function test_ProveMisplaced_RevertWhen_Belongs() external {
        uint32 epoch = _postLeaf(3e6, 1, 0);
        LeafProof memory leaf = _ours();
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveMisplaced(epoch, BOOK_A, 0, _id, leaf);
    }

    function test_ProveMisplaced_RevertWhen_Empty() external {
        uint32 epoch = _postLeaf(3e6, 1, 0);
        LeafProof memory leaf = tree.leafProof(BOOK_A, 1);
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveMisplaced(epoch, BOOK_A, 1, "x", leaf);
    }

    function test_ProveMisplaced_RevertWhen_NoSuchPlace() external {
        uint32 epoch = _postLeaf(3e6, 1, 0);
        LeafProof memory leaf = _ours();
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_InvalidPlace.selector, 0, 1 << 20));
        payOnUsage.proveMisplaced(epoch, BOOK_A, 1 << 20, _id, leaf);
    }

    function test_ProveMisplaced_OfNobody() external {
        tree.set("x", BOOK_B, 0, _leaf(5e6, 1, 0));
        uint32 epoch = _postNext(3);
        payOnUsage.proveMisplaced(epoch, BOOK_B, 0, "x", tree.leafProof(BOOK_B, 0));
        assertEq(settlement.frozenFrom(BOOK_B), epoch);
    }

    function test_ProveMisplaced_BeforeItsActivation() external {
        IntentTerms memory terms = _terms(bob);
        terms.provisionBy += 1 days;
        bytes32 id = _fund(terms, 50e6);
        uint32 epoch = _nextCutoff();
        _activate(_activation(terms, BOOK_A, bobKey));
        _setLeaf(id, 5e6, 1, 0);
        _post(_commitment(epoch), 3);
        payOnUsage.proveMisplaced(epoch, BOOK_A, 1, id, tree.leafProof(BOOK_A, 1));
        assertEq(settlement.frozenFrom(BOOK_A), epoch);
    }

    function test_ProveUnallocated_RevertWhen_Empty() external {
        uint32 epoch = _postLeaf(3e6, 1, 0);
        NodeProof memory node = tree.nodeProofAt(19, (uint256(BOOK_A) << 1) | 1);
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveUnallocated(epoch, BOOK_A, 19, 1, node);
    }

    function test_ProveUnallocated_RevertWhen_Allocated() external {
        uint32 epoch = _postLeaf(3e6, 1, 0);
        NodeProof memory node = tree.nodeProofAt(19, uint256(BOOK_A) << 1);
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveUnallocated(epoch, BOOK_A, 19, 0, node);
    }

    function test_ProveUnallocated_RevertWhen_NoSuchPlace() external {
        NodeProof memory node;
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_InvalidPlace.selector, 20, 0));
        payOnUsage.proveUnallocated(1, BOOK_A, 20, 0, node);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_InvalidPlace.selector, 19, 2));
        payOnUsage.proveUnallocated(1, BOOK_A, 19, 2, node);
    }

    function test_ProveUnallocated_FreezesTheBook() external {
        _setLeaf(_id, 3e6, 1, 0);
        // Nobody knows what hashes to this, but it says that it is worth 9.
        tree.setNode(10, (uint256(BOOK_A) << 10) | 3, TreeInMemory.Node("withheld", 9e6, 0));
        uint32 epoch = _postNext(3);
        payOnUsage.proveUnallocated(epoch, BOOK_A, 10, 3, tree.nodeProofAt(10, (uint256(BOOK_A) << 10) | 3));
        assertEq(settlement.frozenFrom(BOOK_A), epoch);
    }
}
