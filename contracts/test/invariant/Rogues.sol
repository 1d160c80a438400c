// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Demand, EpochRecord, IntentRecord, IntentState, LeafProof, RootRef} from "../../src/interfaces/DataTypes.sol";
import {TreeInMemory} from "../money/TreeInMemory.sol";
import {Bazaar} from "./Bazaar.sol";

/// @notice The market with one dishonest attestor: it posts wrong and hidden roots without a quorum, and opens demands that
/// nobody needs. Watchers prove, answer and end them in time, because whoever sees a wrong root may.
contract Rogues is Bazaar {
    /// @notice The wrong root that stands, if one does.
    struct Wrong {
        uint32 epoch;
        uint256 victim;
        bool hidden;
    }

    Wrong private _wrong;
    Demand[] private _demands;
    /// @notice Something that may only rise has fallen.
    bool public fell;
    uint64[3] private _claimed;
    uint32[3] private _count;
    uint64 private _total;
    uint32 private _latest;
    mapping(bytes32 intentId => uint64) private _watermark;

    constructor() {
        vm.prank(relayer);
        usdc.approve(address(payOnUsage), type(uint256).max);
        usdc.mint(relayer, 1e12);
    }

    function build() public override {
        _watch((block.timestamp / EPOCH + 1) * EPOCH);
        super.build();
    }

    /// @dev 5: compares with what it saw the last time.
    function look() external {
        for (uint32 book = 1; book <= 2; ++book) {
            if (escrow.bookOf(book).claimed < _claimed[book] || escrow.bookOf(book).count < _count[book]) fell = true;
            _claimed[book] = escrow.bookOf(book).claimed;
            _count[book] = escrow.bookOf(book).count;
        }
        for (uint256 i = 0; i < purchases.length; ++i) {
            IntentRecord memory intent = escrow.intentOf(purchases[i].id);
            if (intent.state == IntentState.Open && intent.settled < _watermark[purchases[i].id]) fell = true;
            _watermark[purchases[i].id] = intent.settled;
        }
        uint32 latest = settlement.latest();
        uint64 total = settlement.epochOf(latest).total;
        // A root that is taken back is none: the one before it counts again.
        if (latest > _latest && settlement.epochOf(_latest).weight != type(uint16).max && total < _total) fell = true;
        (_latest, _total) = (latest, total);
    }

    function _mayPost() internal view override returns (bool) {
        return _wrong.epoch == 0;
    }

    /// @dev A leaf above the deposit, unlike a close, or anything at all that nobody is shown.
    function postWrong(uint256 pick, uint64 amount, bool hidden) external {
        if (built.epoch == 0 || block.timestamp > uint256(built.cutoff) + POSTING || _wrong.epoch != 0) return;
        if (purchases.length == 0 || settlement.latest() >= built.epoch) return;
        uint256 victim = pick % purchases.length;
        IntentRecord memory intent = escrow.intentOf(purchases[victim].id);
        if (intent.activatedAt == 0 || intent.activatedAt >= built.cutoff) return;
        TreeInMemory honest = tree;
        tree = _copyOf();
        amount = uint64(bound(amount, hidden ? 0 : intent.funded + 1, hidden ? intent.funded : 1e12));
        tree.set(purchases[victim].id, intent.book, intent.index, _leaf(amount, 99, 0));
        built.prevRoot = settlement.epochOf(settlement.latest()).root;
        TreeInMemory.Node memory root = tree.root();
        (bytes32 hash, uint64 total, uint64 coSigned) = (built.root, built.total, built.coSigned);
        (built.root, built.total, built.coSigned) = (root.hash, root.total, root.coSigned);
        bytes memory by = _signatures(built, 1);
        try settlement.postEpoch(built, by, _deltas()) {
            trees[built.epoch] = tree;
            lastToBlock = built.toBlock;
            _wrong = Wrong(built.epoch, victim, hidden);
            ++done["postWrong"];
        } catch {}
        (built.root, built.total, built.coSigned) = (hash, total, coSigned);
        tree = honest;
    }

    /// @dev Time with watchers awake: what is wrong is gone before it is beyond challenge.
    function waitWatched(uint256 time) external {
        uint256 until = block.timestamp + bound(time, 1 minutes, 20 hours);
        _watch(until);
        vm.warp(until);
        vm.roll(block.number + 10);
    }

    function watch() external {
        _watch(block.timestamp);
    }

    /// @dev A demand for a leaf that everybody has: who opens it pays for the answer.
    function demandForNothing(uint256 pick) external {
        uint32 epoch = settlement.latest();
        if (purchases.length == 0 || epoch == 0 || epoch == _wrong.epoch || _demands.length > 2) return;
        Purchase storage p = purchases[pick % purchases.length];
        vm.prank(relayer);
        try payOnUsage.challengeData(epoch, p.terms) returns (Demand memory demand) {
            _demands.push(demand);
            ++done["demand"];
        } catch {}
    }

    function bonds() external view returns (uint256 held, uint256 owed) {
        held = usdc.balanceOf(address(payOnUsage));
        for (uint256 i = 0; i < _demands.length; ++i) {
            if (payOnUsage.isOpenDemand(keccak256(abi.encode(_demands[i])))) owed += 5e6;
        }
        owed += uint256(payOnUsage.owedTo(relayer)) + payOnUsage.owedTo(address(this));
    }

    /// @notice 8: all operators silent, nobody answers, half of the travellers have no leaves. Everybody is out in bounded time.
    function everyoneLeaves() external returns (bool) {
        delete _wrong;
        _answerAll();
        // Two rounds of demands, the exit with its counter, as much again for a drained book, windows full of others.
        uint256 until = block.timestamp + 2 * 12 hours + 2 * (EXIT + COUNTER) + SLOW + 6 days;
        while (block.timestamp < until) {
            bool anybody;
            for (uint256 i = 0; i < purchases.length; ++i) {
                if (_goOut(purchases[i], i % 2 == 1)) anybody = true;
            }
            if (!anybody) return true;
            skip(6 hours + 1);
            vm.roll(block.number + 10);
        }
        return false;
    }

    function _goOut(Purchase storage p, bool lostLeaves) private returns (bool inside) {
        IntentRecord memory intent = escrow.intentOf(p.id);
        if (intent.state == IntentState.Closed || intent.state == IntentState.None) return false;
        vm.startPrank(p.terms.payer);
        if (intent.state == IntentState.Held) {
            escrow.refund(p.terms);
            p.refunded += intent.funded;
            sentToTravellers += intent.funded;
            vm.stopPrank();
            return false;
        }
        vm.stopPrank();
        LeafProof[] memory leaves = lostLeaves ? _without(p) : _proofs(p.id);
        vm.prank(p.terms.payer);
        if (intent.state == IntentState.Open) {
            try escrow.requestExit(p.terms, p.spent < intent.funded ? p.spent : intent.funded, leaves) {} catch {}
            return true;
        }
        try escrow.finalizeExit(p.terms, leaves) returns (uint64 refunded) {
            _refunded(p, intent.book, refunded, false);
            return false;
        } catch {
            return true;
        }
    }

    /// @dev Who lost the leaves demands them; after twelve hours without an answer none is needed.
    function _without(Purchase storage p) private returns (LeafProof[] memory leaves) {
        IntentRecord memory intent = escrow.intentOf(p.id);
        (RootRef[] memory refs,,) = settlement.closeBasis(intent.book, escrow.bookOf(intent.book).claimedEpoch);
        for (uint256 i = 0; i < refs.length; ++i) {
            if (payOnUsage.isExcused(refs[i], intent.book, intent.index)) continue;
            vm.prank(relayer);
            _demands.push(payOnUsage.challengeData(refs[i].epoch, p.terms));
        }
        if (_demands.length != 0) vm.warp(block.timestamp + 12 hours + 1);
        for (uint256 i = 0; i < _demands.length; ++i) {
            payOnUsage.timeout(_demands[i]);
        }
        delete _demands;
        leaves = new LeafProof[](escrow.leafEpochs(intent.book).length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i].bitmap = type(uint256).max;
        }
    }

    function _watch(uint256 until) private {
        _answerAll();
        if (_wrong.epoch == 0) return;
        EpochRecord memory record = settlement.epochOf(_wrong.epoch);
        // Watchers look at every root at least once within its first half of the slow window.
        if (until < uint256(record.postedAt) + SLOW / 2) return;
        Purchase storage p = purchases[_wrong.victim];
        IntentRecord memory intent = escrow.intentOf(p.id);
        if (!_wrong.hidden) {
            LeafProof memory leaf = trees[_wrong.epoch].leafProof(intent.book, intent.index);
            // A deposit that has grown since excuses the leaf; it is a sybil's then, or within what alice pays in.
            try payOnUsage.proveOverEscrow(_wrong.epoch, p.id, leaf) {
                ++done["proven"];
            } catch {
                _takeBack(p);
            }
        } else {
            _takeBack(p);
        }
        delete _wrong;
    }

    function _takeBack(Purchase storage p) private {
        vm.prank(relayer);
        Demand memory demand = payOnUsage.challengeData(_wrong.epoch, p.terms);
        vm.warp(uint256(demand.openUntil) + 1);
        payOnUsage.timeout(demand);
        ++done["takenBack"];
    }

    /// @dev The honest have the leaves of every root that was shown.
    function _answerAll() private {
        for (uint256 i = 0; i < _demands.length; ++i) {
            Demand memory demand = _demands[i];
            if (block.timestamp > demand.openUntil) {
                try payOnUsage.timeout(demand) {} catch {}
                continue;
            }
            LeafProof memory leaf = trees[demand.epoch].leafProof(demand.book, demand.index);
            for (uint256 j = 0; j < purchases.length; ++j) {
                IntentRecord memory intent = escrow.intentOf(purchases[j].id);
                if (intent.activatedAt == 0 || intent.book != demand.book || intent.index != demand.index) continue;
                try payOnUsage.answerData(demand, purchases[j].id, leaf) {
                    ++done["answer"];
                } catch {}
            }
        }
        delete _demands;
    }

    function _copyOf() private returns (TreeInMemory copy) {
        copy = new TreeInMemory();
        for (uint256 i = 0; i < purchases.length; ++i) {
            Purchase storage p = purchases[i];
            IntentRecord memory intent = escrow.intentOf(p.id);
            if (intent.activatedAt == 0) continue;
            copy.set(p.id, intent.book, intent.index, tree.leafProof(intent.book, intent.index));
        }
    }
}
