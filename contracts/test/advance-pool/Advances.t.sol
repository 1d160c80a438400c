// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Advance, AdvanceState, IAdvancePool} from "../../src/interfaces/IAdvancePool.sol";
import {NodeProof} from "../../src/interfaces/DataTypes.sol";
import {ICarrierRegistry} from "../../src/interfaces/ICarrierRegistry.sol";
import {AdvanceOffer, IReceivables} from "../../src/interfaces/IReceivables.sol";
import {CodeStore} from "../../src/libraries/CodeStore.sol";
import {PoolJourney} from "./PoolJourney.sol";

contract AdvancesTest is PoolJourney {
    function test_Pool_Advance_PaysTheBeneficiaryLessTheDiscount() external {
        uint32 epoch = _earn();
        uint256 price = _price();
        assertEq(_advance(_offer(epoch, 108e6)), 107.892e6);
        assertEq(usdc.balanceOf(payoutA), 107.892e6);
        assertEq(pool.outstanding(BOOK_A), 108e6);
        assertEq(pool.totalAssets(), 1_000e6);
        assertEq(_price(), price);
        Advance memory a = pool.advanceOf(BOOK_A, epoch);
        assertEq(a.dueAt, settlement.epochOf(epoch).postedAt + SLOW + CLAIM);
        assertEq(uint8(a.state), uint8(AdvanceState.Open));
    }

    function test_Pool_Advance_AgreesWithTheDigestThatIsSigned() external view {
        AdvanceOffer memory offer = _offer(7, 5);
        assertEq(receivables.digestOf(offer), _offerDigest(offer));
    }

    function test_Pool_Advance_RevertWhen_AboveNineTenths() external {
        uint32 epoch = _earn();
        _refused(
            _offer(epoch, 108e6 + 1),
            abi.encodeWithSelector(IAdvancePool.AdvancePool_AboveClaimable.selector, 108e6 + 1, 108e6)
        );
    }

    /// Charges are cumulative: the next epoch's node holds what was advanced on this one.
    function test_Pool_Advance_RevertWhen_TheSameMoneyIsOfferedAgain() external {
        uint32 first = _earn();
        _advance(_offer(first, 108e6));
        uint32 second = _postNext(3);
        _refused(_offer(second, 1), abi.encodeWithSelector(IAdvancePool.AdvancePool_AboveClaimable.selector, 1, 0));
    }

    function test_Pool_Advance_RevertGiven_AlreadyAdvanced() external {
        uint32 epoch = _earn();
        _advance(_offer(epoch, 1e6));
        _refused(
            _offer(epoch, 1e6), abi.encodeWithSelector(IAdvancePool.AdvancePool_AlreadyAdvanced.selector, BOOK_A, epoch)
        );
    }

    function test_Pool_Advance_RevertWhen_Expired() external {
        AdvanceOffer memory offer = _offer(_earn(), 1e6);
        offer.validUntil = uint40(block.timestamp - 1);
        _refused(offer, abi.encodeWithSelector(IReceivables.Receivables_OfferExpired.selector, offer.validUntil));
    }

    function test_Pool_Advance_RevertWhen_DiscountTooHigh() external {
        AdvanceOffer memory offer = _offer(_earn(), 1e6);
        offer.discountBps = 101;
        _refused(offer, abi.encodeWithSelector(IReceivables.Receivables_DiscountTooHigh.selector, 101, 100));
    }

    function test_Pool_Advance_RevertWhen_AnotherKeySigned() external {
        AdvanceOffer memory offer = _offer(_earn(), 1e6);
        bytes32 digest = _offerDigest(offer);
        // A key of the other role: it may say that profiles are installed, not sell claims.
        bytes memory signature = _sign(provisioningKey, digest);
        address key = vm.addr(provisioningKey);
        NodeProof memory node = tree.nodeProof(BOOK_A);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.Receivables_InvalidOffer.selector, key, digest));
        pool.advance(offer, node, key, signature);
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_Pool_Advance_RevertWhen_AnyFieldWasChanged(uint256 field, uint32 by) external {
        by = uint32(bound(by, 1, 1_000));
        AdvanceOffer memory offer = _offer(_earn(), 50e6);
        bytes memory signature = _sign(usageKey, _offerDigest(offer));
        field = bound(field, 0, 4);
        if (field == 0) offer.book += by;
        if (field == 1) offer.epoch -= by;
        if (field == 2) offer.gross += by;
        if (field == 3) offer.discountBps += uint16(by % 80) + 1;
        if (field == 4) offer.validUntil += by;
        (bool success,) = address(this).call(abi.encodeCall(this.advanceAs, (offer, signature)));
        assertFalse(success);
    }

    function test_Pool_Advance_RevertGiven_NoQuorum() external {
        (, bytes32 intentId) = _open(alice, aliceKey, 50e6, 1);
        _setLeaf(intentId, 40e6, 1, 0);
        uint32 epoch = _postNext(1);
        _refused(
            _offer(epoch, 1e6), abi.encodeWithSelector(IReceivables.Receivables_NotAdvanceable.selector, BOOK_A, epoch)
        );
    }

    function test_Pool_Advance_RevertGiven_FrozenVoidedOrFinal() external {
        uint32 epoch = _earn();
        bytes memory refusal = abi.encodeWithSelector(IReceivables.Receivables_NotAdvanceable.selector, BOOK_A, epoch);
        uint256 snapshot = vm.snapshotState();
        _freeze(epoch);
        _refused(_offer(epoch, 1e6), refusal);
        vm.revertToState(snapshot);
        vm.prank(address(payOnUsage));
        settlement.voidEpoch(epoch, bytes4(0xdeadbeef));
        _refused(_offer(epoch, 1e6), refusal);
        vm.revertToState(snapshot);
        skip(SLOW);
        _refused(_offer(epoch, 1e6), refusal);
    }

    function test_Pool_Advance_RevertGiven_NoLien() external {
        uint32 epoch = _earn();
        bytes memory refusal = abi.encodeWithSelector(IAdvancePool.AdvancePool_NoLien.selector, CARRIER_A);
        uint256 snapshot = vm.snapshotState();
        // A change of the payout address that is under way would outlast the lock.
        carriers.setPayout(CARRIER_A, payoutB);
        _refused(_offer(epoch, 1e6), refusal);
        skip(48 hours - 1 hours);
        _refused(_offer(epoch, 1e6), refusal);
        vm.revertToState(snapshot);
        vm.mockCall(address(carriers), abi.encodeWithSignature("frozenBooks()"), abi.encode(settlement));
        _refused(_offer(epoch, 1e6), refusal);
    }

    function test_Pool_Advance_LocksThePayoutAddress() external {
        uint32 epoch = _lent();
        assertEq(pool.frozenFrom(BOOK_A), type(uint32).max);
        vm.expectRevert(
            abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_PayoutFrozen.selector, CARRIER_A, BOOK_A)
        );
        carriers.setPayout(CARRIER_A, payoutB);
        skip(SLOW);
        escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
        pool.repay(BOOK_A, epoch);
        assertEq(pool.frozenFrom(BOOK_A), 0);
        carriers.setPayout(CARRIER_A, payoutB);
    }

    function test_Pool_Advance_RevertWhen_AboveTheCap() external {
        uint32 epoch = _earn();
        // Stake that is gone bears nothing: two of three signers lose all of theirs.
        uint256[] memory members = new uint256[](1);
        members[0] = (uint256(uint160(committee[0])) << 96) | 100e6;
        vm.mockCall(
            address(attestors),
            abi.encodeWithSelector(attestors.committeeAt.selector),
            abi.encode(uint32(1), CodeStore.write(members))
        );
        _refused(_offer(epoch, 51e6), abi.encodeWithSelector(IAdvancePool.AdvancePool_AboveCap.selector, 51e6, 50e6));
        _bond(10e6);
        assertEq(_advance(_offer(epoch, 60e6)), 59.94e6);
        assertEq(pool.unsecured(), 50e6);
    }

    function test_Pool_Advance_RevertWhen_CashIsNeededByTheQueue() external {
        uint32 epoch = _earn();
        uint256 shares = pool.balanceOf(provider);
        vm.prank(provider);
        pool.requestRedeem((shares * 95) / 100);
        _refused(
            _offer(epoch, 60e6), abi.encodeWithSelector(IAdvancePool.AdvancePool_NotEnoughCash.selector, 59.94e6, 50e6)
        );
        assertEq(_advance(_offer(epoch, 50e6)), 49.95e6);
    }

    function test_Pool_Advance_RevertWhen_TheBeneficiaryIsRefused() external {
        uint32 epoch = _earn();
        sanctions.setSanctioned(payoutA, true);
        _refused(_offer(epoch, 1e6), abi.encodeWithSelector(IAdvancePool.AdvancePool_Refused.selector, payoutA, 2));
    }

    function test_Pool_Advance_RevertWhen_ThePriceIsNothing() external {
        _refused(_offer(_earn(), 0), abi.encodeWithSelector(IAdvancePool.AdvancePool_ZeroAmount.selector));
    }

    function test_Pool_Advance_RevertGiven_ALossIsPending() external {
        uint32 epoch = _lent();
        _freeze(epoch);
        pool.impair(BOOK_A, epoch);
        _refused(
            AdvanceOffer(BOOK_A, epoch + 1, 1e6, 10, uint40(block.timestamp)),
            abi.encodeWithSelector(IAdvancePool.AdvancePool_LossPending.selector, 1)
        );
    }

    function test_Pool_PauseAdvances_StopsThemAndNothingElse() external {
        uint32 epoch = _lent();
        vm.prank(guardian);
        pool.pauseAdvances();
        uint40 until = uint40(block.timestamp) + 72 hours;
        _refused(_offer(epoch + 1, 1e6), abi.encodeWithSelector(IAdvancePool.AdvancePool_Paused.selector, until));
        skip(SLOW);
        escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
        assertEq(pool.repay(BOOK_A, epoch), 100e6);
        // Not again within the time it was shut.
        skip(25 hours);
        vm.prank(guardian);
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_NoPause.selector, until));
        pool.pauseAdvances();
        skip(72 hours);
        vm.prank(guardian);
        pool.pauseAdvances();
    }

    function test_Pool_PauseAdvances_RevertWhen_NotGuardian() external {
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_NotAllowed.selector, address(this), guardian));
        pool.pauseAdvances();
    }

    function test_Pool_ProlongPause_Once() external {
        vm.prank(guardian);
        pool.pauseAdvances();
        vm.startPrank(governor);
        pool.prolongPause();
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_NoPause.selector, block.timestamp + 144 hours));
        pool.prolongPause();
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_NotAllowed.selector, address(this), governor));
        pool.prolongPause();
    }

    function _bond(uint64 amount) private {
        usdc.mint(address(this), amount);
        usdc.approve(address(pool), amount);
        pool.addBond(CARRIER_A, amount);
    }
}
