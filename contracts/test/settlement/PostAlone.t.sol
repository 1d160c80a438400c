// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ISettlement as Say} from "../../src/interfaces/ISettlement.sol";
import {EpochCommitment, EpochRecord, IntentTerms} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

/// @notice Posting when the committee is silent.
contract PostAloneTest is Statements {
    IntentTerms private _t;
    bytes32 private _id;
    uint32 private _last;
    address private _staker;
    uint256 private _stakerKey;

    function setUp() public override {
        super.setUp();
        (_t, _id) = _open(alice, aliceKey, 20e6, 1);
        _setLeaf(_id, 2e6, 1, 0);
        _last = _postNext(3);
        (_staker, _stakerKey) = makeAddrAndKey("staker");
        _stake(STAKE);
    }

    function test_PostAlone_RevertGiven_OneEpochMissed() external {
        skip(1 days);
        EpochCommitment memory c = _commitment(_nextCutoff());
        assertEq(c.epoch, _last + 2);
        bytes memory signature = _signed(c);
        vm.expectRevert(abi.encodeWithSelector(Say.Settlement_NotMissed.selector, c.epoch, c.epoch + 1));
        settlement.postAlone(c, signature, _deltas());
    }

    function test_PostAlone_RevertGiven_TooLittleStake() external {
        EpochCommitment memory c = _late();
        bytes memory signature = _signed(c);
        vm.prank(_staker);
        attestors.requestUnstake(1);
        vm.expectRevert(abi.encodeWithSelector(Say.Settlement_NoBond.selector, _staker, STAKE - 1, STAKE));
        settlement.postAlone(c, signature, _deltas());
    }

    function test_PostAlone_RevertWhen_SignatureWrong() external {
        EpochCommitment memory c = _late();
        bytes memory signature = _signed(c);
        c.eventsRoot = "else";
        // It recovers to somebody, who has no stake.
        vm.expectPartialRevert(Say.Settlement_NoBond.selector);
        settlement.postAlone(c, signature, _deltas());
        vm.expectPartialRevert(ECDSA.ECDSAInvalidSignatureLength.selector);
        settlement.postAlone(c, hex"00", _deltas());
    }

    function test_PostAlone_RevertWhen_Late() external {
        EpochCommitment memory c = _late();
        bytes memory signature = _signed(c);
        skip(POSTING + 1);
        vm.expectPartialRevert(Say.Settlement_OutsideWindow.selector);
        settlement.postAlone(c, signature, _deltas());
    }

    function test_PostAlone_RevertWhen_WrongData() external {
        EpochCommitment memory c = _late();
        bytes memory signature = _signed(c);
        vm.expectPartialRevert(Say.Settlement_WrongData.selector);
        settlement.postAlone(c, signature, "others");
    }

    function test_PostAlone_CountsAfterTheSlowWindow() external {
        _setLeaf(_id, 6e6, 2, FINAL);
        EpochCommitment memory c = _late();
        vm.prank(relayer);
        settlement.postAlone(c, _signed(c), _deltas());
        EpochRecord memory record = settlement.epochOf(c.epoch);
        assertEq(record.root, c.root);
        assertEq(record.weight, 0);
        skip(SLOW - 1);
        assertFalse(settlement.isFinal(c.epoch, BOOK_A));
        skip(1);
        assertTrue(settlement.isFinal(c.epoch, BOOK_A));
        // A day after the posting the next window is open: the refund waits for its end.
        skip(POSTING + 1);
        assertEq(escrow.refundFinal(_t, c.epoch, tree.leafProof(BOOK_A, 0), false), 14e6);
    }

    function test_PostAlone_QuorumReplaces() external {
        EpochCommitment memory honest = _late();
        _setLeaf(_id, 9e6, 7, 0);
        EpochCommitment memory alone = _commitment(honest.epoch);
        settlement.postAlone(alone, _signed(alone), _deltas());
        assertEq(settlement.postingUntil(), block.timestamp + POSTING);
        settlement.postEpoch(honest, _signatures(honest, 2), _deltas());
        assertEq(settlement.epochOf(honest.epoch).root, honest.root);
    }

    function test_PostAlone_CostsTheWholeStakeWhenWrong() external {
        _setLeaf(_id, 21e6, 2, 0);
        EpochCommitment memory c = _late();
        bytes memory signature = _signed(c);
        settlement.postAlone(c, signature, _deltas());
        vm.startPrank(relayer);
        payOnUsage.proveOverEscrow(c.epoch, _id, tree.leafProof(BOOK_A, 0));
        assertEq(payOnUsage.slashSigner(c, _staker, signature), STAKE);
        assertEq(attestors.stakeOf(_staker), 0);
        // Taken back whole: no book is frozen by one who posted alone.
        assertEq(settlement.latest(), _last);
        assertEq(settlement.frozenFrom(BOOK_A), 0);
    }

    function test_PostAlone_IsNotOpenToAYoungSettlement() external {
        vm.warp(block.timestamp + 400 days);
        _deployMoney();
        uint32 made = uint32(block.timestamp / EPOCH);
        EpochCommitment memory c = _commitment(_nextCutoff());
        c.fromBlock = 1;
        c.prevRoot = 0;
        bytes memory signature = _signed(c);
        vm.expectRevert(abi.encodeWithSelector(Say.Settlement_NotMissed.selector, made, made + 3));
        settlement.postAlone(c, signature, _deltas());
    }

    function _late() private returns (EpochCommitment memory) {
        skip(2 days);
        return _commitment(_nextCutoff());
    }

    function _signed(EpochCommitment memory c) private view returns (bytes memory) {
        return _sign(_stakerKey, settlement.digestOf(c));
    }

    function _stake(uint96 amount) private {
        usdc.mint(_staker, amount);
        vm.startPrank(_staker);
        usdc.approve(address(attestors), amount);
        attestors.stake(amount);
        vm.stopPrank();
    }
}
