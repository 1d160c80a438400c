// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IGuardianPause as Say} from "../../src/interfaces/IGuardianPause.sol";
import {IIntentEscrowEvents} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {CloseConsent, IntentTerms, LeafProof, NodeProof} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

/// @notice The guardian's pause, where it is asked: in the escrow.
contract PauseTest is Statements {
    uint8 private constant FUND = 1;
    uint8 private constant CLAIM = 2;

    address private _guardian = makeAddr("guardian");
    address private _governor = makeAddr("governor");
    IntentTerms private _t;
    bytes32 private _id;

    function setUp() public override {
        super.setUp();
        compliance.grantRole(compliance.GUARDIAN(), _guardian);
        compliance.grantRole(compliance.GOVERNOR(), _governor);
        (_t, _id) = _open(alice, aliceKey, 20e6, 1);
    }

    function test_Pause_RevertWhen_NotGuardian() external {
        bytes32 role = compliance.GUARDIAN();
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, _governor, role)
        );
        vm.prank(_governor);
        compliance.pause(FUND, 1 hours);
    }

    function test_Pause_RevertWhen_TooLongOrNothing() external {
        vm.startPrank(_guardian);
        vm.expectRevert(abi.encodeWithSelector(Say.GuardianPause_InvalidDuration.selector, 72 hours + 1, 72 hours));
        compliance.pause(FUND, 72 hours + 1);
        vm.expectRevert(abi.encodeWithSelector(Say.GuardianPause_InvalidDuration.selector, 0, 72 hours));
        compliance.pause(FUND, 0);
    }

    function testFuzz_Pause_RevertWhen_NeitherFundNorClaim(uint8 operation) external {
        vm.assume(operation != FUND && operation != CLAIM);
        vm.expectRevert(abi.encodeWithSelector(Say.GuardianPause_NeverPaused.selector, operation));
        vm.prank(_guardian);
        compliance.pause(operation, 1 hours);
        assertTrue(compliance.check(alice, operation));
    }

    function test_Pause_RevertGiven_NoRestSinceTheLast() external {
        vm.startPrank(_guardian);
        compliance.pause(FUND, 72 hours);
        uint256 free = block.timestamp + 144 hours;
        vm.warp(free - 1);
        vm.expectRevert(abi.encodeWithSelector(Say.GuardianPause_TooSoon.selector, FUND, free));
        compliance.pause(FUND, 1 hours);
        vm.warp(free);
        compliance.pause(FUND, 1 hours);
        assertEq(compliance.pausedUntil(FUND), free + 1 hours);
    }

    function test_Pause_StopsNewMoneyAndEndsByItself() external {
        vm.prank(_guardian);
        vm.expectEmit();
        emit Say.Paused(FUND, uint40(block.timestamp + 72 hours), _guardian);
        compliance.pause(FUND, 72 hours);
        IntentTerms memory terms = _terms(bob);
        terms.provisionBy += 10 days;
        vm.startPrank(bob);
        escrow.createIntent(terms);
        vm.expectRevert(abi.encodeWithSelector(IIntentEscrowEvents.IntentEscrow_Refused.selector, bob, FUND));
        escrow.fundIntent(terms, 20e6);
        skip(72 hours);
        escrow.fundIntent(terms, 20e6);
        assertEq(escrow.intentOf(escrow.intentIdOf(terms)).funded, 20e6);
    }

    function test_Pause_StopsCarriersPayouts() external {
        _setLeaf(_id, 6e6, 1, 0);
        uint32 epoch = _postNext(3);
        skip(FAST);
        vm.prank(_guardian);
        compliance.pause(CLAIM, 72 hours);
        NodeProof memory node = tree.nodeProof(BOOK_A);
        vm.expectRevert(abi.encodeWithSelector(IIntentEscrowEvents.IntentEscrow_Refused.selector, payoutA, CLAIM));
        escrow.claim(epoch, BOOK_A, node);
        // The other operation goes on.
        _fund(_terms(bob), 20e6);
        vm.prank(_guardian);
        compliance.endPause(CLAIM);
        assertEq(escrow.claim(epoch, BOOK_A, node), 6e6);
    }

    function test_Pause_NeverStopsAWayOut() external {
        IntentTerms memory held = _terms(bob);
        _fund(held, 20e6);
        (IntentTerms memory closing, bytes32 closingId) = _open(bob, bobKey, 20e6, 2);
        (IntentTerms memory ending, bytes32 endingId) = _open(bob, bobKey, 20e6, 3);
        _setLeaf(endingId, 6e6, 1, FINAL);
        uint32 epoch = _postNext(3);
        skip(FAST);
        vm.startPrank(_guardian);
        compliance.pause(FUND, 72 hours);
        compliance.pause(CLAIM, 72 hours);
        vm.stopPrank();
        CloseConsent memory consent = CloseConsent(closingId, 2e6, 1, uint40(block.timestamp + 1 hours));
        bytes memory byCarrier = _sign(usageKey, _digestOf(consent));
        LeafProof[] memory leaves = _leafProofs(closingId);
        vm.startPrank(bob);
        escrow.refund(held);
        escrow.closeInstant(closing, consent, vm.addr(usageKey), byCarrier, "", leaves, true);
        escrow.refundFinal(ending, epoch, tree.leafProof(BOOK_A, 2), false);
        escrow.withdrawBalance(18e6, bob);
        vm.stopPrank();
        assertEq(usdc.balanceOf(bob), 10_000e6 - 8e6);
        vm.startPrank(alice);
        escrow.requestExit(_t, 2e6, _leafProofs(_id));
        skip(EXIT - 1 hours);
        vm.stopPrank();
        vm.prank(_governor);
        compliance.renewPause(FUND, 72 hours);
        skip(1 hours + POSTING);
        leaves = _leafProofs(_id);
        vm.prank(alice);
        assertEq(escrow.finalizeExit(_t, leaves), 18e6);
    }

    function test_RenewPause_RevertWhen_NotGovernor() external {
        vm.startPrank(_guardian);
        compliance.pause(FUND, 1 hours);
        bytes32 role = compliance.GOVERNOR();
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, _guardian, role)
        );
        compliance.renewPause(FUND, 1 hours);
    }

    function test_RenewPause_OnceOnly() external {
        vm.prank(_guardian);
        compliance.pause(FUND, 1 hours);
        uint40 until = uint40(block.timestamp + 73 hours);
        vm.startPrank(_governor);
        vm.expectRevert(abi.encodeWithSelector(Say.GuardianPause_InvalidDuration.selector, 72 hours + 1, 72 hours));
        compliance.renewPause(FUND, 72 hours + 1);
        compliance.renewPause(FUND, 72 hours);
        assertEq(compliance.pausedUntil(FUND), until);
        vm.expectRevert(abi.encodeWithSelector(Say.GuardianPause_NotRenewable.selector, FUND, until));
        compliance.renewPause(FUND, 1);
    }

    function test_RenewPause_RevertGiven_NotPaused() external {
        vm.startPrank(_governor);
        vm.expectRevert(abi.encodeWithSelector(Say.GuardianPause_NotRenewable.selector, CLAIM, 0));
        compliance.renewPause(CLAIM, 1 hours);
    }

    function test_RenewPause_AgainAfterAnotherPause() external {
        vm.prank(_guardian);
        compliance.pause(CLAIM, 1 hours);
        vm.prank(_governor);
        compliance.renewPause(CLAIM, 1 hours);
        skip(74 hours);
        vm.prank(_guardian);
        compliance.pause(CLAIM, 1 hours);
        vm.prank(_governor);
        compliance.renewPause(CLAIM, 1 hours);
        assertEq(compliance.pausedUntil(CLAIM), block.timestamp + 2 hours);
        assertEq(compliance.pausedUntil(FUND), 0);
    }

    function test_EndPause_ByGuardianOrGovernorOnly() external {
        vm.prank(_guardian);
        compliance.pause(FUND, 72 hours);
        bytes32 role = compliance.GUARDIAN();
        vm.expectRevert(abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, bob, role));
        vm.prank(bob);
        compliance.endPause(FUND);
        vm.prank(_governor);
        compliance.endPause(FUND);
        assertTrue(compliance.check(alice, FUND));
        vm.expectRevert(abi.encodeWithSelector(Say.GuardianPause_NotPaused.selector, FUND));
        vm.prank(_guardian);
        compliance.endPause(FUND);
        // The rest of 72 hours counts from here.
        vm.expectPartialRevert(Say.GuardianPause_TooSoon.selector);
        vm.prank(_guardian);
        compliance.pause(FUND, 1 hours);
    }
}
