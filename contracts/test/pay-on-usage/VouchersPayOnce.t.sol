// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPayOnUsage as Say} from "../../src/interfaces/IPayOnUsage.sol";
import {DeviceBinding, IntentTerms, LeafProof, UsageVoucher} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

/// @notice Vouchers are cumulative: a later one pays what it adds, the same one again nothing.
contract VouchersPayOnceTest is Statements {
    function test_RedeemVoucher_PaysOnlyWhatItAdds() external {
        (IntentTerms memory terms, bytes32 intentId) = _open(alice, aliceKey, 20e6, 1);
        _open(bob, bobKey, 50e6, 2);
        DeviceBinding memory paired = _binding(aliceKey);
        LeafProof[] memory none = new LeafProof[](0);
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(intentId, 5e6, 1);
        assertEq(payOnUsage.redeemVoucher(terms, voucher, signature, paired, none), 5e6);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_NothingToRelease.selector, 5e6, 5e6));
        payOnUsage.redeemVoucher(terms, voucher, signature, paired, none);
        (voucher, signature) = _voucher(intentId, 7e6, 2);
        assertEq(payOnUsage.redeemVoucher(terms, voucher, signature, paired, none), 2e6);
        assertEq(escrow.bookOf(BOOK_A).claimed, 7e6);
        assertEq(usdc.balanceOf(payoutA), 7e6 - escrow.feesOf(BOOK_A));
    }
}
