// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IntentTerms, LeafProof} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

/// @notice What vouchers released is gone: no exit holds it back or returns it.
contract WatermarksTest is Statements {
    IntentTerms private _t;
    bytes32 private _id;

    function setUp() public override {
        super.setUp();
        (_t, _id) = _open(alice, aliceKey, 20e6, 1);
        // Another's money lies in the same book: what is held or returned too much would be his.
        _open(bob, bobKey, 50e6, 2);
        vm.prank(address(payOnUsage));
        escrow.releaseToCarrier(_id, 0, 8e6);
        vm.prank(alice);
        escrow.requestExit(_t, 1e6, new LeafProof[](0));
    }

    function test_RequestExit_HoldsNothingOfTheWatermark() external view {
        assertEq(escrow.exitOf(_id).hold, 12e6);
        assertEq(escrow.bookOf(BOOK_A).ceiling, 58e6);
        assertEq(escrow.exitOf(_id).charge, 8e6);
    }

    function test_FinalizeExit_ChargesTheWatermark() external {
        skip(EXIT);
        assertEq(escrow.finalizeExit(_t, new LeafProof[](0)), 12e6);
        assertEq(escrow.intentOf(_id).settled, 8e6);
        assertEq(escrow.bookOf(BOOK_A).ceiling - escrow.bookOf(BOOK_A).claimed, 50e6);
    }
}
