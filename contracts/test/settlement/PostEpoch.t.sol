// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttestors} from "../../src/interfaces/IAttestors.sol";
import {ISettlement as Say} from "../../src/interfaces/ISettlement.sol";
import {EpochCommitment, EpochRecord, IntentTerms} from "../../src/interfaces/DataTypes.sol";
import {Quorum} from "../../src/libraries/Quorum.sol";
import {Statements} from "../money/Statements.sol";

contract PostEpochTest is Statements {
    IntentTerms private _t;
    bytes32 private _id;

    function setUp() public override {
        super.setUp();
        (_t, _id) = _open(alice, aliceKey, 20e6, 1);
        _setLeaf(_id, 2e6, 1, 0);
    }

    function test_PostEpoch_RevertWhen_Early() external {
        uint32 epoch = uint32(block.timestamp / EPOCH);
        uint256 cutoff = (uint256(epoch) + 1) * EPOCH;
        _reverts(
            _commitment(epoch),
            abi.encodeWithSelector(Say.Settlement_OutsideWindow.selector, block.timestamp, cutoff, cutoff + POSTING)
        );
    }

    function test_PostEpoch_RevertWhen_Late() external {
        uint32 epoch = _nextCutoff();
        uint256 cutoff = vm.getBlockTimestamp();
        skip(POSTING + 1);
        bytes memory late = abi.encodeWithSelector(
            Say.Settlement_OutsideWindow.selector, cutoff + POSTING + 1, cutoff, cutoff + POSTING
        );
        _reverts(_commitment(epoch), late);
    }

    function test_PostEpoch_RevertWhen_WrongCutoff() external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        c.cutoff -= 1;
        _reverts(c, abi.encodeWithSelector(Say.Settlement_WrongCutoff.selector, c.cutoff, c.cutoff + 1));
    }

    function test_PostEpoch_RevertWhen_NotAfterLatest() external {
        uint32 epoch = _postNext(3);
        _reverts(_commitment(epoch), abi.encodeWithSelector(Say.Settlement_NotAfterLatest.selector, epoch, epoch));
    }

    function test_PostEpoch_RevertWhen_WrongPrevRoot() external {
        _postNext(3);
        bytes32 root = tree.root().hash;
        EpochCommitment memory c = _commitment(_nextCutoff());
        c.prevRoot = "x";
        _reverts(c, abi.encodeWithSelector(Say.Settlement_WrongPrevRoot.selector, bytes32("x"), root));
    }

    function test_PostEpoch_RevertWhen_BlocksDoNotFollow() external {
        _postNext(3);
        EpochCommitment memory c = _commitment(_nextCutoff());
        c.fromBlock += 1;
        _reverts(
            c, abi.encodeWithSelector(Say.Settlement_WrongBlocks.selector, c.fromBlock, c.toBlock, c.fromBlock - 1)
        );
    }

    function test_PostEpoch_RevertWhen_BlockInTheFuture() external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        c.toBlock = uint64(block.number);
        _reverts(c, abi.encodeWithSelector(Say.Settlement_WrongBlocks.selector, c.fromBlock, c.toBlock, c.fromBlock));
    }

    function test_PostEpoch_RevertWhen_SumsFell() external {
        _postNext(3);
        _setLeaf(_id, 2e6 - 1, 1, 0);
        _reverts(
            _commitment(_nextCutoff()),
            abi.encodeWithSelector(Say.Settlement_SumsFell.selector, 2e6 - 1, 2e6 - 1, 2e6, 2e6)
        );
    }

    function test_PostEpoch_RevertWhen_CoSignedAboveTotal() external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        c.coSigned = c.total + 1;
        _reverts(c, abi.encodeWithSelector(Say.Settlement_SumsFell.selector, c.total, c.coSigned, 0, 0));
    }

    function test_PostEpoch_RevertWhen_WrongData() external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        c.dataHash = "x";
        _reverts(c, abi.encodeWithSelector(Say.Settlement_WrongData.selector, keccak256(_deltas()), bytes32("x")));
    }

    function test_PostEpoch_RevertWhen_Unsigned() external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        vm.expectRevert(Say.Settlement_Unsigned.selector);
        settlement.postEpoch(c, "", _deltas());
    }

    function test_PostEpoch_RevertWhen_SignatureCut() external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        bytes memory signatures = bytes.concat(_signatures(c, 2), hex"00");
        vm.expectRevert(abi.encodeWithSelector(Quorum.Quorum_Malformed.selector, 129));
        settlement.postEpoch(c, signatures, _deltas());
    }

    function test_PostEpoch_RevertWhen_SignatureOfAnother() external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        bytes memory signatures = bytes.concat(_signatures(c, 1), _compact(bobKey, settlement.digestOf(c)));
        vm.expectRevert(abi.encodeWithSelector(Quorum.Quorum_NotInTurn.selector, 1, bob));
        settlement.postEpoch(c, signatures, _deltas());
    }

    function test_PostEpoch_RevertWhen_SignatureOfSomethingElse() external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        bytes memory signatures = _signatures(c, 3);
        c.eventsRoot = "else";
        vm.expectPartialRevert(Quorum.Quorum_NotInTurn.selector);
        settlement.postEpoch(c, signatures, _deltas());
    }

    function test_PostEpoch_RevertWhen_SignerTwice() external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        bytes memory signatures = bytes.concat(_signatures(c, 1), _signatures(c, 1));
        vm.expectRevert(abi.encodeWithSelector(Quorum.Quorum_NotInTurn.selector, 1, committee[0]));
        settlement.postEpoch(c, signatures, _deltas());
    }

    function test_PostEpoch_RevertWhen_WrongCommittee() external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        c.committeeVersion += 1;
        _reverts(
            c,
            abi.encodeWithSelector(Say.Settlement_WrongCommittee.selector, c.committeeVersion, c.committeeVersion - 1)
        );
    }

    function test_PostEpoch_RevertGiven_AnotherWithoutQuorum() external {
        uint32 epoch = _nextCutoff();
        EpochCommitment memory c = _commitment(epoch);
        _post(c, 1);
        bytes memory signatures = _signatures(c, 1);
        vm.expectRevert(abi.encodeWithSelector(Say.Settlement_NoMoreWeight.selector, 3_334, 6_667));
        settlement.postEpoch(c, signatures, _deltas());
    }

    function test_PostEpoch_QuorumReplaces() external {
        uint32 before = _postNext(3);
        bytes32 prevRoot = tree.root().hash;
        EpochCommitment memory honest = _commitment(_nextCutoff());
        _setLeaf(_id, 9e6, 7, 0);
        EpochCommitment memory alone = _commitment(honest.epoch);
        _post(alone, 1);
        assertEq(settlement.epochOf(alone.epoch).root, alone.root);
        assertEq(settlement.postingUntil(), block.timestamp + POSTING);
        bytes memory signatures = _signatures(honest, 2);
        settlement.postEpoch(honest, signatures, _deltas());
        assertEq(settlement.epochOf(honest.epoch).root, prevRoot);
        assertEq(settlement.postingUntil(), 0);
        vm.prank(address(payOnUsage));
        settlement.voidEpoch(honest.epoch, "why");
        assertEq(settlement.latest(), before);
    }

    function test_PostEpoch_RevertGiven_VoidedWithQuorum() external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        _post(c, 3);
        vm.prank(address(payOnUsage));
        settlement.voidEpoch(c.epoch, "why");
        _reverts(c, abi.encodeWithSelector(Say.Settlement_EpochVoided.selector, c.epoch));
    }

    function test_PostEpoch_KeepsTheRoot() external {
        uint32 epoch = _nextCutoff();
        EpochCommitment memory c = _commitment(epoch);
        bytes memory signatures = _signatures(c, 3);
        assertEq(settlement.nextFromBlock(), 0);
        vm.expectEmit();
        emit Say.UsageCommitted(epoch, c.root, 2e6, 2e6, 0, c.dataHash, uint40(block.timestamp), 10_000);
        settlement.postEpoch(c, signatures, _deltas());
        EpochRecord memory record = settlement.epochOf(epoch);
        assertEq(record.root, c.root);
        assertEq(record.total, 2e6);
        assertEq(record.postedAt, block.timestamp);
        assertEq(record.quorumAfter, 0);
        assertEq(settlement.latest(), epoch);
        assertEq(settlement.nextFromBlock(), c.toBlock + 1);
        assertEq(settlement.postingUntil(), 0);
    }

    function test_PostEpoch_TwoOfThreeAreAQuorum() external {
        uint32 epoch = _postNext(2);
        assertEq(settlement.epochOf(epoch).weight, 6_667);
        assertFalse(settlement.isFinal(epoch, BOOK_A));
        skip(FAST);
        assertTrue(settlement.isFinal(epoch, BOOK_A));
    }

    function test_PostEpoch_AfterARotation() external {
        uint32 epoch = _nextCutoff();
        EpochCommitment memory c = _commitment(epoch);
        skip(1);
        attestors.rotateCommittee(committee);
        _post(c, 3);
        assertEq(settlement.latest(), epoch);
    }

    function test_PostEpoch_MaySkipEpochs() external {
        _postNext(3);
        skip(5 * uint256(EPOCH));
        _setLeaf(_id, 3e6, 2, 0);
        uint32 epoch = _postNext(3);
        assertEq(settlement.latest(), epoch);
    }

    function test_PostEpoch_KeepsTheLast64() external {
        uint32 first = _postNext(1);
        for (uint256 i = 0; i < 63; ++i) {
            _postNext(1);
        }
        assertEq(settlement.epochOf(first).epoch, first);
        _postNext(1);
        assertEq(settlement.epochOf(first).epoch, 0);
    }

    function _reverts(EpochCommitment memory commitment, bytes memory error) private {
        bytes memory signatures = _signatures(commitment, 3);
        vm.expectRevert(error);
        settlement.postEpoch(commitment, signatures, _deltas());
    }
}
