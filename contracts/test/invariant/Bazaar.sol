// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    CloseConsent,
    DeviceBinding,
    EpochCommitment,
    IntentRecord,
    IntentState,
    IntentTerms,
    LeafProof,
    NodeProof,
    UsageVoucher
} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";
import {TreeInMemory} from "../money/TreeInMemory.sol";

/// @notice The market of README.md: actions that a fuzzer calls, and the ledger of what was accepted.
contract Bazaar is Statements {
    struct Purchase {
        IntentTerms terms;
        bytes32 id;
        uint256 key;
        bool honest;
        bool finished;
        bool isFinal;
        uint64 spent;
        uint64 leaf;
        uint32 seq;
        uint64 refunded;
    }

    struct Look {
        IntentRecord intent;
        bool honest;
        uint64 spent;
        uint64 leaf;
        uint64 refunded;
        uint64 hold;
        uint64 excess;
    }

    uint256 internal constant MOST = 6;
    uint8 internal constant FUND = 1;
    uint8 internal constant CLAIM = 2;

    Purchase[] internal purchases;
    mapping(uint32 book => uint64) public fundedIn;
    mapping(uint32 book => uint64) public refundedFrom;
    uint64 public sentToTravellers;
    uint64 public takenFromTravellers;
    mapping(bytes32 action => uint256) public done;

    EpochCommitment internal built;
    mapping(uint32 epoch => TreeInMemory) internal trees;
    uint256 private _salt;

    constructor() {
        setUp();
    }

    /// @dev Whether the guardian keeps new money out.
    function _isPaused(address payer) internal view returns (bool) {
        return !compliance.check(payer, FUND);
    }

    /// @dev Three of four purchases are delivered at once: there is little to break in what is still Held.
    function buy(uint256 who, uint64 amount) external {
        uint256 key = who % 3 == 0 ? aliceKey : bobKey;
        address payer = vm.addr(key);
        IntentTerms memory terms = _nextTerms(payer);
        amount = uint64(bound(amount, 1e6, 50e6));
        if (usdc.balanceOf(payer) < amount || purchases.length >= MOST || _isPaused(payer)) return;
        _enter(terms, _fund(terms, amount), key);
        takenFromTravellers += amount;
        ++done["buy"];
        if (who % 4 != 0) activate(purchases.length - 1, who % 5 == 0);
    }

    function topUp(uint256 pick, uint64 amount) external {
        if (purchases.length == 0) return;
        Purchase storage p = purchases[pick % purchases.length];
        IntentRecord memory intent = escrow.intentOf(p.id);
        amount = uint64(bound(amount, 1, 10e6));
        vm.prank(p.terms.payer);
        try escrow.fundIntent(p.terms, amount) {
            takenFromTravellers += amount;
            if (intent.state == IntentState.Open) fundedIn[intent.book] += amount;
            ++done["topUp"];
        } catch {}
    }

    function activate(uint256 pick, bool other) public {
        if (purchases.length == 0) return;
        Purchase storage p = purchases[pick % purchases.length];
        if (_stateOf(p.id) != IntentState.Held || escrow.intentOf(p.id).funded < 1e6) return;
        if (block.timestamp > p.terms.provisionBy) return;
        uint32 book = other ? BOOK_B : BOOK_A;
        _activate(_activation(p.terms, book, p.key));
        p.spent = 1e6;
        fundedIn[book] += escrow.intentOf(p.id).funded;
        ++done["activate"];
    }

    function takeBack(uint256 pick, bool byThePayer) external {
        if (purchases.length == 0) return;
        Purchase storage p = purchases[pick % purchases.length];
        uint64 funded = escrow.intentOf(p.id).funded;
        if (byThePayer) vm.prank(p.terms.payer);
        try escrow.refund(p.terms) {
            p.refunded += funded;
            sentToTravellers += funded;
            ++done["takeBack"];
        } catch {}
    }

    /// @dev Sybils have "used" whatever they like, within the deposit: the poster cannot tell.
    function spend(uint256 pick, uint64 amount) external {
        if (purchases.length == 0) return;
        Purchase storage p = purchases[pick % purchases.length];
        IntentRecord memory intent = escrow.intentOf(p.id);
        if (intent.state != IntentState.Open || p.finished) return;
        p.spent = uint64(bound(amount, p.spent, intent.funded));
        ++done["spend"];
    }

    function finish(uint256 pick) external {
        if (purchases.length == 0) return;
        purchases[pick % purchases.length].finished = true;
    }

    /// @dev The honest poster reads the chain at the cutoff and fixes the tree. It posts later, or never.
    function build() public virtual {
        uint32 epoch = _nextCutoff();
        // A tree of its own: proofs are made against posted ones while this one waits.
        tree = new TreeInMemory();
        for (uint256 i = 0; i < purchases.length; ++i) {
            Purchase storage p = purchases[i];
            IntentRecord memory intent = escrow.intentOf(p.id);
            if (intent.activatedAt == 0) continue;
            bool closed = intent.state == IntentState.Closed;
            // A frozen book is carried along, a FINAL leaf stays until the close, which counts the watermark itself.
            if (settlement.frozenFrom(intent.book) == 0) {
                uint64 amount = p.isFinal ? p.leaf : _most(p.spent, p.leaf, intent.settled);
                if (closed) amount = intent.settled;
                if (amount != p.leaf) ++p.seq;
                p.leaf = amount;
                p.isFinal = p.isFinal || closed || (p.finished && intent.state == IntentState.Open);
            }
            tree.set(p.id, intent.book, intent.index, _leaf(p.leaf, p.seq, p.isFinal ? FINAL : 0));
        }
        built = _commitment(epoch);
        ++done["build"];
    }

    function post(uint256 signatures) external {
        if (built.epoch == 0 || block.timestamp > uint256(built.cutoff) + POSTING) return;
        if (settlement.latest() >= built.epoch || !_mayPost()) return;
        built.prevRoot = settlement.epochOf(settlement.latest()).root;
        bytes memory by = _signatures(built, bound(signatures, 1, 3));
        // Below the sums of a root that was wrong and is not taken back yet nothing honest can be posted.
        try settlement.postEpoch(built, by, _deltas()) {
            lastToBlock = built.toBlock;
            trees[built.epoch] = tree;
            ++done["post"];
        } catch {}
    }

    /// @dev Whoever knows a posted root to be wrong does not build on it.
    function _mayPost() internal view virtual returns (bool) {
        return true;
    }

    function wait(uint256 time) external {
        skip(bound(time, 1 minutes, 20 hours));
        vm.roll(block.number + 10);
    }

    function claim(uint256 which, bool other) external {
        uint32[] memory epochs = escrow.leafEpochs(other ? BOOK_B : BOOK_A);
        if (epochs.length == 0) return;
        uint32 epoch = epochs[which % epochs.length];
        uint32 book = other ? BOOK_B : BOOK_A;
        NodeProof memory node = trees[epoch].nodeProof(book);
        try escrow.claim(epoch, book, node) returns (uint64 paid) {
            if (paid == 0) return;
            ++done["claim"];
            // 7: what was just paid is not paid again.
            assertEq(escrow.claim(epoch, book, node), 0, "7: a claim paid twice");
        } catch (bytes memory reason) {
            // A refusal is one; an assertion is not.
            if (reason.length == 0 || bytes4(reason) == bytes4(keccak256("Panic(uint256)"))) revert();
        }
    }

    /// @dev A sybil's device signs anything; an honest one what it used.
    function redeem(uint256 pick, uint64 amount) external {
        if (purchases.length == 0) return;
        Purchase storage p = purchases[pick % purchases.length];
        IntentRecord memory intent = escrow.intentOf(p.id);
        if (intent.state != IntentState.Open) return;
        amount = p.honest ? p.spent : uint64(bound(amount, 1, intent.funded));
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(p.id, amount, 1);
        LeafProof[] memory leaves = _proofs(p.id);
        try payOnUsage.redeemVoucher(p.terms, voucher, signature, _binding(p.key), leaves) {
            ++done["redeem"];
        } catch {}
    }

    function closeFinal(uint256 pick, bool toBalance) external {
        if (purchases.length == 0) return;
        Purchase storage p = purchases[pick % purchases.length];
        IntentRecord memory intent = escrow.intentOf(p.id);
        if (intent.activatedAt == 0 || settlement.latest() == 0) return;
        uint32[] memory epochs = escrow.leafEpochs(intent.book);
        uint32 epoch = epochs[pick % epochs.length];
        LeafProof memory leaf = trees[epoch].leafProof(intent.book, intent.index);
        vm.prank(p.terms.payer);
        try escrow.refundFinal(p.terms, epoch, leaf, toBalance) returns (uint64 refunded) {
            _refunded(p, intent.book, refunded, toBalance);
            ++done["closeFinal"];
        } catch {}
    }

    /// @dev Carrier and sybil agree on anything; an honest traveller on what was used.
    function closeTogether(uint256 pick, uint64 amount, bool toBalance) external {
        if (purchases.length == 0) return;
        Purchase storage p = purchases[pick % purchases.length];
        IntentRecord memory intent = escrow.intentOf(p.id);
        if (intent.state != IntentState.Open) return;
        amount = p.honest ? _most(p.spent, p.leaf, intent.settled) : uint64(bound(amount, 0, intent.funded));
        CloseConsent memory consent = CloseConsent(p.id, amount, 1, uint40(block.timestamp));
        bytes memory signature = _sign(usageKey, _digestOf(consent));
        LeafProof[] memory leaves = _proofs(p.id);
        address key = vm.addr(usageKey);
        vm.prank(p.terms.payer);
        try escrow.closeInstant(p.terms, consent, key, signature, "", leaves, toBalance) returns (uint64 refunded) {
            _refunded(p, intent.book, refunded, toBalance);
            ++done["closeTogether"];
        } catch {}
    }

    function askToLeave(uint256 pick, uint64 stated) external {
        if (purchases.length == 0) return;
        Purchase storage p = purchases[pick % purchases.length];
        IntentRecord memory intent = escrow.intentOf(p.id);
        if (intent.state != IntentState.Open) return;
        stated = p.honest ? p.spent : uint64(bound(stated, 0, intent.funded));
        LeafProof[] memory leaves = _proofs(p.id);
        vm.prank(p.terms.payer);
        try escrow.requestExit(p.terms, stated, leaves) {
            ++done["askToLeave"];
        } catch {}
    }

    function contradict(uint256 pick, uint64 amount) external {
        if (purchases.length == 0) return;
        Purchase storage p = purchases[pick % purchases.length];
        IntentRecord memory intent = escrow.intentOf(p.id);
        if (intent.state != IntentState.Exiting) return;
        amount = p.honest ? p.spent : uint64(bound(amount, 1, intent.funded));
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(p.id, amount, 1);
        try escrow.counterExit(p.terms, voucher, signature, _binding(p.key)) {
            ++done["contradict"];
        } catch {}
    }

    function stayAfterAll(uint256 pick) external {
        if (purchases.length == 0) return;
        Purchase storage p = purchases[pick % purchases.length];
        vm.prank(p.terms.payer);
        try escrow.cancelExit(p.terms) {
            ++done["stayAfterAll"];
        } catch {}
    }

    function leave(uint256 pick, bool byThePayer) external {
        if (purchases.length == 0) return;
        Purchase storage p = purchases[pick % purchases.length];
        IntentRecord memory intent = escrow.intentOf(p.id);
        if (intent.state != IntentState.Exiting) return;
        LeafProof[] memory leaves = _proofs(p.id);
        if (byThePayer) vm.prank(p.terms.payer);
        try escrow.finalizeExit(p.terms, leaves) returns (uint64 refunded) {
            _refunded(p, intent.book, refunded, false);
            ++done["leave"];
        } catch {}
    }

    function trim(uint256 pick) external {
        if (purchases.length == 0) return;
        Purchase storage p = purchases[pick % purchases.length];
        IntentRecord memory intent = escrow.intentOf(p.id);
        uint32 epoch = escrow.bookOf(intent.book).claimedEpoch;
        if (intent.state != IntentState.Exiting || epoch == 0) return;
        LeafProof memory leaf = trees[epoch].leafProof(intent.book, intent.index);
        try escrow.trimExit(p.terms, leaf) {
            ++done["trim"];
        } catch {}
    }

    /// @dev What an exit holds beyond what its leaf in the root last claimed from leaves; anyone can free it.
    function _excessOf(uint256 i, IntentRecord memory intent, uint32 claimedEpoch, uint64 hold)
        private
        view
        returns (uint64)
    {
        if (intent.state != IntentState.Exiting || claimedEpoch == 0) return 0;
        uint64 charge = trees[claimedEpoch].amountAt(intent.book, intent.index);
        charge = _most(charge, escrow.exitOf(purchases[i].id).charge, 0);
        uint64 most = charge < intent.funded ? intent.funded - charge : 0;
        return hold > most ? hold - most : 0;
    }

    /// @notice All that the invariants look at of one purchase, in one call.
    function lookAt(uint256 i) external view returns (Look memory l) {
        Purchase storage p = purchases[i];
        l.intent = escrow.intentOf(p.id);
        (l.honest, l.spent, l.leaf, l.refunded) = (p.honest, p.spent, p.leaf, p.refunded);
        if (l.intent.state != IntentState.Exiting) return l;
        l.hold = escrow.exitOf(p.id).hold;
        l.excess = _excessOf(i, l.intent, escrow.bookOf(l.intent.book).claimedEpoch, l.hold);
    }

    function withdraw(bool honest) external {
        address payer = honest ? alice : bob;
        uint64 balance = escrow.balanceOf(payer);
        if (balance == 0) return;
        vm.prank(payer);
        escrow.withdrawBalance(balance, payer);
        sentToTravellers += balance;
    }

    function sweep() external {
        escrow.sweepFees(_books());
    }

    function count() external view returns (uint256) {
        return purchases.length;
    }

    function parties() external view returns (address escrow_, address settlement_, address usdc_) {
        return (address(escrow), address(settlement), address(usdc));
    }

    /// @notice What reached carriers and treasury, and what alice and bob can still withdraw.
    function received() external view returns (uint256 carriersAndTreasury, uint256 balances) {
        carriersAndTreasury = usdc.balanceOf(payoutA) + usdc.balanceOf(payoutB) + usdc.balanceOf(treasury);
        balances = uint256(escrow.balanceOf(alice)) + escrow.balanceOf(bob);
    }

    function _nextTerms(address payer) internal returns (IntentTerms memory terms) {
        terms = _terms(payer);
        terms.salt = ++_salt;
        terms.provisionBy += 10 days;
    }

    function _enter(IntentTerms memory terms, bytes32 id, uint256 key) internal {
        Purchase storage p = purchases.push();
        (p.terms, p.id, p.key, p.honest) = (terms, id, key, key == aliceKey);
    }

    function _refunded(Purchase storage p, uint32 book, uint64 refunded, bool toBalance) internal {
        p.refunded += refunded;
        refundedFrom[book] += refunded;
        if (!toBalance) sentToTravellers += refunded;
    }

    function _proofs(bytes32 id) internal view returns (LeafProof[] memory leaves) {
        IntentRecord memory intent = escrow.intentOf(id);
        uint32[] memory epochs = escrow.leafEpochs(intent.book);
        leaves = new LeafProof[](epochs.length);
        for (uint256 i = 0; i < epochs.length; ++i) {
            leaves[i] = trees[epochs[i]].leafProof(intent.book, intent.index);
        }
    }

    function _most(uint64 a, uint64 b, uint64 c) internal pure returns (uint64) {
        uint64 most = a > b ? a : b;
        return most > c ? most : c;
    }
}
