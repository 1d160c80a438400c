// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FeeTreasury} from "../../src/FeeTreasury.sol";
import {EpochCommitment, NodeProof} from "../../src/interfaces/DataTypes.sol";
import {ICarrierRegistry} from "../../src/interfaces/ICarrierRegistry.sol";
import {IFeeTreasury} from "../../src/interfaces/IFeeTreasury.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Statements} from "../money/Statements.sol";

/// @notice With the real settlement as what relayers call.
contract FeeTreasuryTest is Statements {
    uint32 private constant POST = 1;
    uint32 private constant SETTLE = 2;
    uint32 private constant CALLS = 3;
    uint40 private constant UNBONDING = 7 days;

    FeeTreasury private _fees;
    address private _safe = makeAddr("safe");
    address private _governor = makeAddr("governor");
    address private _operator = makeAddr("operator");
    address private _tank = makeAddr("gas tank");
    address private _first = makeAddr("first relayer");
    address private _second = makeAddr("second relayer");

    function setUp() public override {
        super.setUp();
        _fees = FeeTreasury(
            deployCode(
                "FeeTreasury.sol", abi.encode(usdc, _safe, carriers, address(0), UNBONDING, _governor, _operator)
            )
        );
        vm.startPrank(_governor);
        _fees.setSettings(500e6, 10e6, 20e6, 5_000, _tank);
        _fees.setDuty(POST, _duty(address(settlement), ISettlement.postEpoch.selector, false, 2e6, 50e6, EPOCH));
        _fees.setDuty(SETTLE, _duty(address(settlement), ISettlement.settle.selector, true, 1e6, 0, 1 hours));
        _fees.setDuty(CALLS, _duty(address(0), bytes4(0), false, 0.5e6, 0, 1));
        vm.stopPrank();
        usdc.mint(address(_fees), 100e6);
    }

    function _duty(address target, bytes4 selector, bool mustReturn, uint64 price, uint64 penalty, uint40 window)
        private
        pure
        returns (IFeeTreasury.Duty memory)
    {
        return IFeeTreasury.Duty(target, selector, mustReturn, window, price, penalty);
    }

    function _bond(address who, uint64 amount) private {
        usdc.mint(who, amount);
        vm.startPrank(who);
        usdc.approve(address(_fees), amount);
        _fees.addBond(amount);
        vm.stopPrank();
    }

    function _posting() private returns (bytes memory) {
        uint32 epoch = _nextCutoff();
        EpochCommitment memory commitment = _commitment(epoch);
        bytes memory signatures = _signatures(commitment, 3);
        lastToBlock = commitment.toBlock;
        return abi.encodeCall(ISettlement.postEpoch, (commitment, signatures, _deltas()));
    }

    function _settling(uint32 epoch) private view returns (bytes memory) {
        uint32[] memory books = new uint32[](1);
        books[0] = BOOK_A;
        NodeProof[] memory nodes = new NodeProof[](1);
        nodes[0] = tree.nodeProof(BOOK_A);
        return abi.encodeCall(ISettlement.settle, (epoch, books, nodes));
    }

    function _relay(address who, uint32 duty, bytes memory data) private {
        vm.prank(who);
        _fees.relay(duty, data);
    }

    function _denied(address who, bytes32 role) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, who, role);
    }

    function test_Fees_Relay_DoesTheDutyAndIsPaid() external {
        _bond(_first, 500e6);
        bytes memory data = _posting();
        vm.expectEmit(address(_fees));
        emit IFeeTreasury.DutyTaken(POST, _first, address(0));
        _relay(_first, POST, data);
        assertEq(settlement.latest(), uint32(block.timestamp / EPOCH) - 1);
        assertEq(_fees.owedTo(_first), 2e6);
        vm.prank(_first);
        assertEq(_fees.collect(), 2e6);
        assertEq(usdc.balanceOf(_first), 2e6);
        assertEq(_fees.totalOwed(), 0);
    }

    function test_Fees_Relay_RevertWhen_UnknownDutyOrAnotherFunction() external {
        vm.expectRevert(abi.encodeWithSelector(IFeeTreasury.FeeTreasury_UnknownDuty.selector, 9));
        _fees.relay(9, "");
        vm.expectRevert(abi.encodeWithSelector(IFeeTreasury.FeeTreasury_UnknownDuty.selector, CALLS));
        _fees.relay(CALLS, "");
        bytes4 wanted = ISettlement.postEpoch.selector;
        vm.expectRevert(
            abi.encodeWithSelector(IFeeTreasury.FeeTreasury_WrongFunction.selector, ISettlement.attest.selector, wanted)
        );
        _fees.relay(POST, abi.encodePacked(ISettlement.attest.selector));
        vm.expectRevert(abi.encodeWithSelector(IFeeTreasury.FeeTreasury_WrongFunction.selector, bytes4(0), wanted));
        _fees.relay(POST, hex"12");
    }

    function test_Fees_Relay_RevertWhen_NotOnesTurn() external {
        _bond(_first, 500e6);
        _relay(_first, POST, _posting());
        uint256 until = block.timestamp + EPOCH;
        bytes memory data = _posting();
        vm.prank(_second);
        vm.expectRevert(abi.encodeWithSelector(IFeeTreasury.FeeTreasury_NotYourTurn.selector, _first, until));
        _fees.relay(POST, data);
    }

    function test_Fees_Relay_ItsHolderKeepsTheDuty() external {
        _bond(_first, 500e6);
        _relay(_first, POST, _posting());
        _relay(_first, POST, _posting());
        assertEq(_fees.owedTo(_first), 4e6);
    }

    function test_Fees_SetDuty_AgainLeavesItsHolder() external {
        _bond(_first, 500e6);
        _relay(_first, POST, _posting());
        uint256 until = vm.getBlockTimestamp() + EPOCH;
        skip(1);
        vm.prank(_governor);
        _fees.setDuty(POST, _duty(address(settlement), ISettlement.postEpoch.selector, false, 3e6, 50e6, EPOCH));
        bytes memory data = abi.encodePacked(ISettlement.postEpoch.selector);
        vm.prank(_second);
        vm.expectRevert(abi.encodeWithSelector(IFeeTreasury.FeeTreasury_NotYourTurn.selector, _first, until));
        _fees.relay(POST, data);
    }

    function test_Fees_Relay_GivenAWindowWasMissed_AnyoneMay_ABondedOneTakesOver() external {
        _bond(_first, 500e6);
        _relay(_first, POST, _posting());
        bytes memory data = _posting();
        skip(1);
        // Without a bond: paid, with the penalty, and the duty stays where it was.
        vm.expectEmit(address(_fees));
        emit IFeeTreasury.WindowMissed(POST, _first, 50e6);
        _relay(_second, POST, data);
        assertEq(_fees.owedTo(_second), 52e6);
        assertEq(_fees.bondOf(_first).amount, 450e6);
        (, IFeeTreasury.Turn memory turn) = _fees.dutyOf(POST);
        assertEq(turn.relayer, _first);
        // The bond is below the minimum now: the duty is free at once, and a bonded one takes it.
        _bond(_second, 500e6);
        _relay(_second, POST, _posting());
        (, turn) = _fees.dutyOf(POST);
        assertEq(turn.relayer, _second);
        assertEq(_fees.bondOf(_first).amount, 450e6);
    }

    function test_Fees_Relay_RevertWhen_TheTargetReverts() external {
        bytes memory data = _posting();
        _relay(_second, POST, data);
        vm.prank(_second);
        vm.expectPartialRevert(ISettlement.Settlement_NotAfterLatest.selector);
        _fees.relay(POST, data);
        assertEq(_fees.owedTo(_second), 2e6);
    }

    function test_Fees_Relay_RevertWhen_NothingWasDone() external {
        (, bytes32 intentId) = _open(alice, aliceKey, 50e6, 1);
        _setLeaf(intentId, 40e6, 1, 0);
        uint32 epoch = _postNext(3);
        skip(SLOW);
        bytes memory data = _settling(epoch);
        _relay(_first, SETTLE, data);
        assertEq(usdc.balanceOf(payoutA), 39.6e6);
        assertEq(_fees.owedTo(_first), 1e6);
        vm.expectRevert(abi.encodeWithSelector(IFeeTreasury.FeeTreasury_NothingDone.selector, SETTLE));
        _fees.relay(SETTLE, data);
    }

    function test_Fees_Relay_RevertWhen_TheDaysBudgetIsSpent() external {
        vm.prank(_governor);
        _fees.setSettings(500e6, 1e6, 20e6, 5_000, _tank);
        bytes memory data = _posting();
        vm.expectRevert(abi.encodeWithSelector(IFeeTreasury.FeeTreasury_BudgetSpent.selector, 2e6, 1e6));
        _fees.relay(POST, data);
    }

    function test_Fees_PayRelayer_OnceForAPieceOfWork() external {
        _bond(_first, 500e6);
        vm.startPrank(_operator);
        _fees.payRelayer(_first, CALLS, "bundle 1");
        assertEq(_fees.owedTo(_first), 0.5e6);
        vm.expectRevert(abi.encodeWithSelector(IFeeTreasury.FeeTreasury_AlreadyPaid.selector, bytes32("bundle 1")));
        _fees.payRelayer(_first, CALLS, "bundle 1");
        vm.expectRevert(abi.encodeWithSelector(IFeeTreasury.FeeTreasury_NotBonded.selector, _second));
        _fees.payRelayer(_second, CALLS, "bundle 2");
        vm.expectRevert(abi.encodeWithSelector(IFeeTreasury.FeeTreasury_UnknownDuty.selector, POST));
        _fees.payRelayer(_first, POST, "bundle 2");
        vm.stopPrank();
    }

    function test_Fees_PayRelayer_RevertWhen_NotOperator() external {
        bytes memory denied = _denied(address(this), _fees.OPERATOR());
        vm.expectRevert(denied);
        _fees.payRelayer(_first, CALLS, "bundle 1");
    }

    function test_Fees_Collect_LeavesBondsAlone() external {
        _bond(_first, 500e6);
        vm.prank(_operator);
        _fees.payRelayer(_first, CALLS, "bundle 1");
        vm.prank(address(_fees));
        assertTrue(usdc.transfer(_second, 99.9e6));
        vm.startPrank(_first);
        assertEq(_fees.collect(), 0.1e6);
        vm.expectRevert(IFeeTreasury.FeeTreasury_ZeroAmount.selector);
        _fees.collect();
        vm.stopPrank();
        assertEq(_fees.owedTo(_first), 0.4e6);
    }

    function test_Fees_Sweep_SendsWhatIsAboveBondsDebtsAndFloat() external {
        _bond(_first, 500e6);
        vm.prank(_operator);
        _fees.payRelayer(_first, CALLS, "bundle 1");
        assertEq(_fees.sweep(), 79.5e6);
        assertEq(usdc.balanceOf(_safe), 79.5e6);
        vm.expectRevert(IFeeTreasury.FeeTreasury_ZeroAmount.selector);
        _fees.sweep();
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_Fees_Sweep_NeverTakesWhatIsOwed(uint64 bond, uint64 income, uint8 works) external {
        bond = uint64(bound(bond, 500e6, 1e12));
        _bond(_first, bond);
        usdc.mint(address(_fees), income);
        works = works % 20;
        for (uint256 i = 0; i < works; ++i) {
            vm.prank(_operator);
            _fees.payRelayer(_first, CALLS, bytes32(i));
        }
        _fees.sweep();
        assertEq(usdc.balanceOf(address(_fees)), uint256(bond) + 20e6 + uint256(works) * 0.5e6);
        vm.startPrank(_first);
        if (works != 0) assertEq(_fees.collect(), uint256(works) * 0.5e6);
        _fees.leave();
        skip(UNBONDING);
        assertEq(_fees.withdrawBond(), bond);
        vm.stopPrank();
        assertEq(usdc.balanceOf(address(_fees)), 20e6);
    }

    function test_Fees_AddBond_RevertWhen_Nothing() external {
        vm.expectRevert(IFeeTreasury.FeeTreasury_ZeroAmount.selector);
        _fees.addBond(0);
    }

    function test_Fees_AddBond_CountsFromTheMinimum() external {
        _bond(_first, 499e6);
        assertFalse(_fees.isBonded(_first));
        _bond(_first, 1e6);
        assertTrue(_fees.isBonded(_first));
        assertEq(_fees.totalBonds(), 500e6);
    }

    function test_Fees_Leave_FreesTheDuties() external {
        vm.expectRevert(abi.encodeWithSelector(IFeeTreasury.FeeTreasury_NotBonded.selector, address(this)));
        _fees.leave();
        _bond(_first, 500e6);
        _relay(_first, POST, _posting());
        vm.prank(_first);
        _fees.leave();
        // No penalty: it said that it goes.
        _relay(_second, POST, _posting());
        assertEq(_fees.bondOf(_first).amount, 500e6);
        assertEq(_fees.owedTo(_second), 2e6);
    }

    function test_Fees_WithdrawBond_AfterUnbonding() external {
        vm.expectRevert(abi.encodeWithSelector(IFeeTreasury.FeeTreasury_NotBonded.selector, address(this)));
        _fees.withdrawBond();
        _bond(_first, 500e6);
        vm.startPrank(_first);
        _fees.leave();
        uint256 from = block.timestamp + UNBONDING;
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IFeeTreasury.FeeTreasury_StillBonded.selector, from - 1, from));
        _fees.withdrawBond();
        vm.warp(from);
        assertEq(_fees.withdrawBond(), 500e6);
        vm.stopPrank();
        assertEq(_fees.totalBonds(), 0);
    }

    function test_Fees_SetDuty_RevertWhen_NotGovernorOrInvalid() external {
        IFeeTreasury.Duty memory duty = _duty(address(settlement), bytes4(0), false, 1, 0, 1);
        bytes memory denied = _denied(address(this), _fees.GOVERNOR());
        vm.expectRevert(denied);
        _fees.setDuty(4, duty);
        bytes memory invalid = abi.encodeWithSelector(IFeeTreasury.FeeTreasury_InvalidDuty.selector, 4);
        vm.startPrank(_governor);
        duty.target = address(usdc);
        vm.expectRevert(invalid);
        _fees.setDuty(4, duty);
        duty.target = address(_fees);
        vm.expectRevert(invalid);
        _fees.setDuty(4, duty);
        duty.target = address(settlement);
        duty.windowSeconds = 0;
        vm.expectRevert(invalid);
        _fees.setDuty(4, duty);
        vm.stopPrank();
    }

    function test_Fees_SetSettings_RevertWhen_NotGovernorOrInvalid() external {
        bytes memory denied = _denied(address(this), _fees.GOVERNOR());
        vm.expectRevert(denied);
        _fees.setSettings(1, 1, 1, 1, _tank);
        vm.startPrank(_governor);
        vm.expectRevert(abi.encodeWithSelector(IFeeTreasury.FeeTreasury_InvalidShare.selector, 10_001));
        _fees.setSettings(1, 1, 1, 10_001, _tank);
        vm.expectRevert(IFeeTreasury.FeeTreasury_ZeroAddress.selector);
        _fees.setSettings(1, 1, 1, 1, address(0));
        vm.stopPrank();
    }

    function test_Fees_RequestOffRamp_RevertWhen_NotTheCarrierOrNothing() external {
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IFeeTreasury.FeeTreasury_NotCarrier.selector, bob, 1));
        _fees.requestOffRamp(1, 1, "ref");
        vm.expectRevert(IFeeTreasury.FeeTreasury_ZeroAmount.selector);
        _fees.requestOffRamp(1, 0, "ref");
        vm.expectRevert(IFeeTreasury.FeeTreasury_ZeroAmount.selector);
        _fees.requestOffRamp(1, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_UnknownCarrier.selector, 9));
        _fees.requestOffRamp(9, 1, "ref");
    }

    function test_Fees_RequestOffRamp_ByTheAdminOrTheCarriersSafe() external {
        vm.expectEmit(address(_fees));
        emit IFeeTreasury.OffRampRequested(1, 1, 5e6, "ref");
        assertEq(_fees.requestOffRamp(1, 5e6, "ref"), 1);
        vm.prank(payoutA);
        assertEq(_fees.requestOffRamp(1, 5e6, "ref"), 2);
        carriers.setPayout(1, bob);
        skip(48 hours);
        vm.prank(bob);
        assertEq(_fees.requestOffRamp(1, 5e6, "ref"), 3);
    }
}
