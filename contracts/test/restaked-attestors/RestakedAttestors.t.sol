// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RestakedAttestors} from "../../src/RestakedAttestors.sol";
import {TestUSDC} from "../../src/TestUSDC.sol";
import {IAttestors} from "../../src/interfaces/IAttestors.sol";
import {IStrategy, IStrategyManager, OperatorSet} from "../../src/interfaces/IEigenLayer.sol";
import {IRestakedAttestors} from "../../src/interfaces/IRestakedAttestors.sol";
import {EigenLayerTwin} from "./EigenLayerTwin.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Test} from "forge-std/Test.sol";

contract RestakedAttestorsTest is Test {
    RestakedAttestors internal restaked;
    EigenLayerTwin internal eigen;
    TestUSDC internal usdc;
    address internal admin = makeAddr("admin");
    address internal governor = makeAddr("governor");
    address internal slasher = makeAddr("slasher");
    address internal treasury = makeAddr("treasury");
    address internal challenger = makeAddr("challenger");
    uint96 internal constant MINIMUM = 10_000e6;
    bytes4 internal constant FAULT = 0x12345678;
    /// @dev Operators and the keys of their attestors, keys in ascending order of address.
    address[] internal operators;
    uint256[] internal keys;
    address[] internal attestors;

    function setUp() public {
        vm.warp(1_800_000_000);
        usdc = new TestUSDC(address(this));
        eigen = new EigenLayerTwin(usdc);
        restaked = _make(IStrategy(address(eigen)));
        vm.startPrank(admin);
        restaked.grantRole(restaked.SLASHER(), slasher);
        restaked.open("https://example.org/avs.json");
        vm.stopPrank();
        usdc.mint(address(eigen), 1_000_000e6);
        for (uint256 i = 1; i <= 3; ++i) {
            operators.push(address(uint160(0xB0000 + i)));
            keys.push(i);
        }
        // vm.addr(1) > vm.addr(2) > vm.addr(3) does not hold for these: sort once.
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 j = i + 1; j < 3; ++j) {
                if (vm.addr(keys[j]) < vm.addr(keys[i])) (keys[i], keys[j]) = (keys[j], keys[i]);
            }
            attestors.push(vm.addr(keys[i]));
        }
    }

    function _make(IStrategy strategy) private returns (RestakedAttestors) {
        return new RestakedAttestors(
            eigen, IStrategyManager(address(eigen)), strategy, 50_000, usdc, treasury, MINIMUM, admin, governor
        );
    }

    function _signed(uint256 key, address operator) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, restaked.keyDigest(operator));
        return abi.encode(vm.addr(key), abi.encodePacked(r, s, v));
    }

    function _register(uint256 i, uint256 shares) private {
        eigen.register(operators[i], address(restaked), 0, shares, _signed(keys[i], operators[i]));
    }

    modifier givenACommittee() {
        for (uint256 i = 0; i < 3; ++i) {
            _register(i, MINIMUM * (i + 1));
        }
        vm.prank(governor);
        restaked.rotateCommittee(attestors);
        _;
    }

    function _slash(uint256 i, uint16 bps) private returns (uint96) {
        vm.prank(slasher);
        return restaked.slash(attestors[i], bps, FAULT, challenger);
    }

    function test_Restaked_Open_MakesASetThatPaysUs() public view {
        assertEq(eigen.registrarOf(address(restaked)), address(restaked));
        assertEq(eigen.recipientOf(keccak256(abi.encode(address(restaked), uint32(0)))), address(restaked));
        assertEq(eigen.metadataOf(address(restaked)), "https://example.org/avs.json");
    }

    function test_Restaked_Open_RevertWhen_NotAdmin() public {
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), bytes32(0))
        );
        restaked.open("x");
    }

    function test_Restaked_Make_RevertWhen_TheTokenIsNotUsdc() public {
        EigenLayerTwin other = new EigenLayerTwin(new TestUSDC(address(this)));
        vm.expectRevert(
            abi.encodeWithSelector(IRestakedAttestors.RestakedAttestors_WrongToken.selector, other.underlyingToken())
        );
        _make(IStrategy(address(other)));
    }

    function test_Restaked_Register_BindsKeyAndOperator() public {
        vm.expectEmit(address(restaked));
        emit IRestakedAttestors.AttestorRegistered(attestors[0], operators[0]);
        _register(0, MINIMUM);
        assertEq(restaked.operatorOf(attestors[0]), operators[0]);
        assertEq(restaked.attestorOf(operators[0]), attestors[0]);
        assertEq(restaked.stakeOf(attestors[0]), MINIMUM);
    }

    function test_Restaked_Register_RevertWhen_NotTheAllocationManager() public {
        uint32[] memory sets = new uint32[](1);
        vm.expectRevert(
            abi.encodeWithSelector(IRestakedAttestors.RestakedAttestors_NotAllocationManager.selector, address(this))
        );
        restaked.registerOperator(operators[0], address(restaked), sets, "");
    }

    function test_Restaked_Register_RevertWhen_AnotherServiceOrSet() public {
        uint32[] memory sets = new uint32[](1);
        bytes memory refusal =
            abi.encodeWithSelector(IRestakedAttestors.RestakedAttestors_UnknownSet.selector, address(this));
        vm.prank(address(eigen));
        vm.expectRevert(refusal);
        restaked.registerOperator(operators[0], address(this), sets, "");
        sets[0] = 7;
        vm.prank(address(eigen));
        vm.expectRevert(
            abi.encodeWithSelector(IRestakedAttestors.RestakedAttestors_UnknownSet.selector, address(restaked))
        );
        restaked.registerOperator(operators[0], address(restaked), sets, "");
    }

    function test_Restaked_Register_RevertWhen_TheKeyDidNotSign() public {
        bytes memory data = _signed(keys[0], operators[1]);
        vm.expectRevert(
            abi.encodeWithSelector(IRestakedAttestors.RestakedAttestors_InvalidKeySignature.selector, attestors[0])
        );
        eigen.register(operators[0], address(restaked), 0, MINIMUM, data);
    }

    function test_Restaked_Register_RevertWhen_KeyOrOperatorIsTaken() public {
        _register(0, MINIMUM);
        bytes memory sameKey = _signed(keys[0], operators[1]);
        vm.expectRevert(abi.encodeWithSelector(IRestakedAttestors.RestakedAttestors_KeyTaken.selector, attestors[0]));
        eigen.register(operators[1], address(restaked), 0, MINIMUM, sameKey);
        bytes memory second = _signed(keys[1], operators[0]);
        vm.expectRevert(abi.encodeWithSelector(IRestakedAttestors.RestakedAttestors_KeyTaken.selector, attestors[1]));
        eigen.register(operators[0], address(restaked), 0, MINIMUM, second);
    }

    function test_Restaked_Rotate_WeighsByWhatStaysSlashable() public givenACommittee {
        eigen.setRate(2e18);
        (, uint96[] memory weights) = restaked.committeeOf(1);
        assertEq(weights[0] + weights[1] + weights[2], 6 * MINIMUM);
        // A committee keeps its weights; the next one has the strategy's new worth.
        vm.prank(governor);
        restaked.rotateCommittee(attestors);
        assertEq(restaked.weightOf(2, attestors[2]), 6 * MINIMUM);
    }

    function test_Restaked_Deregister_LeavesTheCommitteeAndStaysSlashable() public givenACommittee {
        eigen.deregister(operators[1], address(restaked), 0);
        assertEq(restaked.committeeVersion(), 2);
        assertEq(restaked.weightOf(2, attestors[1]), 0);
        assertEq(restaked.stakeOf(attestors[1]), 0);
        address[] memory one = new address[](1);
        one[0] = attestors[1];
        assertEq(restaked.slashableOf(one), 2 * MINIMUM);
        assertEq(_slash(1, 10_000), 2 * MINIMUM);
    }

    function test_Restaked_Deregister_RevertWhen_NotRegistered() public {
        vm.expectRevert(
            abi.encodeWithSelector(IRestakedAttestors.RestakedAttestors_UnknownAttestor.selector, operators[0])
        );
        eigen.deregister(operators[0], address(restaked), 0);
    }

    function test_Restaked_Register_ComesBackWithTheSameKey() public givenACommittee {
        eigen.deregister(operators[1], address(restaked), 0);
        _register(1, MINIMUM);
        assertEq(restaked.stakeOf(attestors[1]), MINIMUM);
    }

    function test_Restaked_Slash_TakesAndLowersTheWeight() public givenACommittee {
        vm.expectEmit(address(restaked));
        emit IAttestors.Slashed(attestors[2], FAULT, 1_500e6 * 4, challenger, 0);
        assertEq(_slash(2, 2_000), 6_000e6);
        assertEq(restaked.weightOf(restaked.committeeVersion(), attestors[2]), 24_000e6);
        // Below the minimum: out.
        _slash(0, 1);
        assertEq(restaked.weightOf(restaked.committeeVersion(), attestors[0]), 0);
    }

    function test_Restaked_Slash_RevertWhen_NotSlasherShareOrAttestor() public givenACommittee {
        bytes32 role = restaked.SLASHER();
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), role)
        );
        restaked.slash(attestors[0], 1, FAULT, challenger);
        vm.startPrank(slasher);
        vm.expectRevert(abi.encodeWithSelector(IAttestors.AttestorRegistry_InvalidShare.selector, 0));
        restaked.slash(attestors[0], 0, FAULT, challenger);
        vm.expectRevert(abi.encodeWithSelector(IAttestors.AttestorRegistry_InvalidShare.selector, 10_001));
        restaked.slash(attestors[0], 10_001, FAULT, challenger);
        vm.expectRevert(
            abi.encodeWithSelector(IRestakedAttestors.RestakedAttestors_UnknownAttestor.selector, challenger)
        );
        restaked.slash(challenger, 1, FAULT, challenger);
    }

    function test_Restaked_Collect_RewardsTheChallengerAndKeepsTheRest() public givenACommittee {
        _slash(2, 10_000);
        vm.expectEmit(address(restaked));
        emit IRestakedAttestors.SlashCollected(1, 30_000e6, challenger, 10_000e6);
        assertEq(restaked.collect(1), 30_000e6);
        assertEq(restaked.reserve(), 20_000e6);
        vm.prank(challenger);
        restaked.claimReward();
        assertEq(usdc.balanceOf(challenger), 10_000e6);
        restaked.sweepReserve();
        assertEq(usdc.balanceOf(treasury), 20_000e6);
        assertEq(usdc.balanceOf(address(restaked)), 0);
    }

    function test_Restaked_Collect_FindsWhatSomebodyElseHandedOut() public givenACommittee {
        _slash(0, 10_000);
        _slash(1, 5_000);
        eigen.clearBurnOrRedistributableShares(OperatorSet(address(restaked), 0), 1);
        eigen.clearBurnOrRedistributableShares(OperatorSet(address(restaked), 0), 2);
        assertEq(restaked.collect(2), 10_000e6);
        assertEq(restaked.collect(1), 10_000e6);
        assertEq(restaked.rewardOf(challenger), 8_000e6);
        assertEq(restaked.reserve(), 12_000e6);
    }

    function test_Restaked_Collect_RevertWhen_UnknownOrNothingArrived() public givenACommittee {
        vm.expectRevert(abi.encodeWithSelector(IRestakedAttestors.RestakedAttestors_UnknownSlash.selector, 9));
        restaked.collect(9);
        _slash(0, 10_000);
        eigen.setHoldsBack(true);
        vm.expectRevert(abi.encodeWithSelector(IRestakedAttestors.RestakedAttestors_NothingArrived.selector, 1));
        restaked.collect(1);
        eigen.setHoldsBack(false);
        restaked.collect(1);
        vm.expectRevert(abi.encodeWithSelector(IRestakedAttestors.RestakedAttestors_UnknownSlash.selector, 1));
        restaked.collect(1);
    }

    function test_Restaked_Collect_KeepsTheSlashWhenATrifleCameBefore() public givenACommittee {
        _slash(0, 10_000);
        eigen.setHoldsBack(true);
        deal(address(usdc), address(restaked), 1);
        assertEq(restaked.collect(1), 1);
        eigen.setHoldsBack(false);
        assertEq(restaked.collect(1), 10_000e6 - 1);
        assertEq(restaked.rewardOf(challenger), 4_000e6 - 1, "40 % of each, rounded down");
    }

    /// @dev A fault in a book is slashed although nothing has arrived that the book could be given.
    function test_Restaked_PayRestitution_WaitsForNothing() public givenACommittee {
        _slash(0, 10_000);
        vm.prank(slasher);
        assertEq(restaked.payRestitution(slasher, 4_000e6), 0);
        restaked.collect(1);
        vm.prank(slasher);
        assertEq(restaked.payRestitution(slasher, 4_000e6), 4_000e6);
    }

    function testFuzz_Restaked_Collect_OwesNoMoreThanItHas(uint16[6] calldata shares, uint8 cleared, uint64 rate)
        public
        givenACommittee
    {
        eigen.setRate(bound(rate, 0.5e18, 2e18));
        uint256 count = 0;
        for (uint256 i = 0; i < shares.length; ++i) {
            if (_slash(i % 3, uint16(bound(shares[i], 1, 9_999))) == 0) continue;
            ++count;
            if (cleared >> i & 1 == 1) {
                eigen.clearBurnOrRedistributableShares(OperatorSet(address(restaked), 0), count);
            }
        }
        for (uint256 id = 1; id <= count; ++id) {
            restaked.collect(id);
            assertLe(uint256(restaked.reserve()) + restaked.rewardsOwed(), usdc.balanceOf(address(restaked)));
        }
        assertEq(uint256(restaked.reserve()) + restaked.rewardsOwed(), usdc.balanceOf(address(restaked)));
    }
}
