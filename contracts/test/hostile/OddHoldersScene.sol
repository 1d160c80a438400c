// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FeeTreasury} from "../../src/FeeTreasury.sol";
import {IFeeTreasury} from "../../src/interfaces/IFeeTreasury.sol";
import {Demand, IntentTerms, LeafProof} from "../../src/interfaces/DataTypes.sol";
import {OddTable} from "./OddTable.sol";

/// @notice The others that hold money, when all of it could move: treasury, bonds of demands, stakes. The holder has some of
/// each.
abstract contract OddHoldersScene is OddTable {
    uint32 internal constant CALLS = 3;

    FeeTreasury internal fees;
    address internal holder;
    address internal safe = makeAddr("safe");
    IntentTerms internal terms;
    uint32 internal epoch;

    function _holder() internal virtual returns (address) {
        return makeAddr("holder");
    }

    function setUp() public virtual override {
        super.setUp();
        address self = address(this);
        fees = FeeTreasury(
            deployCode("FeeTreasury.sol", abi.encode(usdc, safe, carriers, address(0), uint40(1 days), self, self))
        );
        fees.setSettings(1, 10e6, 20e6, 5_000, makeAddr("gas tank"));
        fees.setDuty(CALLS, IFeeTreasury.Duty(address(0), bytes4(0), false, 1, 0.5e6, 0));
        odd.mint(address(fees), 100e6);
        holder = _holder();
        _enrich(holder);
        odd.mint(holder, STAKE);
        vm.startPrank(holder);
        odd.approve(address(fees), type(uint256).max);
        odd.approve(address(attestors), type(uint256).max);
        odd.approve(address(payOnUsage), type(uint256).max);
        fees.addBond(50e6);
        attestors.stake(STAKE);
        attestors.requestUnstake(STAKE / 2);
        vm.stopPrank();
        fees.payRelayer(holder, CALLS, "work");
        vm.prank(holder);
        fees.leave();
        // A third of one stake is slashed, and the holder has the reward. Two members are left.
        attestors.grantRole(attestors.SLASHER(), self);
        attestors.slash(committee[2], 3_000, bytes4("slsh"), holder);
        skip(14 days);
        (terms,) = _opened(alice, aliceKey, BOOK_A, 1);
        _setLeaf(ids[0], 5e6, 1, 0);
        epoch = _postNext(2);
        // A demand that the holder answered: its bond is owed.
        vm.prank(holder);
        Demand memory demand = payOnUsage.challengeData(epoch, terms);
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        vm.prank(holder);
        payOnUsage.answerData(demand, ids[0], leaf);
        skip(1);
        _table();
        _assertHolds("before");
    }

    function _table() private {
        _act(takes, "treasury addBond", address(fees), abi.encodeCall(fees.addBond, (1e6)));
        _act(takes, "stake", address(attestors), abi.encodeCall(attestors.stake, (1e6)));
        bytes memory demand = abi.encodeCall(payOnUsage.challengeData, (epoch, terms));
        _act(takes, "challengeData", address(payOnUsage), demand);
        _act(gives, "withdrawBond", address(fees), abi.encodeCall(fees.withdrawBond, ()));
        _act(gives, "collect", address(fees), abi.encodeCall(fees.collect, ()));
        _act(gives, "sweep", address(fees), abi.encodeCall(fees.sweep, ()));
        _act(gives, "withdrawOwed", address(payOnUsage), abi.encodeCall(payOnUsage.withdrawOwed, ()));
        _act(gives, "withdraw", address(attestors), abi.encodeCall(attestors.withdraw, ()));
        _act(gives, "claimReward", address(attestors), abi.encodeCall(attestors.claimReward, ()));
        _act(gives, "sweepReserve", address(attestors), abi.encodeCall(attestors.sweepReserve, ()));
    }

    function _act(Act[] storage acts, string memory name, address target, bytes memory data) private {
        acts.push(Act(name, holder, target, data));
    }

    /// @dev What the registry's records say it has.
    function _staked() internal view returns (uint256 sum) {
        sum = uint256(attestors.reserve()) + attestors.rewardsOwed();
        for (uint256 i = 0; i <= committee.length; ++i) {
            address member = i == committee.length ? holder : committee[i];
            sum += uint256(attestors.stakeOf(member)) + attestors.unbondingOf(member).amount;
        }
    }

    function _assertHolds(string memory when) internal view override {
        assertEq(odd.balanceOf(address(attestors)), _staked(), when);
        // Bonds are kept apart; what is owed is paid from fees, and so is what may be swept.
        uint256 balance = odd.balanceOf(address(fees));
        assertGe(balance, fees.totalBonds() + fees.totalOwed(), when);
        assertEq(fees.totalBonds(), fees.bondOf(holder).amount, when);
        assertEq(fees.totalOwed(), fees.owedTo(holder), when);
        assertGe(odd.balanceOf(address(payOnUsage)), payOnUsage.owedTo(holder), when);
    }

    function _print() internal view override returns (bytes32) {
        bytes memory ofTreasury = abi.encode(
            fees.bondOf(holder), fees.owedTo(holder), fees.totalBonds(), fees.totalOwed(), odd.balanceOf(address(fees))
        );
        bytes memory ofDemands = abi.encode(payOnUsage.owedTo(holder), odd.balanceOf(address(payOnUsage)));
        return keccak256(
            abi.encode(
                ofTreasury,
                ofDemands,
                attestors.stakeOf(holder),
                attestors.unbondingOf(holder),
                attestors.rewardOf(holder),
                attestors.reserve(),
                odd.balanceOf(address(attestors)),
                odd.balanceOf(holder)
            )
        );
    }
}
