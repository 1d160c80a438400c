// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RestakedAttestors} from "../../src/RestakedAttestors.sol";
import {TestUSDC} from "../../src/TestUSDC.sol";
import {IAttestors} from "../../src/interfaces/IAttestors.sol";
import {IStrategy, IStrategyManager} from "../../src/interfaces/IEigenLayer.sol";
import {EigenLayerTwin} from "./EigenLayerTwin.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Test} from "forge-std/Test.sol";

/// @notice What restaked attestors have in common with the others, refused by the same rules.
contract CommitteesAndRewardsTest is Test {
    RestakedAttestors internal restaked;
    address internal governor = makeAddr("governor");
    address internal stranger = makeAddr("stranger");
    uint96 internal constant MINIMUM = 10_000e6;

    function setUp() public {
        TestUSDC usdc = new TestUSDC(address(this));
        EigenLayerTwin eigen = new EigenLayerTwin(usdc);
        address eigenAt = address(eigen);
        restaked = new RestakedAttestors(
            eigen,
            IStrategyManager(eigenAt),
            IStrategy(eigenAt),
            50_000,
            usdc,
            makeAddr("treasury"),
            MINIMUM,
            address(this),
            governor
        );
    }

    function _refusesWithout(bytes32 role) private {
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, stranger, role)
        );
        vm.prank(stranger);
    }

    function test_Restaked_RotateCommittee_RevertWhen_NotGovernor() public {
        bytes32 role = restaked.GOVERNOR();
        _refusesWithout(role);
        restaked.rotateCommittee(new address[](1));
    }

    function test_Restaked_RotateCommittee_RevertWhen_NobodyOrTooLittleStaked() public {
        address[] memory members = new address[](1);
        members[0] = stranger;
        vm.startPrank(governor);
        vm.expectRevert(abi.encodeWithSelector(IAttestors.AttestorRegistry_CommitteeSize.selector, 0, 32));
        restaked.rotateCommittee(new address[](0));
        vm.expectRevert(abi.encodeWithSelector(IAttestors.AttestorRegistry_BelowMinimum.selector, stranger, 0, MINIMUM));
        restaked.rotateCommittee(members);
    }

    function test_Restaked_ClaimReward_RevertGiven_Nothing() public {
        vm.expectRevert(abi.encodeWithSelector(IAttestors.AttestorRegistry_NoReward.selector, stranger));
        vm.prank(stranger);
        restaked.claimReward();
    }

    function test_Restaked_SweepReserve_RevertGiven_Empty() public {
        vm.expectRevert(IAttestors.AttestorRegistry_ZeroAmount.selector);
        restaked.sweepReserve();
    }

    function test_Restaked_PayRestitution_RevertWhen_NotSlasher() public {
        bytes32 role = restaked.SLASHER();
        _refusesWithout(role);
        restaked.payRestitution(stranger, 1);
    }
}
