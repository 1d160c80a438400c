// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GesimPaymaster} from "../../src/GesimPaymaster.sol";
import {IGesimPaymaster} from "../../src/interfaces/IGesimPaymaster.sol";
import {Paymaster} from "@openzeppelin/contracts/account/paymaster/Paymaster.sol";
import {IPaymaster, PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {Vm} from "forge-std/Vm.sol";
import {IEntryPointHash, Paymasters} from "./Paymasters.sol";

/// @dev What an operation costs whom, through the real EntryPoint.
contract ChargingTest is Paymasters {
    bytes internal nothing = "";

    function setUp() public override {
        super.setUp();
        vm.prank(operator);
        paymaster.setBudget(address(account), 20e6, uint48(block.timestamp + 1 hours));
    }

    function _deposit() internal view returns (uint256 amount) {
        (amount,,,,) = IEntryPointHash(ENTRY_POINT).getDepositInfo(address(paymaster));
    }

    function _backed() internal view returns (bool) {
        IGesimPaymaster.Till memory till = paymaster.till();
        return usdc.balanceOf(address(paymaster))
            == uint256(till.sponsorPoolMicros) + till.revenueMicros + paymaster.purseOf(address(account)).creditMicros;
    }

    function test_Paymaster_PostOp_ChargesThePool() public {
        PackedUserOperation memory operation = _sponsored(nothing);
        bytes32 hash = _hashOf(operation);
        uint256 depositBefore = _deposit();
        vm.recordLogs();
        _handle(operation);
        uint256 paidWei = depositBefore - _deposit();
        IGesimPaymaster.Till memory till = paymaster.till();
        uint64 spent = 20e6 - paymaster.purseOf(address(account)).budgetMicros;
        assertEq(till.revenueMicros, spent);
        assertEq(till.sponsorPoolMicros, 100e6 - spent);
        // Never below what the EntryPoint took, and not far above.
        (uint256 cost, uint256 margin) = paymaster.quote(paidWei);
        assertGe(spent, cost + margin);
        assertLt(spent, (cost + margin) * 13 / 10);
        assertTrue(_backed());
        Vm.Log[] memory logs = vm.getRecordedLogs();
        bool seen = false;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IGesimPaymaster.GasCharged.selector) continue;
            seen = true;
            assertEq(logs[i].topics[1], hash);
            (, uint64 costMicros, uint64 marginMicros, uint8 kind) =
                abi.decode(logs[i].data, (uint256, uint64, uint64, uint8));
            assertEq(costMicros + marginMicros, spent);
            assertEq(marginMicros, (uint256(costMicros) * 1_000 + 9_999) / 10_000);
            assertEq(kind, 0);
        }
        assertTrue(seen);
    }

    function test_Paymaster_PostOp_ChargesTheCredit() public {
        paymaster.topUp(address(account), 20e6);
        _handle(_fromCredit(nothing));
        uint64 spent = 20e6 - paymaster.purseOf(address(account)).creditMicros;
        assertGt(spent, 0);
        assertEq(paymaster.till().revenueMicros, spent);
        assertEq(paymaster.till().sponsorPoolMicros, 100e6);
        assertEq(paymaster.purseOf(address(account)).budgetMicros, 20e6);
        assertTrue(_backed());
    }

    function test_Paymaster_PostOp_ChargesAFailedOperation() public {
        _handle(_sponsored(hex"deadbeef"));
        assertGt(paymaster.till().revenueMicros, 0);
        assertTrue(_backed());
    }

    function test_Paymaster_PostOp_PoolRanDry() public {
        PackedUserOperation memory operation = _sponsored(nothing);
        bytes32 hash = _hashOf(operation);
        vm.prank(ENTRY_POINT);
        (bytes memory context,) = paymaster.validatePaymasterUserOp(operation, hash, 0.0001 ether);
        vm.prank(owner);
        paymaster.drawSponsorPool(100e6 - 1, owner);
        vm.prank(ENTRY_POINT);
        paymaster.postOp(_mode(), context, 0.0001 ether, 1 gwei);
        assertEq(paymaster.till().sponsorPoolMicros, 0);
        assertEq(paymaster.till().revenueMicros, 1);
        assertTrue(_backed());
    }

    function test_Paymaster_PostOp_RevertWhen_NotEntryPoint() public {
        bytes memory denied = abi.encodeWithSelector(Paymaster.PaymasterUnauthorized.selector, address(this));
        vm.expectRevert(denied);
        paymaster.postOp(_mode(), "", 0, 0);
        PackedUserOperation memory operation = _sponsored(nothing);
        vm.expectRevert(denied);
        paymaster.validatePaymasterUserOp(operation, 0, 0);
    }

    function testFuzz_Paymaster_PostOp_NeverAboveTheReservation(uint96 maxCost, uint96 actual, uint64 fee) public {
        maxCost = uint96(bound(maxCost, 0, 0.005 ether));
        PackedUserOperation memory operation = _sponsored(nothing);
        bytes32 hash = _hashOf(operation);
        vm.startPrank(ENTRY_POINT);
        (bytes memory context,) = paymaster.validatePaymasterUserOp(operation, hash, maxCost);
        uint64 left = paymaster.purseOf(address(account)).budgetMicros;
        paymaster.postOp(_mode(), context, actual, fee);
        vm.stopPrank();
        assertGe(paymaster.purseOf(address(account)).budgetMicros, left);
        assertLe(paymaster.purseOf(address(account)).budgetMicros, 20e6);
        assertTrue(_backed());
    }

    function test_Paymaster_ValidatePaymasterUserOp_RevertGiven_NoRateYet() public {
        GesimPaymaster fresh =
            new GesimPaymaster(usdc, oracle, identity, 1 days, 1_000, treasury, sponsor, owner, operator);
        PackedUserOperation memory operation = _sponsored(nothing);
        vm.startPrank(ENTRY_POINT);
        vm.expectRevert(IGesimPaymaster.GesimPaymaster_NoRate.selector);
        fresh.validatePaymasterUserOp(operation, 0, 0.0001 ether);
        vm.stopPrank();
    }

    function test_Paymaster_ValidatePaymasterUserOp_RevertWhen_BudgetTooSmall() public {
        vm.prank(operator);
        paymaster.setBudget(address(account), 1, type(uint48).max);
        PackedUserOperation memory operation = _sponsored(nothing);
        vm.expectPartialRevert(bytes4(keccak256("FailedOpWithRevert(uint256,string,bytes)")));
        _handle(operation);
        vm.expectPartialRevert(IGesimPaymaster.GesimPaymaster_InsufficientFunds.selector);
        vm.prank(ENTRY_POINT);
        paymaster.validatePaymasterUserOp(operation, 0, 0.001 ether);
    }

    function test_Paymaster_ValidatePaymasterUserOp_RevertWhen_CreditTooSmall() public {
        PackedUserOperation memory operation = _fromCredit(nothing);
        vm.expectPartialRevert(IGesimPaymaster.GesimPaymaster_InsufficientFunds.selector);
        vm.prank(ENTRY_POINT);
        paymaster.validatePaymasterUserOp(operation, 0, 1);
    }

    function test_Paymaster_ValidatePaymasterUserOp_RevertWhen_PoolEmpty() public {
        vm.prank(owner);
        paymaster.drawSponsorPool(100e6, owner);
        PackedUserOperation memory operation = _sponsored(nothing);
        vm.expectPartialRevert(IGesimPaymaster.GesimPaymaster_SponsorPoolEmpty.selector);
        vm.prank(ENTRY_POINT);
        paymaster.validatePaymasterUserOp(operation, 0, 1);
    }

    function test_Paymaster_ValidatePaymasterUserOp_RevertWhen_UnknownKind() public {
        PackedUserOperation memory operation = _fromCredit(nothing);
        operation.paymasterAndData = abi.encodePacked(address(paymaster), VERIFICATION, POST_OP, uint8(2));
        vm.startPrank(ENTRY_POINT);
        vm.expectRevert(abi.encodeWithSelector(IGesimPaymaster.GesimPaymaster_UnknownKind.selector, hex"02"));
        paymaster.validatePaymasterUserOp(operation, 0, 1);
        operation.paymasterAndData = abi.encodePacked(address(paymaster), VERIFICATION, POST_OP);
        vm.expectRevert(abi.encodeWithSelector(IGesimPaymaster.GesimPaymaster_UnknownKind.selector, bytes("")));
        paymaster.validatePaymasterUserOp(operation, 0, 1);
    }

    function test_Paymaster_ValidatePaymasterUserOp_RevertWhen_SignedByAnother() public {
        PackedUserOperation memory operation =
            _sponsoredUntil(nothing, uint48(block.timestamp + 600), uint256(keccak256("thief")));
        vm.expectRevert(abi.encodeWithSignature("FailedOp(uint256,string)", 0, "AA34 signature error"));
        _handle(operation);
        operation.paymasterAndData = abi.encodePacked(address(paymaster), VERIFICATION, POST_OP, uint8(0));
        _signOperation(operation);
        vm.expectRevert(abi.encodeWithSignature("FailedOp(uint256,string)", 0, "AA34 signature error"));
        _handle(operation);
    }

    function test_Paymaster_ValidatePaymasterUserOp_RevertWhen_Expired() public {
        bytes memory expired =
            abi.encodeWithSignature("FailedOp(uint256,string)", 0, "AA32 paymaster expired or not due");
        PackedUserOperation memory operation = _sponsoredUntil(nothing, uint48(block.timestamp - 1), sponsorKey);
        vm.expectRevert(expired);
        _handle(operation);
        skip(1 hours + 1);
        operation = _sponsored(nothing);
        vm.expectRevert(expired);
        _handle(operation);
        skip(1 days);
        paymaster.topUp(address(account), 20e6);
        operation = _fromCredit(nothing);
        vm.expectRevert(expired);
        _handle(operation);
        paymaster.refreshRate();
        _handle(operation);
    }

    function test_Paymaster_ValidatePaymasterUserOp_RevertWhen_BudgetWithoutEnd() public {
        vm.prank(operator);
        paymaster.setBudget(address(account), 20e6, 0);
        PackedUserOperation memory operation = _sponsored(nothing);
        vm.expectRevert(abi.encodeWithSignature("FailedOp(uint256,string)", 0, "AA32 paymaster expired or not due"));
        _handle(operation);
        vm.prank(operator);
        paymaster.setBudget(address(account), 20e6, type(uint48).max);
        // A signature without an end of its own ends with the rate.
        _handle(_sponsoredUntil(nothing, 0, sponsorKey));
        skip(1 days + 1);
        operation = _sponsoredUntil(nothing, 0, sponsorKey);
        vm.expectRevert(abi.encodeWithSignature("FailedOp(uint256,string)", 0, "AA32 paymaster expired or not due"));
        _handle(operation);
    }

    function test_Paymaster_ValidatePaymasterUserOp_ReservesForEach() public {
        PackedUserOperation memory operation = _sponsored(nothing);
        vm.startPrank(ENTRY_POINT);
        paymaster.validatePaymasterUserOp(operation, 0, 0.002 ether);
        uint64 afterFirst = paymaster.purseOf(address(account)).budgetMicros;
        paymaster.validatePaymasterUserOp(operation, 0, 0.002 ether);
        assertEq(20e6 - afterFirst, afterFirst - paymaster.purseOf(address(account)).budgetMicros);
    }

    function _mode() internal pure returns (IPaymaster.PostOpMode) {
        return IPaymaster.PostOpMode.opSucceeded;
    }
}
