// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AdvanceState, IAdvancePool} from "../../src/interfaces/IAdvancePool.sol";
import {ICarrierRegistry} from "../../src/interfaces/ICarrierRegistry.sol";
import {IPayoutBox} from "../../src/interfaces/IPayoutBox.sol";
import {PoolJourney} from "./PoolJourney.sol";

contract LossesTest is PoolJourney {
    function _give(uint64 amount) private {
        usdc.mint(address(this), amount);
        usdc.approve(address(pool), amount);
    }

    function _claim(uint32 epoch) private {
        escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
    }

    function test_Pool_Repay_TakesThePoolsPartOfAClaimFirst() external {
        uint32 epoch = _lent();
        uint256 price = _price();
        skip(SLOW);
        _claim(epoch);
        assertEq(usdc.balanceOf(box), 118.8e6);
        assertEq(pool.repay(BOOK_A, epoch), 100e6);
        // 0.1 was the discount: a fifth of it is the junior reserve's.
        assertEq(pool.totalAssets(), 1_000.08e6);
        (uint256 cash,, uint64 junior,) = pool.reserves();
        assertEq(cash, 1_000.08e6);
        assertEq(junior, 0.02e6);
        assertGt(_price(), price);
        assertEq(usdc.balanceOf(payoutA), 99.9e6 + 18.8e6);
        assertEq(uint8(pool.advanceOf(BOOK_A, epoch).state), uint8(AdvanceState.Repaid));
        assertEq(pool.unsecured(), 0);
    }

    function test_Pool_Repay_InParts_PriceFirst() external {
        uint32 epoch = _lent();
        usdc.mint(box, 99.9e6);
        assertEq(pool.repay(BOOK_A, epoch), 99.9e6);
        assertEq(pool.totalAssets(), 1_000e6);
        assertEq(pool.outstanding(BOOK_A), 0.1e6);
        usdc.mint(box, 1e6);
        assertEq(pool.repay(BOOK_A, epoch), 0.1e6);
        assertEq(pool.totalAssets(), 1_000.08e6);
    }

    function test_Pool_Repay_RevertGiven_NothingAdvancedOrAllRepaid() external {
        vm.expectRevert(
            abi.encodeWithSelector(IAdvancePool.AdvancePool_WrongState.selector, BOOK_A, 3, AdvanceState.None)
        );
        pool.repay(BOOK_A, 3);
        uint32 epoch = _lent();
        usdc.mint(box, 100e6);
        pool.repay(BOOK_A, epoch);
        vm.expectRevert(
            abi.encodeWithSelector(IAdvancePool.AdvancePool_WrongState.selector, BOOK_A, epoch, AdvanceState.Repaid)
        );
        pool.repay(BOOK_A, epoch);
    }

    function test_Pool_Repay_GivenTheBeneficiaryIsBlocked_KeepsItsPartInTheBox() external {
        uint32 epoch = _lent();
        skip(SLOW);
        _claim(epoch);
        usdc.blacklist(payoutA);
        assertEq(pool.repay(BOOK_A, epoch), 100e6);
        assertEq(usdc.balanceOf(box), 18.8e6);
    }

    function test_Pool_Release_LeavesWhatIsOwed() external {
        uint32 epoch = _lent();
        usdc.mint(box, 99e6);
        assertEq(pool.release(CARRIER_A), 0);
        usdc.mint(box, 2e6);
        assertEq(pool.release(CARRIER_A), 1e6);
        assertEq(usdc.balanceOf(box), 100e6);
        assertEq(pool.repay(BOOK_A, epoch), 100e6);
    }

    function test_Pool_Impair_RevertGiven_NeitherDueNorLost() external {
        uint32 epoch = _lent();
        uint40 dueAt = pool.advanceOf(BOOK_A, epoch).dueAt;
        vm.warp(dueAt);
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_NotDue.selector, dueAt, dueAt));
        pool.impair(BOOK_A, epoch);
        skip(1);
        pool.impair(BOOK_A, epoch);
        vm.expectRevert(
            abi.encodeWithSelector(IAdvancePool.AdvancePool_WrongState.selector, BOOK_A, epoch, AdvanceState.Impaired)
        );
        pool.impair(BOOK_A, epoch);
    }

    function test_Pool_Impair_GivenTheRootIsVoided_AtOnce() external {
        uint32 epoch = _lent();
        vm.prank(address(payOnUsage));
        settlement.voidEpoch(epoch, bytes4(0xdeadbeef));
        pool.impair(BOOK_A, epoch);
        assertEq(pool.maxDeposit(provider), 0);
        // The carrier pays after all: everything is open again.
        usdc.mint(box, 100e6);
        pool.repay(BOOK_A, epoch);
        assertGt(pool.maxDeposit(provider), 0);
    }

    function test_Pool_Impair_ShutsTheDoorsInAndOut() external {
        uint32 epoch = _lent();
        vm.startPrank(provider);
        pool.requestRedeem(pool.balanceOf(provider));
        vm.stopPrank();
        _freeze(epoch);
        pool.impair(BOOK_A, epoch);
        // The request has come to its turn and is open: only the loss keeps it in.
        skip(SLOW);
        assertEq(pool.maxRedeem(provider), 0);
        assertEq(pool.maxDeposit(provider), 0);
        usdc.mint(box, 100e6);
        pool.repay(BOOK_A, epoch);
        assertGt(pool.maxRedeem(provider), 0);
    }

    function test_Pool_WriteOff_RevertGiven_NotImpairedOrPatience() external {
        uint32 epoch = _lent();
        vm.expectRevert(
            abi.encodeWithSelector(IAdvancePool.AdvancePool_WrongState.selector, BOOK_A, epoch, AdvanceState.Open)
        );
        pool.writeOff(BOOK_A, epoch);
        _freeze(epoch);
        pool.impair(BOOK_A, epoch);
        uint256 from = uint256(pool.advanceOf(BOOK_A, epoch).dueAt) + PATIENCE;
        vm.warp(from);
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_NotDue.selector, from, from));
        pool.writeOff(BOOK_A, epoch);
    }

    function test_Pool_WriteOff_TakesTheBondThenStakeThenReserveThenTheShares() external {
        // A first round fills the junior reserve with 0.02.
        uint32 first = _lent();
        usdc.mint(box, 100e6);
        pool.repay(BOOK_A, first);
        skip(SLOW);
        _claim(first);
        _give(90e6);
        pool.addBond(CARRIER_A, 60e6);
        pool.fundStakeReserve(30e6);
        uint256 assets = pool.totalAssets();

        uint32 epoch = _lost();
        vm.expectEmit(address(pool));
        emit IAdvancePool.WrittenOff(BOOK_A, epoch, 60e6, 30e6, 0.02e6, 9.88e6);
        pool.writeOff(BOOK_A, epoch);
        assertEq(pool.totalAssets(), assets - 9.88e6);
        assertEq(pool.outstanding(BOOK_A), 0);
        assertEq(pool.accountOf(CARRIER_A).writtenOff, 40e6);
        assertEq(pool.unsecured(), 0);
        (, uint64 stakeReserve, uint64 junior, uint256 impaired) = pool.reserves();
        assertEq(stakeReserve + junior + impaired, 0);
        // The debt stays a lien: nothing is released, and the address stays locked.
        assertEq(pool.frozenFrom(BOOK_A), epoch);
        usdc.mint(box, 45e6);
        pool.release(CARRIER_A);
        assertEq(usdc.balanceOf(box), 40e6);
    }

    function test_Pool_WriteOff_GivenTheBondCoversAll_LosesNothing() external {
        _give(200e6);
        pool.addBond(CARRIER_A, 200e6);
        uint32 epoch = _lost();
        pool.writeOff(BOOK_A, epoch);
        assertEq(pool.totalAssets(), 1_000.08e6);
        assertEq(pool.accountOf(CARRIER_A).bond, 100e6);
        assertEq(uint8(pool.advanceOf(BOOK_A, epoch).state), uint8(AdvanceState.Repaid));
        assertGt(pool.maxDeposit(provider), 0);
    }

    function test_Pool_WriteOff_GivesLateMoneyToShareHoldersFirst() external {
        uint32 epoch = _lost();
        pool.writeOff(BOOK_A, epoch);
        assertEq(pool.totalAssets(), 1_000e6 - 99.9e6);
        usdc.mint(box, 100e6);
        assertEq(pool.repay(BOOK_A, epoch), 100e6);
        assertEq(pool.totalAssets(), 1_000e6);
        (,, uint64 junior,) = pool.reserves();
        assertEq(junior, 0.1e6);
        assertEq(pool.accountOf(CARRIER_A).writtenOff, 0);
    }

    function test_Pool_WriteOff_StopsFurtherAdvancesOfTheCarrier() external {
        uint32 epoch = _lost();
        pool.writeOff(BOOK_A, epoch);
        carriers.openBook(CARRIER_A);
        assertEq(pool.frozenFrom(3), type(uint32).max);
    }

    function test_Pool_AddBond_RevertWhen_NothingOrUnknownCarrier() external {
        vm.expectRevert(IAdvancePool.AdvancePool_ZeroAmount.selector);
        pool.addBond(CARRIER_A, 0);
        _give(1);
        vm.expectRevert(abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_UnknownCarrier.selector, 9));
        pool.addBond(9, 1);
    }

    function test_Pool_AddBond_CountsAgainstWhatIsOwed() external {
        _lent();
        assertEq(pool.unsecured(), 100e6);
        _give(30e6);
        pool.addBond(CARRIER_A, 30e6);
        assertEq(pool.unsecured(), 70e6);
    }

    function test_Pool_WithdrawBond_OnlyByTheAdminAndFreeOfDebt() external {
        _give(30e6);
        pool.addBond(CARRIER_A, 30e6);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_NotAllowed.selector, bob, address(this)));
        pool.withdrawBond(CARRIER_A, 1, bob);
        uint256 snapshot = vm.snapshotState();
        pool.withdrawBond(CARRIER_A, 30e6, bob);
        assertEq(usdc.balanceOf(bob), 10_030e6);
        vm.revertToState(snapshot);
        _lent();
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_StillOwing.selector, CARRIER_A, 100e6));
        pool.withdrawBond(CARRIER_A, 1, bob);
    }

    function test_Pool_FundStakeReserve_RevertWhen_Nothing() external {
        vm.expectRevert(IAdvancePool.AdvancePool_ZeroAmount.selector);
        pool.fundStakeReserve(0);
    }

    function test_Pool_FundStakeReserve_IsNobodysShare() external {
        _give(5e6);
        pool.fundStakeReserve(5e6);
        assertEq(pool.totalAssets(), 1_000e6);
    }

    function test_Pool_Enrol_FollowsTheRegistry() external {
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_AlreadyInForce.selector, CARRIER_A));
        pool.enrol(CARRIER_A);
        carriers.setPayout(CARRIER_A, payoutB);
        skip(48 hours);
        assertEq(pool.enrol(CARRIER_A), box);
        assertEq(pool.accountOf(CARRIER_A).beneficiary, payoutB);
        vm.expectRevert(abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_UnknownCarrier.selector, 9));
        pool.enrol(9);
    }

    function test_Box_Send_RevertWhen_NotPool() external {
        usdc.mint(box, 1);
        vm.expectRevert(abi.encodeWithSelector(IPayoutBox.PayoutBox_NotPool.selector, address(this), address(pool)));
        IPayoutBox(box).send(usdc, address(this), 1);
    }

    function test_Box_Send_SaysWhatTheTokenSays() external {
        usdc.mint(box, 2);
        vm.startPrank(address(pool));
        assertTrue(IPayoutBox(box).send(usdc, bob, 1));
        assertFalse(IPayoutBox(box).send(usdc, bob, 2));
        vm.stopPrank();
    }
}
