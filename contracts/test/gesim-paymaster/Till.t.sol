// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GesimPaymaster} from "../../src/GesimPaymaster.sol";
import {IGesimPaymaster} from "../../src/interfaces/IGesimPaymaster.sol";
import {IPriceOracle} from "../../src/interfaces/IPriceOracle.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IEntryPointHash, Paymasters} from "./Paymasters.sol";

/// @dev Budgets, credit, pool, rate, and what the admin may do.
contract TillTest is Paymasters {
    function _denied(address who, bytes32 role) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, who, role);
    }

    function test_Paymaster_SetBudget_RevertWhen_NotOperator() public {
        vm.expectRevert(_denied(address(this), paymaster.OPERATOR()));
        paymaster.setBudget(address(account), 1, 1);
    }

    function test_Paymaster_SetBudget_Replaces() public {
        vm.startPrank(operator);
        paymaster.setBudget(address(account), 9e6, 100);
        vm.expectEmit(address(paymaster));
        emit IGesimPaymaster.BudgetSet(address(account), 5e6, 200);
        paymaster.setBudget(address(account), 5e6, 200);
        IGesimPaymaster.Purse memory purse = paymaster.purseOf(address(account));
        assertEq(purse.budgetMicros, 5e6);
        assertEq(purse.budgetValidUntil, 200);
    }

    function test_Paymaster_TopUp_RevertWhen_Zero() public {
        vm.expectRevert(IGesimPaymaster.GesimPaymaster_ZeroAmount.selector);
        paymaster.topUp(address(account), 0);
    }

    function test_Paymaster_TopUp_ByAnyone() public {
        vm.expectEmit(address(paymaster));
        emit IGesimPaymaster.CreditAdded(address(account), address(this), 3e6);
        paymaster.topUp(address(account), 3e6);
        assertEq(paymaster.purseOf(address(account)).creditMicros, 3e6);
        assertEq(usdc.balanceOf(address(paymaster)), 103e6);
    }

    function test_Paymaster_WithdrawCredit_RevertWhen_TooMuch() public {
        vm.expectRevert(
            abi.encodeWithSelector(IGesimPaymaster.GesimPaymaster_InsufficientFunds.selector, address(this), 1, 1, 0)
        );
        paymaster.withdrawCredit(1, address(this));
    }

    function test_Paymaster_WithdrawCredit_Pays() public {
        paymaster.topUp(address(account), 3e6);
        address to = makeAddr("to");
        vm.prank(address(account));
        paymaster.withdrawCredit(2e6, to);
        assertEq(usdc.balanceOf(to), 2e6);
        assertEq(paymaster.purseOf(address(account)).creditMicros, 1e6);
    }

    function test_Paymaster_FundSponsorPool_RevertWhen_Zero() public {
        vm.expectRevert(IGesimPaymaster.GesimPaymaster_ZeroAmount.selector);
        paymaster.fundSponsorPool(0);
    }

    function test_Paymaster_FundSponsorPool_ByAnyone() public {
        vm.expectEmit(address(paymaster));
        emit IGesimPaymaster.SponsorPoolFunded(address(this), 5e6);
        paymaster.fundSponsorPool(5e6);
        assertEq(paymaster.till().sponsorPoolMicros, 105e6);
    }

    function test_Paymaster_DrawSponsorPool_RevertWhen_NotAdmin() public {
        vm.expectRevert(_denied(address(this), 0));
        paymaster.drawSponsorPool(1, address(this));
    }

    function test_Paymaster_DrawSponsorPool_RevertWhen_TooMuch() public {
        vm.expectRevert(
            abi.encodeWithSelector(IGesimPaymaster.GesimPaymaster_SponsorPoolEmpty.selector, 100e6 + 1, 100e6)
        );
        vm.prank(owner);
        paymaster.drawSponsorPool(100e6 + 1, owner);
    }

    function test_Paymaster_DrawSponsorPool_Pays() public {
        vm.prank(owner);
        paymaster.drawSponsorPool(40e6, owner);
        assertEq(usdc.balanceOf(owner), 40e6);
        assertEq(paymaster.till().sponsorPoolMicros, 60e6);
    }

    function test_Paymaster_RefreshRate_RevertWhen_NoAnswer() public {
        feed.setAnswer(0, true);
        vm.expectPartialRevert(IPriceOracle.PriceOracle_OutOfBounds.selector);
        paymaster.refreshRate();
        assertEq(paymaster.till().microsPerEther, 2_500e6);
    }

    function test_Paymaster_RefreshRate_Takes() public {
        feed.setAnswer(3_000e8 + 1, true);
        vm.expectEmit(address(paymaster));
        emit IGesimPaymaster.RateRefreshed(3_000e6 + 1, uint40(block.timestamp + 1 days));
        paymaster.refreshRate();
    }

    function test_Paymaster_SweepFees_RevertGiven_Nothing() public {
        vm.expectRevert(IGesimPaymaster.GesimPaymaster_ZeroAmount.selector);
        paymaster.sweepFees();
    }

    function test_Paymaster_SweepFees_Sends() public {
        vm.prank(operator);
        paymaster.setBudget(address(account), 20e6, type(uint48).max);
        _handle(_sponsored(""));
        uint64 revenue = paymaster.till().revenueMicros;
        vm.expectEmit(address(paymaster));
        emit IGesimPaymaster.FeesSwept(revenue, treasury);
        assertEq(paymaster.sweepFees(), revenue);
        assertEq(usdc.balanceOf(treasury), revenue);
        assertEq(paymaster.till().revenueMicros, 0);
    }

    function test_Paymaster_SetMargin_RevertWhen_NotAdmin() public {
        vm.expectRevert(_denied(address(this), 0));
        paymaster.setMargin(1);
    }

    function test_Paymaster_SetMargin_RevertWhen_TooHigh() public {
        vm.expectRevert(abi.encodeWithSelector(IGesimPaymaster.GesimPaymaster_MarginTooHigh.selector, 2_001, 2_000));
        vm.prank(owner);
        paymaster.setMargin(2_001);
    }

    function test_Paymaster_SetMargin_Charges() public {
        vm.prank(owner);
        paymaster.setMargin(2_000);
        (uint256 cost, uint256 margin) = paymaster.quote(1 ether);
        assertEq(cost, 2_500e6);
        assertEq(margin, 500e6);
        (cost, margin) = paymaster.quote(1);
        assertEq(cost, 1);
        assertEq(margin, 1);
    }

    function test_Paymaster_RevertWhen_TreasuryOrSignerIsMissing() public {
        vm.expectRevert(IGesimPaymaster.GesimPaymaster_ZeroAddress.selector);
        new GesimPaymaster(usdc, oracle, identity, 1 days, 1_000, address(0), sponsor, owner, operator);
        vm.expectRevert(IGesimPaymaster.GesimPaymaster_ZeroAddress.selector);
        new GesimPaymaster(usdc, oracle, identity, 1 days, 1_000, treasury, address(0), owner, operator);
    }

    function test_Paymaster_SetSponsorSigner_RevertWhen_Invalid() public {
        vm.expectRevert(_denied(address(this), 0));
        paymaster.setSponsorSigner(address(1));
        vm.expectRevert(IGesimPaymaster.GesimPaymaster_ZeroAddress.selector);
        vm.prank(owner);
        paymaster.setSponsorSigner(address(0));
    }

    function test_Paymaster_SetSponsorSigner_Sets() public {
        vm.prank(owner);
        paymaster.setSponsorSigner(address(7));
        assertEq(paymaster.signer(), address(7));
    }

    function test_Paymaster_SetTreasury_RevertWhen_Invalid() public {
        vm.expectRevert(_denied(address(this), 0));
        paymaster.setTreasury(address(1));
        vm.expectRevert(IGesimPaymaster.GesimPaymaster_ZeroAddress.selector);
        vm.prank(owner);
        paymaster.setTreasury(address(0));
    }

    function test_Paymaster_SetTreasury_Sets() public {
        vm.prank(owner);
        paymaster.setTreasury(address(7));
        assertEq(paymaster.treasury(), address(7));
    }

    function test_Paymaster_Deposit_ByAnyone() public {
        paymaster.deposit{value: 1 ether}();
        (uint256 deposit,,,,) = IEntryPointHash(ENTRY_POINT).getDepositInfo(address(paymaster));
        assertEq(deposit, 11 ether);
    }

    function test_Paymaster_WithdrawDeposit_RevertWhen_NotAdmin() public {
        vm.expectRevert(_denied(address(this), 0));
        paymaster.withdrawDeposit(payable(address(this)), 1);
    }

    function test_Paymaster_WithdrawDeposit_Pays() public {
        vm.prank(owner);
        paymaster.withdrawDeposit(payable(treasury), 4 ether);
        assertEq(treasury.balance, 4 ether);
    }

    function test_Paymaster_AddStake_RevertWhen_NotAdmin() public {
        vm.deal(address(this), 1 ether);
        vm.expectRevert(_denied(address(this), 0));
        paymaster.addStake{value: 1 ether}(1 days);
    }

    function test_Paymaster_AddStake_Stakes() public {
        vm.deal(owner, 1 ether);
        vm.prank(owner);
        paymaster.addStake{value: 1 ether}(1 days);
        (, bool staked, uint112 stake,,) = IEntryPointHash(ENTRY_POINT).getDepositInfo(address(paymaster));
        assertTrue(staked);
        assertEq(stake, 1 ether);
    }

    function test_Paymaster_UnlockStake_RevertWhen_NotAdmin() public {
        vm.expectRevert(_denied(address(this), 0));
        paymaster.unlockStake();
    }

    function test_Paymaster_WithdrawStake_RevertWhen_NotAdmin() public {
        vm.expectRevert(_denied(address(this), 0));
        paymaster.withdrawStake(payable(address(this)));
    }

    function test_Paymaster_WithdrawStake_AfterTheDelay() public {
        vm.deal(owner, 1 ether);
        vm.startPrank(owner);
        paymaster.addStake{value: 1 ether}(1 days);
        paymaster.unlockStake();
        skip(1 days + 1);
        paymaster.withdrawStake(payable(treasury));
        assertEq(treasury.balance, 1 ether);
    }
}
