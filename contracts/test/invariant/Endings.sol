// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    CloseConsent,
    CloseOrder,
    IntentRecord,
    IntentState,
    IntentTerms,
    LeafProof
} from "../../src/interfaces/DataTypes.sol";
import {Rogues} from "./Rogues.sol";

/// @notice The market's rarer ways in and out: ends that two roots confirm, batches of closes, the rest carried into the next
/// intent, intents paid from a balance.
contract Endings is Rogues {
    constructor() {
        compliance.grantRole(compliance.GUARDIAN(), address(this));
        compliance.grantRole(compliance.GOVERNOR(), address(this));
    }

    /// @dev The guardian pauses what it may; nothing of it shuts a way out.
    function pause(bool claims, uint256 time) external {
        try compliance.pause(claims ? CLAIM : FUND, uint40(bound(time, 1, 72 hours))) {
            ++done["pause"];
        } catch {}
    }

    /// @dev 8 is shown with everything paused that can be.
    function pauseAll() external {
        for (uint8 operation = FUND; operation <= CLAIM; ++operation) {
            try compliance.pause(operation, 72 hours) {} catch {}
        }
    }

    /// @dev Anyone sends it; any two of the last roots are tried, in either order.
    function confirm(uint256 pick, uint32 newer, uint32 older) external {
        if (purchases.length == 0 || settlement.latest() == 0) return;
        Purchase storage p = purchases[pick % purchases.length];
        IntentRecord memory intent = escrow.intentOf(p.id);
        if (intent.activatedAt == 0) return;
        (newer, older) = (newer % 2 == 0 ? settlement.latest() : _recent(newer), _recent(older));
        // Not every epoch has a root.
        if (address(trees[newer]) == address(0) || address(trees[older]) == address(0)) return;
        LeafProof memory leaf = trees[newer].leafProof(intent.book, intent.index);
        LeafProof memory earlier = trees[older].leafProof(intent.book, intent.index);
        try escrow.refundConfirmed(p.terms, newer, leaf, older, earlier) returns (uint64 refunded) {
            _refunded(p, intent.book, refunded, false);
            ++done["confirm"];
        } catch {}
    }

    /// @dev The rest of one intent becomes another one's money without leaving the escrow.
    function carryOver(uint256 pick, uint64 amount) external {
        if (purchases.length == 0 || settlement.latest() == 0 || purchases.length >= MOST) return;
        uint256 from = pick % purchases.length;
        IntentRecord memory intent = escrow.intentOf(purchases[from].id);
        if (intent.state != IntentState.Open) return;
        uint32[] memory epochs = escrow.leafEpochs(intent.book);
        uint32 epoch = epochs[pick % epochs.length];
        IntentTerms memory next = _nextTerms(purchases[from].terms.payer);
        amount = uint64(bound(amount, 1, 20e6));
        uint64 before = escrow.balanceOf(next.payer);
        LeafProof memory leaf = trees[epoch].leafProof(intent.book, intent.index);
        vm.prank(next.payer);
        try escrow.rollover(purchases[from].terms, epoch, leaf, next, amount) returns (bytes32 nextId) {
            _refunded(purchases[from], intent.book, amount + escrow.balanceOf(next.payer) - before, true);
            _enter(next, nextId, purchases[from].key);
            ++done["carryOver"];
        } catch {}
    }

    function buyFromBalance(bool honest, uint64 amount) external {
        uint256 key = honest ? aliceKey : bobKey;
        IntentTerms memory terms = _nextTerms(vm.addr(key));
        uint64 balance = escrow.balanceOf(terms.payer);
        if (balance == 0 || purchases.length >= MOST || _isPaused(terms.payer)) return;
        amount = uint64(bound(amount, 1, balance < terms.maxDeposit ? balance : terms.maxDeposit));
        vm.prank(terms.payer);
        _enter(terms, escrow.createFromBalance(terms, amount), key);
        ++done["buyFromBalance"];
    }

    /// @dev Two at once, or the same one twice, by what each side would sign in `closeTogether`.
    function closeBoth(uint256 pick, uint256 other, uint64 amount, bool toBalance) external {
        if (purchases.length == 0) return;
        (pick, other) = (pick % purchases.length, other % purchases.length);
        IntentRecord memory one = escrow.intentOf(purchases[pick].id);
        IntentRecord memory two = escrow.intentOf(purchases[other].id);
        if (one.activatedAt == 0 || two.activatedAt == 0) return;
        CloseOrder[] memory orders = new CloseOrder[](2);
        orders[0] = _orderFor(purchases[pick], one, amount);
        orders[1] = _orderFor(purchases[other], two, amount / 2);
        vm.prank(orders[0].terms.payer);
        try escrow.closeBatch(orders, toBalance) returns (uint64 refunded) {
            uint64 first = one.funded - escrow.intentOf(purchases[pick].id).settled;
            _refunded(purchases[pick], one.book, first, toBalance);
            // Who sends it may leave the own money inside, not another's.
            bool same = purchases[pick].key == purchases[other].key;
            _refunded(purchases[other], two.book, refunded - first, toBalance && same);
            ++done["closeBoth"];
        } catch {}
    }

    function _orderFor(Purchase storage p, IntentRecord memory intent, uint64 amount)
        private
        view
        returns (CloseOrder memory order)
    {
        amount = p.honest ? _most(p.spent, p.leaf, intent.settled) : uint64(bound(amount, 0, intent.funded));
        order.terms = p.terms;
        order.consent = CloseConsent(p.id, amount, 1, uint40(block.timestamp));
        order.carrierKey = vm.addr(usageKey);
        order.carrierSignature = _sign(usageKey, _digestOf(order.consent));
        order.payerSignature = _sign(p.key, _digestOf(order.consent));
        order.leaves = _proofs(p.id);
    }

    function _recent(uint32 seed) private view returns (uint32) {
        uint32 latest = settlement.latest();
        return seed % 4 < latest ? latest - seed % 4 : latest;
    }
}
