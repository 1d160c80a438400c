// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIntentEscrowEvents as Say} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {Auth3009, Auth3009Bytes, IntentRecord, IntentState, IntentTerms} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

contract FundingTest is Statements {
    function test_CreateIntent_RevertWhen_NotPayer() external {
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotPayer.selector, address(this), alice));
        escrow.createIntent(_terms(alice));
    }

    function test_CreateIntent_RevertWhen_NoPayer() external {
        vm.prank(address(0));
        _expectInvalid("payer");
        escrow.createIntent(_terms(address(0)));
    }

    function test_CreateIntent_RevertWhen_ProvisionByIsOver() external {
        IntentTerms memory terms = _terms(alice);
        terms.provisionBy = uint40(block.timestamp);
        _expectInvalid("provisionBy");
        vm.prank(alice);
        escrow.createIntent(terms);
    }

    function test_CreateIntent_RevertWhen_DeadlineBeforeProvisionBy() external {
        IntentTerms memory terms = _terms(alice);
        terms.deadline = terms.provisionBy;
        _expectInvalid("deadline");
        vm.prank(alice);
        escrow.createIntent(terms);
    }

    function test_CreateIntent_RevertWhen_DepositOutOfRange() external {
        IntentTerms memory terms = _terms(alice);
        terms.maxDeposit = LIMIT + 1;
        _expectInvalid("maxDeposit");
        vm.prank(alice);
        escrow.createIntent(terms);
        terms.maxDeposit = 0;
        _expectInvalid("maxDeposit");
        vm.prank(alice);
        escrow.createIntent(terms);
    }

    function test_CreateIntent_RevertWhen_FeeAboveDeposit() external {
        IntentTerms memory terms = _terms(alice);
        terms.activationFee = terms.maxDeposit + 1;
        _expectInvalid("activationFee");
        vm.prank(alice);
        escrow.createIntent(terms);
    }

    function test_CreateIntent_RevertWhen_UnknownFlags() external {
        IntentTerms memory terms = _terms(alice);
        terms.flags = 2;
        _expectInvalid("flags");
        vm.prank(alice);
        escrow.createIntent(terms);
    }

    function test_CreateIntent_RevertGiven_Exists() external {
        IntentTerms memory terms = _terms(alice);
        bytes32 intentId = _fund(terms, 1e6);
        _expectState(intentId, IntentState.Held, IntentState.None);
        vm.prank(alice);
        escrow.createIntent(terms);
    }

    function test_CreateIntent_RevertGiven_RefundedBefore() external {
        IntentTerms memory terms = _terms(alice);
        bytes32 intentId = _fund(terms, 1e6);
        vm.startPrank(alice);
        escrow.refund(terms);
        _expectState(intentId, IntentState.Closed, IntentState.None);
        escrow.createIntent(terms);
    }

    function test_CreateIntent_RegistersWithoutMoney() external {
        IntentTerms memory terms = _terms(alice);
        bytes32 intentId = escrow.intentIdOf(terms);
        vm.expectEmit();
        emit Say.IntentCreated(intentId, alice, terms.booksHash, terms.planCommit, terms.provisionBy, terms.deadline);
        vm.prank(alice);
        assertEq(escrow.createIntent(terms), intentId);
        assertEq(uint8(_stateOf(intentId)), uint8(IntentState.Created));
        assertEq(usdc.balanceOf(address(escrow)), 0);
    }

    function test_FundIntent_RevertWhen_NotPayer() external {
        IntentTerms memory terms = _terms(alice);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotPayer.selector, bob, alice));
        vm.prank(bob);
        escrow.fundIntent(terms, 1);
    }

    function test_FundIntent_RevertWhen_Zero() external {
        IntentTerms memory terms = _terms(alice);
        vm.startPrank(alice);
        escrow.createIntent(terms);
        vm.expectRevert(Say.IntentEscrow_ZeroAmount.selector);
        escrow.fundIntent(terms, 0);
    }

    function test_FundIntent_RevertWhen_AboveDeposit() external {
        IntentTerms memory terms = _terms(alice);
        _fund(terms, terms.maxDeposit);
        vm.expectRevert(
            abi.encodeWithSelector(
                Say.IntentEscrow_DepositExceeded.selector, uint256(terms.maxDeposit) + 1, terms.maxDeposit
            )
        );
        vm.prank(alice);
        escrow.fundIntent(terms, 1);
    }

    function test_FundIntent_RevertWhen_Refused() external {
        IntentTerms memory terms = _terms(alice);
        vm.prank(alice);
        escrow.createIntent(terms);
        sanctions.setSanctioned(alice, true);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_Refused.selector, alice, 1));
        vm.prank(alice);
        escrow.fundIntent(terms, 1e6);
        sanctions.setSanctioned(alice, false);
        // A hook that fails says no to money that comes in.
        vm.etch(address(compliance), hex"fe");
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_Refused.selector, alice, 1));
        vm.prank(alice);
        escrow.fundIntent(terms, 1e6);
    }

    function test_FundIntent_RevertGiven_WrongState() external {
        IntentTerms memory terms = _terms(alice);
        bytes32 intentId = escrow.intentIdOf(terms);
        vm.startPrank(alice);
        _expectState(intentId, IntentState.None, IntentState.Held);
        escrow.fundIntent(terms, 1e6);
        vm.stopPrank();
        _fund(terms, 1e6);
        vm.startPrank(alice);
        escrow.refund(terms);
        _expectState(intentId, IntentState.Closed, IntentState.Held);
        escrow.fundIntent(terms, 1e6);
    }

    function test_FundIntent_RevertGiven_ProvisionByIsOver() external {
        IntentTerms memory terms = _terms(alice);
        vm.prank(alice);
        escrow.createIntent(terms);
        vm.warp(uint256(terms.provisionBy) + 1);
        _expectExpired(terms.provisionBy);
        vm.prank(alice);
        escrow.fundIntent(terms, 1e6);
    }

    function test_FundIntent_HoldsAndTopsUp() external {
        IntentTerms memory terms = _terms(alice);
        bytes32 intentId = _fund(terms, 3e6);
        vm.expectEmit();
        emit Say.IntentFunded(intentId, alice, 4e6, 7e6);
        vm.prank(alice);
        escrow.fundIntent(terms, 4e6);
        IntentRecord memory intent = escrow.intentOf(intentId);
        assertEq(intent.funded, 7e6);
        assertEq(uint8(intent.state), uint8(IntentState.Held));
        assertEq(usdc.balanceOf(address(escrow)), 7e6);
    }

    function test_FundIntent_RevertGiven_DeadlineIsOver() external {
        (IntentTerms memory terms,) = _open(alice, aliceKey, 20e6, 1);
        vm.warp(terms.deadline);
        _expectExpired(terms.deadline);
        vm.prank(alice);
        escrow.fundIntent(terms, 1e6);
    }

    function test_FundIntent_RevertGiven_BookFrozen() external {
        (IntentTerms memory terms,) = _open(alice, aliceKey, 20e6, 1);
        uint32 epoch = _postNext(3);
        vm.prank(address(payOnUsage));
        settlement.freezeBook(BOOK_A, epoch, "why");
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_BookFrozen.selector, BOOK_A));
        vm.prank(alice);
        escrow.fundIntent(terms, 1e6);
    }

    function test_FundIntent_TopsUpTheBook() external {
        (IntentTerms memory terms, bytes32 intentId) = _open(alice, aliceKey, 20e6, 1);
        vm.prank(alice);
        escrow.fundIntent(terms, 5e6);
        assertEq(escrow.intentOf(intentId).funded, 25e6);
        assertEq(escrow.bookOf(BOOK_A).ceiling, 25e6);
    }

    function test_CreateAndFund_ByAnybodyWithTheSignature() external {
        IntentTerms memory terms = _terms(alice);
        Auth3009 memory authorization = _authorize(terms, 9e6);
        vm.prank(relayer);
        bytes32 intentId = escrow.createAndFund(terms, 9e6, authorization);
        assertEq(escrow.intentOf(intentId).funded, 9e6);
        assertEq(uint8(_stateOf(intentId)), uint8(IntentState.Held));
        assertEq(usdc.balanceOf(address(escrow)), 9e6);
    }

    function test_CreateAndFund_RevertWhen_OtherTerms() external {
        IntentTerms memory terms = _terms(alice);
        Auth3009 memory authorization = _authorize(terms, 9e6);
        terms.pricePerGB += 1;
        vm.expectRevert("FiatTokenV2: invalid signature");
        escrow.createAndFund(terms, 9e6, authorization);
    }

    function test_CreateAndFund_RevertWhen_OtherAmount() external {
        IntentTerms memory terms = _terms(alice);
        Auth3009 memory authorization = _authorize(terms, 9e6);
        vm.expectRevert("FiatTokenV2: invalid signature");
        escrow.createAndFund(terms, 8e6, authorization);
    }

    function test_CreateAndFund_ByAnAccount() external {
        address account = address(new OneKeyAccount(alice));
        usdc.mint(account, 9e6);
        IntentTerms memory terms = _terms(account);
        Auth3009Bytes memory authorization;
        authorization.validBefore = block.timestamp + 1;
        bytes32 digest = _authorizationDigest(terms, 9e6, authorization.validBefore);
        authorization.signature = _sign(aliceKey, digest);
        bytes32 intentId = escrow.createAndFund(terms, 9e6, authorization);
        assertEq(escrow.intentOf(intentId).funded, 9e6);
    }

    function test_CreateAndFund_RevertGiven_Exists() external {
        IntentTerms memory terms = _terms(alice);
        bytes32 intentId = _fund(terms, 1e6);
        Auth3009 memory authorization = _authorize(terms, 9e6);
        _expectState(intentId, IntentState.Held, IntentState.None);
        escrow.createAndFund(terms, 9e6, authorization);
    }

    function _authorize(IntentTerms memory terms, uint64 amount) private view returns (Auth3009 memory authorization) {
        authorization.validBefore = block.timestamp + 1 hours;
        bytes32 digest = _authorizationDigest(terms, amount, authorization.validBefore);
        (authorization.v, authorization.r, authorization.s) = vm.sign(aliceKey, digest);
    }

    function _authorizationDigest(IntentTerms memory terms, uint64 amount, uint256 validBefore)
        private
        view
        returns (bytes32)
    {
        bytes32 structHash = keccak256(
            abi.encode(
                usdc.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(),
                terms.payer,
                address(escrow),
                uint256(amount),
                0,
                validBefore,
                escrow.intentIdOf(terms)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", usdc.DOMAIN_SEPARATOR(), structHash));
    }

    function _expectInvalid(bytes32 what) private {
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_InvalidTerms.selector, what));
    }

    function _expectState(bytes32 intentId, IntentState actual, IntentState expected) private {
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_WrongState.selector, intentId, actual, expected));
    }

    function _expectExpired(uint256 until) private {
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_Expired.selector, block.timestamp, until));
    }
}

/// @notice The least account: ERC-1271 by one key.
contract OneKeyAccount {
    address private immutable _owner;

    constructor(address owner) {
        _owner = owner;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (bytes32 r, bytes32 s, uint8 v) = (bytes32(signature[:32]), bytes32(signature[32:64]), uint8(signature[64]));
        return ecrecover(digest, v, r, s) == _owner ? bytes4(0x1626ba7e) : bytes4(0);
    }
}
