// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIntentEscrowEvents as Say} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {IntentState, IntentTerms} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

contract ActivateReceiptsTest is Statements {
    IntentTerms private _held;
    bytes32 private _id;

    function setUp() public override {
        super.setUp();
        _held = _terms(alice);
        _id = _fund(_held, 20e6);
    }

    /// @dev The consent is to this intent and to the very receipt that is shown; only the receipt is of another profile.
    function test_Activate_RevertWhen_OnlyTheReceiptIsOfAnotherIntent() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        a.receipt.intentId = keccak256("another");
        _refused(a, abi.encodeWithSelector(Say.IntentEscrow_IntentMismatch.selector, a.receipt.intentId, _id));
    }

    function test_Activate_RevertWhen_OnlyTheReceiptIsOfAnotherBook() external {
        Activation memory a = _activation(_held, BOOK_A, aliceKey);
        a.receipt.book = BOOK_B;
        _refused(a, abi.encodeWithSelector(Say.IntentEscrow_BookMismatch.selector, BOOK_B, BOOK_A));
    }

    function _refused(Activation memory a, bytes memory reason) private {
        a.consent.receiptDigest = _digestOf(a.receipt);
        a.carrierSignature = _sign(provisioningKey, a.consent.receiptDigest);
        a.consentSignature = _sign(deviceKey, _digestOf(a.consent));
        vm.expectRevert(reason);
        _activate(a);
        assertEq(uint8(_stateOf(_id)), uint8(IntentState.Held));
    }
}
