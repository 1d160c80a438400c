// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AttestorRegistry} from "../../src/AttestorRegistry.sol";
import {TestUSDC} from "../../src/TestUSDC.sol";
import {IAttestorRegistry} from "../../src/interfaces/IAttestorRegistry.sol";
import {IAttestors} from "../../src/interfaces/IAttestors.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Test} from "forge-std/Test.sol";

contract AttestorRegistryTest is Test {
    AttestorRegistry internal registry;
    TestUSDC internal usdc;
    address internal owner = makeAddr("owner");
    address internal governor = makeAddr("governor");
    address internal slasher = makeAddr("slasher");
    address internal treasury = makeAddr("treasury");
    address internal challenger = makeAddr("challenger");
    address[] internal members;
    uint96 internal constant MINIMUM = 10_000e6;
    uint48 internal constant UNBONDING = 14 days;
    bytes4 internal constant FAULT = 0x12345678;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        usdc = new TestUSDC(address(this));
        registry = new AttestorRegistry(usdc, treasury, MINIMUM, UNBONDING, owner, governor);
        bytes32 role = registry.SLASHER();
        vm.prank(owner);
        registry.grantRole(role, slasher);
        members = new address[](3);
        for (uint160 i = 0; i < 3; ++i) {
            members[i] = address(0xA0000 + i);
            usdc.mint(members[i], 100_000e6);
            vm.prank(members[i]);
            usdc.approve(address(registry), type(uint256).max);
        }
    }

    function _stake(address attestor, uint96 amount) internal {
        vm.prank(attestor);
        registry.stake(amount);
    }

    modifier givenACommittee() {
        _seat();
        _;
    }

    function _seat() internal {
        for (uint256 i = 0; i < 3; ++i) {
            _stake(members[i], MINIMUM * uint96(i + 1));
        }
        vm.prank(governor);
        registry.rotateCommittee(members);
    }

    function _denied(address who, bytes32 role) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, who, role);
    }

    function test_Attestors_Stake_RevertWhen_Zero() public {
        vm.expectRevert(IAttestors.AttestorRegistry_ZeroAmount.selector);
        registry.stake(0);
    }

    function test_Attestors_Stake_Locks() public {
        _stake(members[0], 5e6);
        skip(10);
        vm.expectEmit(address(registry));
        emit IAttestorRegistry.Staked(members[0], 7e6, 12e6);
        _stake(members[0], 7e6);
        assertEq(registry.stakeOf(members[0]), 12e6);
        assertEq(registry.weightAt(members[0], uint48(block.timestamp) - 1), 5e6);
        assertEq(usdc.balanceOf(address(registry)), 12e6);
    }

    function test_Attestors_Stake_WaitsForTheRotation() public givenACommittee {
        _stake(members[0], MINIMUM);
        assertEq(registry.weightOf(1, members[0]), MINIMUM);
        vm.prank(governor);
        registry.rotateCommittee(members);
        assertEq(registry.weightOf(2, members[0]), MINIMUM * 2);
    }

    function test_Attestors_RequestUnstake_RevertWhen_NotStaked() public {
        vm.expectRevert(IAttestors.AttestorRegistry_ZeroAmount.selector);
        registry.requestUnstake(0);
        vm.expectRevert(abi.encodeWithSelector(IAttestors.AttestorRegistry_InsufficientStake.selector, 1, 0));
        registry.requestUnstake(1);
    }

    function test_Attestors_RequestUnstake_LowersTheWeight() public givenACommittee {
        vm.prank(members[2]);
        registry.requestUnstake(MINIMUM);
        assertEq(registry.committeeVersion(), 2);
        assertEq(registry.weightOf(2, members[2]), MINIMUM * 2);
        assertEq(registry.slashableOf(members), MINIMUM * 6);
    }

    function test_Attestors_RequestUnstake_LeavesTheCommittee() public givenACommittee {
        vm.prank(members[0]);
        registry.requestUnstake(1);
        (address[] memory seated, uint96[] memory weights) = registry.committeeOf(2);
        assertEq(seated.length, 2);
        assertEq(seated[0], members[1]);
        assertEq(weights[1], MINIMUM * 3);
    }

    function test_Attestors_RequestUnstake_EmptyCommittee() public givenACommittee {
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(members[i]);
            registry.requestUnstake(MINIMUM * uint96(i + 1));
        }
        (uint32 version, address store) = registry.committeeAt(uint48(block.timestamp));
        assertEq(version, 4);
        assertEq(store.code.length, 1);
    }

    function test_Attestors_RequestUnstake_Again() public givenACommittee {
        vm.startPrank(members[1]);
        registry.requestUnstake(1e6);
        skip(UNBONDING - 1);
        registry.requestUnstake(2e6);
        assertEq(registry.unbondingOf(members[1]).amount, 3e6);
        assertEq(registry.unbondingOf(members[1]).withdrawableAt, block.timestamp + UNBONDING);
    }

    function test_Attestors_Withdraw_RevertGiven_Nothing() public {
        vm.expectRevert(
            abi.encodeWithSelector(IAttestorRegistry.AttestorRegistry_NothingToWithdraw.selector, address(this))
        );
        registry.withdraw();
    }

    function test_Attestors_Withdraw_RevertWhen_StillUnbonding() public givenACommittee {
        vm.startPrank(members[1]);
        registry.requestUnstake(1e6);
        skip(UNBONDING - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAttestorRegistry.AttestorRegistry_StillUnbonding.selector, block.timestamp, block.timestamp + 1
            )
        );
        registry.withdraw();
    }

    function test_Attestors_Withdraw_PaysOnce() public givenACommittee {
        vm.startPrank(members[1]);
        registry.requestUnstake(1e6);
        skip(UNBONDING);
        uint256 before = usdc.balanceOf(members[1]);
        assertEq(registry.withdraw(), 1e6);
        assertEq(usdc.balanceOf(members[1]), before + 1e6);
        vm.expectRevert(
            abi.encodeWithSelector(IAttestorRegistry.AttestorRegistry_NothingToWithdraw.selector, members[1])
        );
        registry.withdraw();
    }

    function test_Attestors_RotateCommittee_RevertWhen_NotGovernor() public {
        vm.expectRevert(_denied(address(this), registry.GOVERNOR()));
        registry.rotateCommittee(members);
    }

    function test_Attestors_RotateCommittee_RevertWhen_Size() public {
        vm.startPrank(governor);
        vm.expectRevert(abi.encodeWithSelector(IAttestors.AttestorRegistry_CommitteeSize.selector, 0, 32));
        registry.rotateCommittee(new address[](0));
        vm.expectRevert(abi.encodeWithSelector(IAttestors.AttestorRegistry_CommitteeSize.selector, 33, 32));
        registry.rotateCommittee(new address[](33));
    }

    function test_Attestors_RotateCommittee_RevertWhen_NotAscending() public givenACommittee {
        address[] memory twice = new address[](2);
        twice[0] = members[1];
        twice[1] = members[1];
        vm.expectRevert(
            abi.encodeWithSelector(IAttestors.AttestorRegistry_NotAscending.selector, members[1], members[1])
        );
        vm.prank(governor);
        registry.rotateCommittee(twice);
    }

    function test_Attestors_RotateCommittee_RevertGiven_BelowMinimum() public {
        _stake(members[0], MINIMUM - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IAttestors.AttestorRegistry_BelowMinimum.selector, members[0], MINIMUM - 1, MINIMUM)
        );
        vm.prank(governor);
        registry.rotateCommittee(members);
    }

    function test_Attestors_RotateCommittee_Numbers() public givenACommittee {
        uint48 first = uint48(vm.getBlockTimestamp());
        skip(100);
        vm.prank(governor);
        assertEq(registry.rotateCommittee(members), 2);
        assertEq(registry.committeeVersionAt(first - 1), 0);
        assertEq(registry.committeeVersionAt(first + 99), 1);
        assertEq(registry.committeeVersionAt(first + 100), 2);
        vm.expectRevert(abi.encodeWithSelector(IAttestors.AttestorRegistry_UnknownCommittee.selector, 3));
        registry.committeeOf(3);
    }

    function test_Attestors_CommitteeAt_IsTheOneOfTheTime() public {
        vm.expectRevert(abi.encodeWithSelector(IAttestors.AttestorRegistry_UnknownCommittee.selector, 0));
        registry.committeeAt(uint48(block.timestamp));
        _seat();
        uint48 first = uint48(block.timestamp);
        (, address store) = registry.committeeAt(first);
        skip(100);
        vm.prank(governor);
        registry.rotateCommittee(members);
        (uint32 version, address then) = registry.committeeAt(first + 99);
        assertEq(version, 1);
        assertEq(then, store);
        (version, then) = registry.committeeAt(first + 100);
        assertEq(version, 2);
        assertNotEq(then, store);
        vm.expectRevert(abi.encodeWithSelector(IAttestors.AttestorRegistry_UnknownCommittee.selector, 0));
        registry.committeeAt(first - 1);
    }

    function test_Attestors_CommitteeAt_ShowsMembersWithWeights() public givenACommittee {
        (, address store) = registry.committeeAt(uint48(block.timestamp));
        bytes memory expected = hex"00";
        for (uint256 i = 0; i < 3; ++i) {
            expected = abi.encodePacked(expected, members[i], MINIMUM * uint96(i + 1));
        }
        assertEq(store.code, expected);
        assertEq(registry.weightOf(1, address(0xB0000)), 0);
    }

    function test_Attestors_Slash_RevertWhen_NotSlasher() public {
        vm.expectRevert(_denied(address(this), registry.SLASHER()));
        registry.slash(members[0], 1, FAULT, challenger);
    }

    function test_Attestors_Slash_RevertWhen_InvalidShare() public {
        vm.expectRevert(abi.encodeWithSelector(IAttestors.AttestorRegistry_InvalidShare.selector, 10_001));
        vm.prank(slasher);
        registry.slash(members[0], 10_001, FAULT, challenger);
    }

    function test_Attestors_Slash_Takes() public givenACommittee {
        vm.expectEmit(address(registry));
        emit IAttestors.Slashed(members[2], FAULT, 6_000e6, challenger, 2_400e6);
        vm.prank(slasher);
        assertEq(registry.slash(members[2], 2_000, FAULT, challenger), 6_000e6);
        assertEq(registry.stakeOf(members[2]), 24_000e6);
        assertEq(registry.weightOf(registry.committeeVersion(), members[2]), 24_000e6);
        assertEq(registry.rewardOf(challenger), 2_400e6);
        assertEq(registry.reserve(), 3_600e6);
    }

    function test_Attestors_Slash_ReachesUnbonding() public givenACommittee {
        vm.prank(members[2]);
        registry.requestUnstake(25_000e6);
        vm.prank(slasher);
        registry.slash(members[2], 10_000, FAULT, address(0));
        assertEq(registry.stakeOf(members[2]), 0);
        assertEq(registry.unbondingOf(members[2]).amount, 0);
        assertEq(registry.reserve(), 30_000e6);
    }

    function test_Attestors_Slash_CapsTheReward() public {
        _stake(members[0], 50_000e6);
        vm.prank(slasher);
        registry.slash(members[0], 10_000, FAULT, challenger);
        assertEq(registry.rewardOf(challenger), 10_000e6);
    }

    function testFuzz_Attestors_Slash_Conserves(uint96 staked, uint96 leaving, uint16 bps) public {
        staked = uint96(bound(staked, 1, 100_000e6));
        leaving = uint96(bound(leaving, 0, staked));
        bps = uint16(bound(bps, 0, 10_000));
        _stake(members[0], staked);
        if (leaving != 0) {
            vm.prank(members[0]);
            registry.requestUnstake(leaving);
        }
        vm.prank(slasher);
        uint96 taken = registry.slash(members[0], bps, FAULT, challenger);
        assertEq(uint256(registry.stakeOf(members[0])) + registry.unbondingOf(members[0]).amount + taken, staked);
        assertEq(uint256(registry.reserve()) + registry.rewardOf(challenger), taken);
        assertEq(usdc.balanceOf(address(registry)), staked);
    }

    function test_Attestors_ClaimReward_RevertGiven_Nothing() public {
        vm.expectRevert(abi.encodeWithSelector(IAttestors.AttestorRegistry_NoReward.selector, address(this)));
        registry.claimReward();
    }

    function test_Attestors_ClaimReward_PaysOnce() public givenACommittee {
        vm.prank(slasher);
        registry.slash(members[2], 2_000, FAULT, challenger);
        vm.startPrank(challenger);
        assertEq(registry.claimReward(), 2_400e6);
        assertEq(usdc.balanceOf(challenger), 2_400e6);
        vm.expectRevert(abi.encodeWithSelector(IAttestors.AttestorRegistry_NoReward.selector, challenger));
        registry.claimReward();
    }

    function test_Attestors_ClaimReward_RevertGiven_Blocked() public givenACommittee {
        usdc.blacklist(challenger);
        vm.prank(slasher);
        registry.slash(members[2], 2_000, FAULT, challenger);
        vm.expectRevert("Blacklistable: account is blacklisted");
        vm.prank(challenger);
        registry.claimReward();
        assertEq(registry.rewardOf(challenger), 2_400e6);
    }

    function test_Attestors_SweepReserve_RevertGiven_Empty() public {
        vm.expectRevert(IAttestors.AttestorRegistry_ZeroAmount.selector);
        registry.sweepReserve();
    }

    function test_Attestors_SweepReserve_Sends() public givenACommittee {
        vm.prank(slasher);
        registry.slash(members[2], 2_000, FAULT, challenger);
        assertEq(registry.sweepReserve(), 3_600e6);
        assertEq(usdc.balanceOf(treasury), 3_600e6);
    }
}
